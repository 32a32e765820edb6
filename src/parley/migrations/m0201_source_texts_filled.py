"""Articles that are here get their source's text from their versions; conflicts with it wait once a discussion."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-27T04:51:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "texts of sources filled"

# The newest version that nobody edited is the nearest to what the source said last.
FORWARDS = """
update article a set source_text = (
    select convert_to(jsonb_agg(jsonb_build_object('kind', kind, 'level', level, 'html', html, 'text', text)
                                order by position)::text, 'UTF8')
    from passage where revision = (
        select id from revision where article = a.id and editor is null order by number desc limit 1
    )
) where url is not null;
create unique index suggested_update_source on suggested_update (thread) where state = 'waiting' and member is null
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";\n"):
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
