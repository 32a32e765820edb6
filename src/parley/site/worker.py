"""The worker: its jobs find their work in PostgreSQL, when woken through Redis, found due, or at intervals."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path

from parley.articles.imports import jobs as articles
from parley.articles.imports import ops as imports
from parley.discussion.comments import anchor_moves
from parley.discussion.comments import jobs as comments
from parley.discussion.kept import jobs as kept
from parley.discussion.opinion_map import jobs as maps
from parley.discussion.slow_mode import display as slow_mode
from parley.discussion.threads import jobs as threads
from parley.discussion.votes import jobs as votes
from parley.interfaces.embed import first_comments
from parley.interfaces.embed import jobs as embed
from parley.interfaces.feeds import jobs as feeds
from parley.interfaces.feeds import websub
from parley.interfaces.inbound_feeds import jobs as inbound_feeds
from parley.interfaces.inbound_feeds import sql as inbound_feeds_sql
from parley.interfaces.search import jobs as search
from parley.interfaces.search.ops import refresh_ranks
from parley.interfaces.search.spelling import collect_first
from parley.interfaces.webhooks import jobs as webhooks
from parley.interfaces.webhooks.ops import MOST_WEBHOOKS
from parley.interfaces.webmentions import jobs as webmentions
from parley.letters.authors import jobs as authors
from parley.letters.digests import jobs as digests
from parley.letters.notifications import counts as unread_counts
from parley.letters.notifications import jobs as notifications
from parley.letters.notifications.mailing import post_letters
from parley.moderation.appeals import jobs as appeals
from parley.moderation.automod import jobs as automod
from parley.moderation.backtests import jobs as backtests
from parley.moderation.dashboard import weekly
from parley.moderation.decisions import jobs as decisions
from parley.moderation.decisions import mass_undo
from parley.moderation.modqueue import bulk_jobs
from parley.moderation.modrules import jobs as rules
from parley.moderation.reports import ops as reports
from parley.moderation.rings import jobs as rings
from parley.own_data.erasure import jobs as erasure
from parley.own_data.erasure import words
from parley.own_data.exports import jobs as exports
from parley.people.inbound_mail import maildir
from parley.people.mail import queries as mail
from parley.people.mail.sending import deliver_due
from parley.platform.db import close_pool, open_pool
from parley.platform.events.notify import flush
from parley.platform.events.redis import close_redis, open_redis
from parley.platform.events.scheduler import Job, Scheduler, Span
from parley.platform.http.languages import language_for
from parley.platform.http.scrape import serve_metrics
from parley.platform.settings import Settings
from parley.platform.text.languages import speaking
from parley.site import hooks, queues, retention
from parley.site.backup import nightly
from parley.site.doctor import letter

POOL_SIZE = 6
HOUR = 3_600
JOBS = (
    Job("mail", deliver_due, due=mail.SELECT_DUE, concurrency=2, repeats=True),
    Job("inbox", maildir.read_inbox, seconds=30),
    # Most wait for the sites, which may be slow: so the slow ones of a few members do not delay the imports of others.
    Job("imports", articles.read_waiting, due=imports.SELECT_DUE, concurrency=8),
    Job("embed", embed.post_waiting, due=first_comments.SELECT_DUE, concurrency=4),
    Job("feeds", inbound_feeds.fetch_due, due=inbound_feeds_sql.SELECT_DUE_FEEDS, concurrency=4, deferrable=True),
    Job(
        "feed items",
        inbound_feeds.make_approved,
        due=inbound_feeds_sql.SELECT_DUE_ITEMS,
        concurrency=3,
        deferrable=True,
    ),
    Job("claims", authors.check_due, seconds=60, concurrency=3),
    Job("webmentions", webmentions.send_due, seconds=60, deferrable=True),
    Job("slow mode", slow_mode.update_all, due=slow_mode.SELECT_WATCHED),
    Job("backtests", backtests.run_backtests, due=backtests.SELECT_DUE),
    Job("retests", rules.retest, seconds=60),
    Job("rule costs", backtests.check_costs, seconds=60, deferrable=True),
    Job("notifications", notifications.handle_at_a_pace, due=notifications.SELECT_DUE, gap=0.25, on_events=True),
    Job("letters about notifications", post_letters, seconds=60),
    Job("sources", threads.check_sources, seconds=60, deferrable=True),
    Job("thread stats", threads.refresh_thread_stats, seconds=10),
    Job("link pictures", feeds.draw_due, seconds=30, deferrable=True),
    Job("hub", websub.ping, seconds=60, deferrable=True),
    Job("maps", maps.compute_due, seconds=60, deferrable=True),
    Job("retention", retention.remove_expired, seconds=HOUR, deferrable=True),
    Job(anchor_moves.JOB, anchor_moves.move_waiting, due=anchor_moves.SELECT_DUE),
    Job(kept.JOB, kept.find_again, seconds=60),
    Job("votes", votes.count_remaining_votes, seconds=60),
    Job("markdown", comments.render_old, seconds=HOUR, deferrable=True),
    Job("beginnings", comments.make_beginnings, due=comments.SELECT_LONG, repeats=True),
    Job("sanctions", decisions.end_sanctions, due=decisions.SELECT_DUE),
    Job(mass_undo.JOB, mass_undo.work_off, due=mass_undo.SELECT_DUE),
    Job(bulk_jobs.JOB, bulk_jobs.work_off, due=bulk_jobs.SELECT_DUE),
    Job("nearly due", reports.raise_nearly_due, seconds=300),
    Job("holds", automod.review_holds, seconds=600),
    Job("appeals", appeals.remind, seconds=HOUR),
    Job("weekly letter", weekly.send_on_monday, seconds=HOUR),
    Job("digests", digests.run, seconds=60, deferrable=True),
    Job("exports", exports.make_exports, due=exports.SELECT_DUE, deferrable=True),
    Job("erasures of what cases held", words.erase_held, seconds=HOUR, deferrable=True),
    Job("erasures", erasure.erase_due, seconds=60, repeats=True, deferrable=True),
    Job("mentions", erasure.rewrite_mentions, due=erasure.SELECT_DUE_NAMES),
    Job("webhooks", webhooks.queue_all, due=webhooks.SELECT_BEHIND, gap=0.3, on_events=True),
    # One sweep a receiver, so that none waits for another.
    Job(
        "webhook deliveries",
        webhooks.send_due,
        due=webhooks.SELECT_DUE,
        concurrency=MOST_WEBHOOKS,
        repeats=True,
    ),
    Job("counters", votes.check_counters, hour=3),
    Job("passage counts", comments.check_counts, hour=3),
    Job("unread counts", unread_counts.check, hour=3),
    Job("backup", nightly.back_up, hour=1, deferrable=True),
    Job("doctor", letter.send, hour=6),
    Job("rings", rings.find_rings, hour=2),
    Job("score", automod.train_score, hour=1),
    Job("search", search.index_at_a_pace, due=search.SELECT_DUE, gap=0.3, on_events=True),
    Job("search ranks", refresh_ranks, seconds=60, deferrable=True),
    Job("search check", search.check, hour=4),
    Job("search words", collect_first, seconds=60, deferrable=True),
)


@contextlib.asynccontextmanager
async def _traces(settings: Settings) -> AsyncIterator[Span]:
    """Yield what creates the spans of this process, which does nothing without a collector."""
    if not settings.traces:
        yield contextlib.nullcontext
        return
    from parley.platform.observability import tracing  # noqa: PLC0415 most installations have no tracing

    yield tracing.start("parley-worker").start_as_current_span
    await tracing.stop()


async def run(settings: Settings, heartbeat: Path | None = None) -> None:
    """Run the worker until SIGTERM or SIGINT, and touch the file `heartbeat` after each poll of the database."""
    hooks.connect()
    await open_pool(settings.database_url, size=POOL_SIZE, application_name="parley worker", statement_timeout="60000")
    open_redis(settings.redis_url)
    try:
        async with _traces(settings) as span, serve_metrics(settings.metrics, queues.update):
            scheduler = Scheduler(JOBS, span, heartbeat)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, scheduler.stop)
            # Letters are in their readers' languages, and all else that it writes in the site's.
            with speaking(language_for("")):
                await scheduler.run()
    finally:
        await flush()
        await close_redis()
        await close_pool()
