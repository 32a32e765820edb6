"""What Piccolo cannot say of digests: states, and that nothing is told twice; and who gets one from now on."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T14:26:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of digests"

# Members who confirmed their address begin with the weekly digest, next Saturday at 8.
RULES = """
alter table subscription add constraint subscription_frequency_check check (frequency in ('weekly', 'daily', 'off'));
alter table subscription add constraint subscription_weekday_check check (weekday between 1 and 7);
alter table subscription add constraint subscription_hour_check check (hour between 0 and 23);
create index subscription_due on subscription (next_at) where next_at is not null;

alter table issue add constraint issue_list_check check (list in ('digest', 'keep'));
alter table issue add constraint issue_state_check
  check (state in ('planned', 'posted', 'empty', 'sent', 'failed', 'expired', 'unknown'));
create unique index issue_member_list_period_key on issue (member, list, period);
create unique index issue_mail_key on issue (mail) where mail is not null;
create index issue_planned on issue (due_at) where state = 'planned';

create index issue_item_issue on issue_item (issue, position);
create index issue_item_member on issue_item (member) where told;
create index member_shut_out on member (id) where state in ('suspended', 'anonymised');
create index issue_item_comment on issue_item (comment) where comment is not null;
create unique index issue_item_comment_once on issue_item (member, comment) where told and comment is not null;
create unique index issue_item_article_once on issue_item (member, thread, coalesce(revision, 0))
  where told and comment is null;

update member m set seen_at = greatest(
  m.created_at,
  (select max(seen_at) from session where member = m.id),
  (select max(seen_at) from visit where member = m.id),
  (select max(created_at) from comment where author = m.id)
);
insert into subscription (member, next_at)
select id, date_trunc('week', now()) + interval '5 days 8 hours'
  + case when now() < date_trunc('week', now()) + interval '5 days 8 hours' then interval '0' else interval '7 days' end
from member where state not in ('unverified', 'deactivated', 'anonymised')
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in RULES.split(";\n"):
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
