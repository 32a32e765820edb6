"""Ranks that follow from the counters by themselves, so that nothing writes them and they never drift.

`best` is the lower bound of the share of readers who find a comment worth reading (Wilson 1927), from 0 to 1: with
u ups and d downs, n = u + d, and z the one-sided 90 % quantile of the normal distribution (as old Reddit and Lobsters
use it), it is (u + z²/2 - z sqrt(u d / n + z²/4)) / (n + z²). One vote each way is imagined, so that a single first
vote neither crowns nor buries a comment.

`controversial` is high when many voted and they are split: old Reddit's formula, votes to the power of the balance.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import SmallInt
from piccolo.columns.indexes import IndexMethod
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T17:35:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "ranks and former votes"

# In float8 throughout: numeric, which literals are by themselves, costs ten times as much.
UPS, DOWNS = "(base_ups + ups)::float8", "(base_downs + downs)::float8"
U, D = f"({UPS} + 1)", f"({DOWNS} + 1)"
N = f"({U} + {D})"
Z = "float8 '1.281551565545'"
BEST = f"({U} + {Z} * {Z} / 2 - {Z} * sqrt({U} * {D} / {N} + {Z} * {Z} / 4)) / ({N} + {Z} * {Z})"
CONTROVERSIAL = f"""case when {UPS} > 0 and {DOWNS} > 0
  then power({UPS} + {DOWNS}, least({UPS}, {DOWNS}) / greatest({UPS}, {DOWNS})) else 0 end"""

# The indexes on a column go with it.
FORWARDS = f"""
alter table comment drop column best, drop column controversial;
alter table comment
  add column best float8 not null generated always as ({BEST}) stored,
  add column controversial float8 not null generated always as ({CONTROVERSIAL}) stored;
create index comment_children on comment (parent, best desc) where parent is not null;
create index comment_roots on comment (thread, best desc) where parent is null;
create index comment_best on comment (thread, best desc, id);
create index comment_controversial on comment (thread, controversial desc, id);
create index comment_passage on comment (thread, passage, best desc, id)
  where passage is not null and parent is null;
create index comment_lost on comment (thread, best desc, id) where anchor = 'lost'
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";\n"):
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    manager.add_column(
        table_class_name="Vote",
        tablename="vote",
        column_name="former",
        db_column_name="former",
        column_class_name="SmallInt",
        column_class=SmallInt,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )
    return manager
