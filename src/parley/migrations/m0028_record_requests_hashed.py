"""The hash of an entry holds the request that made it; that of an entry which names none stays what it was."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T17:28:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "requests of the record hashed"

DIGEST = """
create or replace function mod_action_digest(a mod_action) returns bytea language sql immutable as $$
  select sha256(a.prev_hash || convert_to((jsonb_build_array(a.id, extract(epoch from a.at), a.actor, a.role, a.action,
    a.kind, a.target, a.before, a.after, a.guideline, a.reason, a.automated, a.decision)
    || case when a.request is null then '[]' else jsonb_build_array(a.request) end)::text, 'UTF8'))
$$
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await DB.run_querystring(QueryString(DIGEST))

    manager.add_raw(run)
    return manager
