"""What Piccolo cannot say of notices: checks, uniqueness over several columns, partial indexes; and where they begin."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T14:24:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of notices"

# Whatever happened before is nobody's news: only events from here on are handled.
FORWARDS = """
alter table follow add constraint follow_level_check check (level in ('follow', 'none', 'mute'));
alter table follow add constraint follow_channel_check check (channel in ('page', 'mail', 'digest'));
alter table topic_follow add constraint topic_follow_level_check check (level in ('follow', 'mute'));
alter table preference add constraint preference_kind_check
  check (kind in ('reply', 'mention', 'followed', 'revised', 'decision'));
alter table preference add constraint preference_channel_check check (channel in ('page', 'mail', 'digest', 'off'));
alter table notice add constraint notice_kind_check
  check (kind in ('reply', 'mention', 'followed', 'revised', 'decision'));
alter table notice add constraint notice_source_check check ((event is null) <> (decision is null));
create unique index follow_member_thread_key on follow (member, thread);
create index follow_thread on follow (thread) where level = 'follow';
create unique index topic_follow_member_topic_key on topic_follow (member, topic);
create unique index preference_member_kind_key on preference (member, kind);
create unique index notice_event_member_kind_key on notice (event, member, kind) where event is not null;
create unique index notice_comment_member_key on notice (comment, member) where kind in ('reply', 'mention', 'followed');
create unique index notice_decision_member_key on notice (decision, member) where decision is not null;
create index notice_member on notice (member, id desc);
create index notice_unread on notice (member, thread) where read_at is null;
create index notice_due on notice (id) where by_mail and letter is null and read_at is null;
create index notice_letter on notice (letter) where letter is not null;
create index block_other on block (other);
update event set handled_at = now() where handled_at is null
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";\n"):
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
