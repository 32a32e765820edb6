"""What mail there was gets its state; what states there are, and indexes for what the worker looks for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T14:22:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "mail: states and indexes"

STATEMENTS = (
    """update mail set domain = lower(split_part(recipient, '@', 2)),
         state = case when sent_at is not null then 'sent' when due_at = 'infinity' then 'failed' else 'planned' end""",
    """alter table mail add constraint mail_state check
         (state in ('planned', 'claimed', 'data', 'sent', 'failed', 'expired', 'stopped', 'unknown'))""",
    "alter table mail add constraint mail_of_list check (list is null or (member is not null and key is not null))",
    "drop index mail_due",
    "create index mail_due on mail (domain, due_at) where state = 'planned'",
    "create index mail_urgent on mail (due_at) where state = 'planned' and list is null",
    "create index mail_leased on mail (leased_until) where state in ('claimed', 'data')",
    "create index mail_member on mail (member, list) where member is not null",
    "create index mail_time on mail (created_at)",
    "create index mail_address_suppressed on mail_address (suppressed_at desc) where suppressed_at is not null",
    "create index mail_bounce_time on mail_bounce (created_at desc)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in STATEMENTS:
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
