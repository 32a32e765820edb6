"""An address belongs to whoever confirms it: until then several members may claim the same one.

So sign-up makes the same row and gives the same answer whether an address is known or not (trust.md S42).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Varchar
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T01:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "addresses are unique among those confirmed"

FORWARDS = "create unique index member_confirmed_email_key on member (email_key) where state <> 'unverified'"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    manager.alter_column(
        table_class_name="Member",
        tablename="member",
        column_name="email_key",
        db_column_name="email_key",
        params={"unique": False},
        old_params={"unique": True},
        column_class=Varchar,
        old_column_class=Varchar,
        schema=None,
    )

    async def run() -> None:
        await DB.run_querystring(QueryString(FORWARDS))

    manager.add_raw(run)
    return manager
