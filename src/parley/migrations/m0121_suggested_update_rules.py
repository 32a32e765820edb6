"""What Piccolo cannot say of suggested updates: states, one waiting a member and thread, and who is notified of them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-27T02:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of suggested updates"

FORWARDS = """
alter table suggested_update add constraint suggested_update_state_check
  check (state in ('waiting', 'accepted', 'declined'));
alter table suggested_update add constraint suggested_update_draft_check check ((draft is not null) = (state = 'waiting'));
create unique index suggested_update_waiting on suggested_update (thread, member) where state = 'waiting';
create index suggested_update_member on suggested_update (member, id desc);
alter table preference drop constraint preference_kind_check;
alter table preference add constraint preference_kind_check
  check (kind in ('reply', 'mention', 'followed', 'revised', 'decision', 'update'));
alter table notice drop constraint notice_kind_check;
alter table notice add constraint notice_kind_check
  check (kind in ('reply', 'mention', 'followed', 'revised', 'decision', 'update'));
alter table notice drop constraint notice_source_check;
alter table notice add constraint notice_source_check check (num_nonnulls(event, decision, suggestion) = 1);
create unique index notice_suggestion_member_key on notice (suggestion, member) where suggestion is not null
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";\n"):
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
