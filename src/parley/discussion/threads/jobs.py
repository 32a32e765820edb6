"""Computing the stats of threads for the home page, and revising articles from their sources on a schedule."""

import asyncio
from datetime import datetime

import msgspec
import structlog

from parley.articles.imports import source_checks
from parley.articles.imports.source_checks import DueCheck
from parley.discussion.threads import disagreement
from parley.discussion.threads.edit_ops import obey_reservations
from parley.discussion.threads.opening import revise_from_source
from parley.discussion.threads.queries import hot
from parley.discussion.threads.tables import ThreadStats
from parley.extraction.errors import CannotImport, PageGone, Unchanged
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.text.messages import N_, Message

log = structlog.get_logger(__name__)

# At most this many in one sweep, each of another site.
MOST_IN_SWEEP = 5
SECONDS = 60  # of one check
GONE = N_("When we last checked, the source had no page at this address.")
GONE_FOR_GOOD = N_("The source removed the page. We no longer check it; the text here stays as it is.")
FAULT = N_("The page could not be read because of a fault on our side.")

# Threads with activity after their stats were computed. A removed or edited comment is found by its event, since it
# does not count as activity.
SELECT_DUE_THREADS = f"""
select t.id, t.created_at from thread t join thread_stats s on s.thread = t.id
where (t.last_activity_at > s.refreshed_at
   or exists (select from event e where e.thread = t.id and e.seq = t.last_seq and e.created_at > s.refreshed_at)
   or exists (select 1 from comment c where c.thread = t.id and c.scored_at > s.refreshed_at))
  and {attempts.due("thread stats", "t.id")}
order by s.refreshed_at limit 200
"""  # noqa: S608 constants only

# Comments that wait for a moderator or were rejected do not count (discussion/comments/rules.py: IS_IN).
REFRESH_STATS = """
with counted as (
    select c.author, c.imported_author, c.parent, c.stance, c.state, c.created_at,
           c.base_ups + c.ups - c.base_downs - c.downs as score
    from comment c where c.thread = $1 and c.state not in ('pending', 'rejected', 'expired', 'withdrawn')
)
select coalesce(sum(greatest(score, 0)), 0)::int + count(*)::int as score,
       count(distinct coalesce(author::text, imported_author))::int as people,
       array[count(*) filter (where parent is null and stance = 'supports' and state = 'visible'),
             count(*) filter (where parent is null and stance = 'challenges' and state = 'visible'),
             count(*) filter (where parent is null and stance = 'adds' and state = 'visible'),
             count(*) filter (where parent is null and stance = 'asks' and state = 'visible'),
             count(*) filter (where parent is null and stance is null and state = 'visible')]::int[] as stances
from counted
"""


class DueThread(msgspec.Struct, frozen=True):
    id: int
    created_at: datetime


class ComputedStats(msgspec.Struct, frozen=True):
    score: int
    people: int
    stances: list[int]


async def refresh_thread_stats() -> int:
    """Compute the stats of the threads that are due, and return how many."""
    due = await db.fetch(DueThread, SELECT_DUE_THREADS)
    await attempts.each("thread stats", due, _refresh, key=lambda thread: thread.id)
    return len(due)


async def _refresh(thread: DueThread) -> None:
    started = await db.value("select now()")
    stats = await db.fetch_one(ComputedStats, REFRESH_STATS, thread.id)
    if stats is None:
        return
    computed = msgspec.structs.asdict(stats) | msgspec.structs.asdict(await disagreement.find(thread.id))
    await ThreadStats.update(**computed, hot=hot(stats.score, thread.created_at), refreshed_at=started).where(
        ThreadStats.thread == thread.id
    )


async def check_sources() -> int:
    """Check some of the sources that are due, and return how many."""
    hosts: list[str] = []
    while len(hosts) < MOST_IN_SWEEP and (due := await source_checks.claim(hosts)) is not None:
        hosts.append(due.host)
        # One that fails here is due again in a quarter of an hour (articles/imports/source_checks.py).
        await attempts.each("sources", [due], check, key=lambda source: source.id, in_transaction=False)
    return len(hosts)


async def check(due: DueCheck) -> None:
    """Check one source, and revise its article if the text changed. A check that fails leaves the text as it is."""
    try:
        async with asyncio.timeout(SECONDS):
            revised = not due.archived and await _revise(due)
        if not revised:
            await source_checks.schedule(due)
    except Unchanged:
        await source_checks.schedule(due)
    except PageGone:
        if due.note != GONE:
            await _schedule_with_note(due, GONE)
        else:
            log.info("source gone", article=due.id, url=due.url)
            await source_checks.stop(due, GONE_FOR_GOOD)
    except CannotImport as error:
        await _schedule_with_note(due, error.reason)
    except TimeoutError:
        await _schedule_with_note(due, N_("Reading the page took too long."))
    except Exception:
        log.exception("check failed", article=due.id)
        await source_checks.schedule(due, FAULT)


async def _revise(due: DueCheck) -> bool:
    """Revise an article from its page. Returns False if there was nothing to do."""
    page = await source_checks.read(due)
    text = await source_checks.as_revision(due, page)
    # Only once the article was found on the page: a login page may state stricter reservations.
    if await obey_reservations(due.id, page.reservations):
        log.info("source allows an excerpt only", article=due.id, url=due.url)
        return True
    if text is None or not await revise_from_source(due.id, text):
        return False
    log.info("source revised", article=due.id, url=due.url)
    return True


async def _schedule_with_note(due: DueCheck, note: Message) -> None:
    log.info("source not revised", article=due.id, url=due.url, note=note)
    await source_checks.schedule(due, note)
