"""Members mute members, threads, topics and words, for a while or for good."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T09:22:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "muted words, and mutes with an end"

FORWARDS = """
alter table block add column muted_until timestamptz;
alter table follow add column muted_until timestamptz;
alter table topic_follow add column muted_until timestamptz;
alter table topic_follow drop constraint topic_follow_level_check;
alter table topic_follow add constraint topic_follow_level_check
    check (level in ('follow', 'weekly', 'usual', 'mute'));
create table muted_word (
    id bigserial primary key not null,
    member bigint not null references member (id) on delete cascade on update cascade default null,
    word varchar(40) not null default null,
    hint text not null default '',
    pattern text not null default null,
    muted_until timestamptz default null,
    created_at timestamptz not null default current_timestamp,
    constraint muted_word_member_word_key unique (member, word)
);
create trigger muted_word_added after insert on muted_word referencing new table as changed
  for each statement execute function unread_changed();
create trigger muted_word_changed after update on muted_word referencing new table as changed
  for each statement execute function unread_changed();
create trigger muted_word_gone after delete on muted_word referencing old table as changed
  for each statement execute function unread_changed();
drop trigger comment_unread_changed on comment;
create trigger comment_unread_changed
  after update of state, ups, downs, base_ups, base_downs, body, statement on comment for each row
  when (old.state <> new.state or (old.body, old.statement) is distinct from (new.body, new.statement)
        or (old.base_downs + old.downs > old.base_ups + old.ups + 1)
        <> (new.base_downs + new.downs > new.base_ups + new.ups + 1))
  execute function comment_unread_changed()
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
