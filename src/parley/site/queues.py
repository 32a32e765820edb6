"""How many items wait in PostgreSQL for the worker or for people, and for how long: the worker's metrics."""

import msgspec

from parley.moderation.reports.queries import IS_OPEN
from parley.people.mail.tables import MailAddress
from parley.platform.db import fetch
from parley.platform.observability import metrics

# Each count uses a partial index. `events` are those without notifications yet. Slow mode and sweeps have no queue.
SELECT_QUEUES = f"""
select queue, count(since)::int as waiting,
  coalesce(greatest(extract(epoch from now() - min(since)), 0), 0)::float8 as oldest
from (values ('imports'), ('events'), ('mail'), ('digests'), ('issues'), ('backtests'), ('exports'), ('holds'),
  ('reports'), ('appeals')) every (queue)
left join (
  select 'imports' as queue, changed_at as since from article_import where state in ('waiting', 'fetching', 'reading')
  union all select 'events', created_at from event
    where handled_at is null and not exists (
      select from job_failure f where f.job = 'notifications' and f.item = event.id::text and f.retry_at is null)
  union all select 'mail', due_at from mail where state = 'planned' and due_at <= now()
  union all select 'digests', next_at from subscription where next_at <= now()
  union all select 'issues', due_at from issue where state = 'planned' and due_at <= now()
  union all select 'backtests', created_at from backtest where state in ('waiting', 'running')
  union all select 'exports', created_at from export where state in ('waiting', 'running')
  union all select 'holds', created_at from comment c where state = 'pending' and not exists (
    select from queue_item i where i.kind = 'comment' and i.target = c.id and i.asked_until > now())
  union all select 'reports', opened_at from queue_item i where {IS_OPEN}
  union all select 'appeals', created_at from appeal where state in ('filed', 'assigned')
) due using (queue)
group by queue
"""  # noqa: S608 constants only
COUNT_RETURNED = (
    "select kind, count(*)::int as count from mail_bounce where created_at > now() - interval '1 day' group by kind"
)
COUNT_DEAD = "select job as kind, count(*)::int as count from job_failure where retry_at is null group by job"


class Queue(msgspec.Struct, frozen=True):
    queue: str
    waiting: int
    oldest: float


class CountOfKind(msgspec.Struct, frozen=True):
    kind: str
    count: int


async def update() -> None:
    """Update the gauges of all queues. One that cannot be read is left out instead of keeping its last value."""
    for gauge in (metrics.WAITING, metrics.OLDEST_SECONDS, metrics.MAIL_RETURNED, metrics.JOBS_DEAD):
        gauge.clear()
    for row in await fetch(Queue, SELECT_QUEUES):
        metrics.WAITING.labels(row.queue).set(row.waiting)
        metrics.OLDEST_SECONDS.labels(row.queue).set(row.oldest)
    for mail in await fetch(CountOfKind, COUNT_RETURNED):
        metrics.MAIL_RETURNED.labels(mail.kind).set(mail.count)
    for job in await fetch(CountOfKind, COUNT_DEAD):
        metrics.JOBS_DEAD.labels(job.kind).set(job.count)
    metrics.MAIL_SUPPRESSED.set(await MailAddress.count().where(MailAddress.suppressed_at.is_not_null()))
