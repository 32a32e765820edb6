"""One number for a member: what is addressed to them. Reading as one scrolls can be turned off."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T06:18:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one number for a member"

FORWARDS = """
drop trigger visit_added on visit;
drop trigger visit_changed on visit;
drop function visit_unread_changed();
drop trigger comment_corrected on comment;
drop trigger comments_deleted on comment;
drop function comments_corrected();
delete from unread_change where member <= 0;
alter table unread_count drop column comments, drop column comments_until, drop column corrections;
update unread_count set valid_until = now();
drop index notification_counted;
create index notification_counted on notification (member, id desc) where read_at is null and kind <> 'followed';
alter table member add column marks_read boolean not null default true
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
