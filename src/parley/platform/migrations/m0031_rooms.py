"""Topics have moderators, an introduction and rules of their own."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T15:31:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "moderators of topics"

FORWARDS = """
alter table topic add column intro text not null default '';
alter table topic add column rules text not null default '';
create table room_moderator (
    id bigserial primary key not null,
    topic varchar(40) not null references topic (slug) on delete cascade on update cascade default null,
    member bigint not null references member (id) on delete cascade on update cascade default null,
    since timestamptz not null default current_timestamp,
    constraint room_moderator_topic_member_key unique (topic, member)
);
create index room_moderator_member on room_moderator (member, topic)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
