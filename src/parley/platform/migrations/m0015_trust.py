"""Rules look at trust that takes days, and not at numbers of comments, which anybody can post within a minute."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T06:15:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "trust that takes days"

RULES = Path(__file__).with_name("m0001_rules.json")
INDEX = "create index if not exists visit_thread on visit (thread)"
GIVEN = """
jsonb_to_recordset($1::jsonb) as given(name text, state text, action text, guideline text, conditions jsonb)
"""
# Rules that came with Parley and that nobody changed take their new form, and the new ones are added. Where moderators
# switched a rule off, or changed what it checks, it stays as it is.
RENEW = f"""
with renewed as (
    update rule r set conditions = given.conditions, version = r.version + 1,
      state = case when r.state = 'shadow' then given.state else r.state end, changed_at = now()
    from {GIVEN}
    where r.name = given.name and r.version = 1 and r.changed_by is null and r.conditions <> given.conditions
    returning r.*
), added as (
    insert into rule (name, state, position, conditions, action, guideline)
    select name, state, (select coalesce(max(position), 0) + 1 from rule), conditions, action, guideline from {GIVEN}
    where exists (select from rule) and not exists (select from rule r where r.name = given.name)
      and exists (select from guideline g where g.code = given.guideline)
      and given.conditions @> '[{{"kind": "trust"}}]'
    returning *
)
insert into rule_version (rule, version, conditions, action, changed_at)
select id, version, conditions, action, changed_at from renewed
union all select id, version, conditions, action, changed_at from added
"""  # noqa: S608 constants only


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(INDEX)
        await execute(RENEW, RULES.read_text(encoding="utf-8"))

    manager.add_raw(run)
    return manager
