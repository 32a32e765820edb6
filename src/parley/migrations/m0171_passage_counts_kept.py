"""The part that a comment belongs to follows from its anchor; an index of each part in each order; the first counts."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-27T03:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "parts and counts of discussions"

# An order is read along an index to its end, the id too: thousands of comments without votes have the same rank.
FORWARDS = """
alter table comment drop column part, add column part varchar(20) generated always as (
  case when parent is not null then null when passage is null then 'whole' when anchor = 'lost' then 'earlier'
       else passage::text end) stored;
drop index comment_passage;
drop index comment_lost;
drop index comment_anchored;
drop index comment_stance;
drop index comment_roots;
drop index comment_children;
create index comment_part on comment (thread, part, best desc, id) where part is not null;
create index comment_part_controversial on comment (thread, part, controversial desc, id) where part is not null;
create index comment_part_time on comment (thread, part, created_at, id) where part is not null;
create index comment_stance on comment (thread, stance, part, best desc, id) where stance is not null;
create index comment_roots on comment (thread, best desc, id) where parent is null;
create index comment_roots_time on comment (thread, created_at, id) where parent is null;
create index comment_children on comment (parent, best desc, id) where parent is not null;
create index comment_children_time on comment (parent, created_at, id) where parent is not null;
create unique index passage_count_part on passage_count (thread, part);
insert into passage_count (thread, part, supports, challenges, adds, asks, none)
select thread, part, count(*) filter (where stance = 'supports'), count(*) filter (where stance = 'challenges'),
       count(*) filter (where stance = 'adds'), count(*) filter (where stance = 'asks'),
       count(*) filter (where stance is null)
from comment where part is not null and state = 'visible' group by thread, part
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";\n"):
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
