"""One decision on all comments that a filter of the queue finds, made by the worker."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T16:37:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "bulk decisions"

FORWARDS = """
create table bulk_decision (
    id bigserial primary key not null,
    moderator bigint not null references member (id) on delete restrict on update cascade default null,
    action varchar(20) not null default null,
    guideline varchar(30) references guideline (code) on delete restrict on update cascade default null,
    reason text not null default '',
    law text not null default '',
    also varchar(20) default null,
    days integer default null,
    state varchar(7) not null default 'running',
    created_at timestamptz not null default current_timestamp,
    changed_at timestamptz not null default current_timestamp,
    constraint bulk_decision_state_check check (state in ('running', 'done', 'undoing', 'undone'))
);
create index bulk_decision_moderator on bulk_decision (moderator, id desc);
create index bulk_decision_due on bulk_decision (id) where state in ('running', 'undoing');
create table bulk_item (
    id bigserial primary key not null,
    bulk bigint not null references bulk_decision (id) on delete cascade on update cascade default null,
    item bigint not null references queue_item (id) on delete cascade on update cascade default null,
    version integer not null default null,
    state varchar(8) not null default 'waiting',
    decision bigint default null,
    sanction bigint default null,
    refusal text not null default '',
    constraint bulk_item_state_check check (state in ('waiting', 'decided', 'left_out', 'undone', 'kept')),
    constraint bulk_item_bulk_item_key unique (bulk, item)
);
create index bulk_item_state on bulk_item (bulk, state, id);
create index bulk_item_item on bulk_item (item);
create index bulk_item_sanction on bulk_item (bulk) where sanction is not null
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
