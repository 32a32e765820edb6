"""Raid mode: for some hours, comments wait for a moderator, and nobody signs up."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T15:33:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "raid mode"

FORWARDS = """
create table raid (
    id bigserial primary key not null,
    topic varchar(40) references topic (slug) on delete cascade on update cascade default null,
    holds varchar(9) not null default null,
    closes_sign_up boolean not null default false,
    started_by bigint not null references member (id) on delete restrict on update cascade default null,
    created_at timestamptz not null default current_timestamp,
    until timestamptz not null default current_timestamp,
    ended_at timestamptz default null,
    constraint raid_holds_check check (holds in ('nothing', 'newcomers', 'links', 'all')),
    constraint raid_sign_up_check check (topic is null or not closes_sign_up)
);
create index raid_in_force on raid (until) where ended_at is null;
create table raid_hold (
    comment bigint primary key not null references comment (id) on delete cascade on update cascade default null,
    raid bigint not null references raid (id) on delete cascade on update cascade default null
);
create index raid_hold_raid on raid_hold (raid)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
