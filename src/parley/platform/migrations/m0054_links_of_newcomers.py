"""Rules ask more of a newcomer's link before it waits, and leave talk about offers alone."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T16:54:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "a newcomer's link waits less often"

RULES = Path(__file__).with_name("m0001_rules.json")
# Where moderators changed these rules, they stay as they are.
RENEW = """
with renewed as (
    update rule r set conditions = given.conditions, version = r.version + 1, changed_at = now()
    from jsonb_to_recordset($1::jsonb) as given(name text, conditions jsonb)
    where r.name = given.name and given.name in ('Offers', 'Links of newcomers')
      and r.changed_by is null and r.conditions <> given.conditions
    returning r.*
)
insert into rule_version (rule, version, conditions, action, changed_at)
select id, version, conditions, action, changed_at from renewed
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(RENEW, RULES.read_text(encoding="utf-8"))

    manager.add_raw(run)
    return manager
