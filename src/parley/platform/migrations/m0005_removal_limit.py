"""Removals by one moderator are limited, and everything that a moderator decided can be undone in one step."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-01T23:52:02:000000"
VERSION = "1.38.0"
DESCRIPTION = "a limit of removals, and mass undo"

FORWARDS = """
alter table decision add column in_good_standing boolean not null default false;
create table mass_undo (
  id bigserial primary key not null,
  moderator bigint not null default null references member (id) on delete restrict on update cascade,
  since timestamptz not null default null,
  admin bigint not null default null references member (id) on delete restrict on update cascade,
  reason text not null default '',
  reached bigint default null,
  undone integer not null default 0,
  left_out integer not null default 0,
  created_at timestamptz not null default current_timestamp,
  done_at timestamptz default null
);
create index mass_undo_moderator on mass_undo (moderator, id desc);
create index mass_undo_due on mass_undo (id) where done_at is null
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
