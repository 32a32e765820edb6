"""What a machine made of comments in other languages."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T16:62:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "translations of comments"

FORWARDS = """
create table comment_translation (
    id bigserial primary key not null,
    comment bigint not null references comment (id) on delete cascade on update cascade default null,
    language varchar(8) not null default null,
    html text not null default null,
    created_at timestamptz not null default current_timestamp,
    constraint comment_translation_comment_language_key unique (comment, language)
);
create function comment_translation_goes() returns trigger language plpgsql as $$
begin
  delete from comment_translation where comment = new.id;
  return null;
end $$;
create trigger comment_translation_goes after update of state, html on comment for each row
  when (old.state <> new.state or old.html <> new.html) execute function comment_translation_goes()
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
