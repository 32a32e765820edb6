"""Rules of anchors and what reading by passage needs: each passage's best comments along an index."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T04:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "checks and indexes of anchors"

FORWARDS = """
update thread t set revision = (select max(number) from revision where article = t.article);
update comment set anchor = 'same', made_on = passage where passage is not null;
alter table comment add constraint comment_anchor_check
  check (anchor is null or (anchor in ('same', 'changed', 'moved', 'lost') and parent is null));
alter table comment add constraint comment_anchored_check check ((anchor is null) = (passage is null));
drop index comment_anchored;
create index comment_anchored on comment (thread, passage, stance)
  where passage is not null and parent is null and state = 'visible' and anchor <> 'lost';
create index comment_passage on comment (thread, passage, best desc, id)
  where passage is not null and parent is null;
create index comment_lost on comment (thread, best desc, id) where anchor = 'lost';
create index comment_stance on comment (thread, stance) where parent is null and state = 'visible';
create index article_check on article (check_at) where check_at is not null;
alter table member add constraint member_assisted_check check (assisted in ('show', 'collapse', 'hide'));
alter table community add constraint community_one_check check (id = 1);
insert into community (id, changed_at) values (1, now())
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";\n"):
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
