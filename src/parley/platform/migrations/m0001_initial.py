"""The tables as they were at first, the first topics and guidelines, and the rules that a new community begins with.

m0001_tables.sql is what `bin/schema sql` printed then (docs/decisions/0019).
"""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

# The last digits are the checksum of m0001_tables.sql: a database that was made from the tables of an earlier draft is
# refused (platform/db/migrate.py).
ID = "2026-11-25T00:00:00:040357"
VERSION = "1.38.0"
DESCRIPTION = "the first tables"

FOLDER = Path(__file__).parent
# Few, mild, and about newcomers; some only watch. Nothing in them asks for a text that members with a record write
# every day: whoever has twenty comments behind them is past all but two.
INSERT_RULES = """
with added as (
    insert into rule (name, state, position, conditions, action, guideline)
    select name, state, position, conditions, action, guideline
    from rows from (
        jsonb_to_recordset($1::jsonb) as (name text, state text, action text, guideline text, conditions jsonb)
    ) with ordinality given(name, state, action, guideline, conditions, position)
    returning *
)
insert into rule_version (rule, version, conditions, action, changed_at)
select id, version, conditions, action, changed_at from added
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    manager.add_raw(tables)
    manager.add_raw(rules)
    return manager


async def tables() -> None:
    await execute((FOLDER / "m0001_tables.sql").read_text(encoding="utf-8"))
    await execute((FOLDER / "m0001_rows.sql").read_text(encoding="utf-8"))


async def rules() -> None:
    await execute(INSERT_RULES, (FOLDER / "m0001_rules.json").read_text(encoding="utf-8"))
