"""Pages show the beginning of a long comment."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-01T23:52:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "beginnings of long comments"

FORWARDS = """
alter table comment add column beginning text;
create index comment_long on comment (id) where beginning is null and octet_length(html) > 64000;

create function comment_begins_anew() returns trigger language plpgsql as $$
begin
  if new.beginning is not distinct from old.beginning then
    new.beginning := null;
  end if;
  return new;
end $$;

create trigger comment_begins_anew before update of html on comment for each row
  when (old.beginning is not null and new.html <> old.html) execute function comment_begins_anew()
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
