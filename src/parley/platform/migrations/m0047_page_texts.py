"""Pages about the site that admins write, each with its versions."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T16:47:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "pages about the site"

FORWARDS = """
create table page_text (
    id bigserial primary key not null,
    page varchar(8) not null default null,
    text text not null default null,
    written_by bigint not null references member (id) on delete restrict on update cascade default null,
    created_at timestamptz not null default current_timestamp,
    constraint page_text_page_check check (page in ('about', 'privacy', 'terms', 'contact', 'imprint'))
);
create index page_text_versions on page_text (page, id desc)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
