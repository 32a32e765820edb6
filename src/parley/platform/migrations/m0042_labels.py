"""What webhooks say of comments, for moderators and automatic rules."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T16:42:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "labels of comments"

FORWARDS = """
create table comment_label (
    id bigserial primary key not null,
    comment bigint not null references comment (id) on delete cascade on update cascade default null,
    version integer not null default null,
    webhook bigint not null default null,
    source text not null default null,
    label varchar(40) not null default null,
    score double precision not null default null,
    created_at timestamptz not null default current_timestamp,
    constraint comment_label_comment_webhook_key unique (comment, webhook),
    constraint comment_label_score_check check (score >= 0 and score <= 1)
)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
