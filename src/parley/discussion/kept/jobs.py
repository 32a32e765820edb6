"""The worker's job: after a revision of an article, find highlighted words again."""

from functools import partial

from parley.articles.anchoring import Resolution
from parley.articles.articles import queries as articles
from parley.discussion.comments import anchors
from parley.discussion.comments.anchors import Anchored
from parley.discussion.kept import rules
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.events.job_wakeups import wake_job

JOB = "highlights"
BATCH = 500
SELECT_DUE = f"""
select distinct k.thread from kept_item k join thread t on t.id = k.thread
where k.passage is not null and k.found_in <> t.revision and {attempts.due(JOB, "k.thread")}
"""  # noqa: S608 constants only
# Those that were looked for in the same revision last.
LOCK_BATCH = f"""
select k.id, k.revision, k.made_on, coalesce(k.quote, '') as quote, coalesce(k.prefix, '') as prefix,
       coalesce(k.suffix, '') as suffix, k.passage, k.words, false as by_hand
from kept_item k
where k.thread = $1 and k.passage is not null and k.found_in = (
    select min(o.found_in) from kept_item o where o.thread = $1 and o.passage is not null and o.found_in <> $2)
order by k.revision desc, k.id limit {BATCH} for no key update skip locked
"""  # noqa: S608 constants only
MOVE = """
update kept_item k set anchor = n.anchor, passage = n.passage, words = nullif(n.words, ''), found_in = $1
from unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[]) as n(id, anchor, passage, words) where k.id = n.id
"""


async def after_revise(_thread: int, _former: int, _new: int) -> None:
    """Have the worker find the highlights of a thread again."""
    db.after_commit(partial(wake_job, JOB))


async def find_again() -> int:
    """Find the highlights of articles that were revised, and return in how many threads."""
    return len(await attempts.each(JOB, await db.values(SELECT_DUE), _find_in_thread, in_transaction=False))


async def _find_in_thread(thread: int) -> None:
    while True:
        async with db.atomic():
            if not await _find_batch(thread):
                return


async def _find_batch(thread: int) -> bool:
    """Find some of a thread's highlights again; return whether there were any."""
    new = await db.value("select revision from thread where id = $1", thread)
    batch = await db.fetch(Anchored, LOCK_BATCH, thread, new)
    if batch:
        former = await db.value("select found_in from kept_item where id = $1", batch[0].id)
        text, merged = await articles.text(thread, new), await articles.merged_lineages(thread)
        await _move(new, await anchors.locate(thread, former, text, merged, batch))
    return bool(batch)


async def _move(new: int, found: dict[int, Resolution]) -> None:
    places = list(found.values())
    words = [
        anchors.shorten_quote(place.quote, rules.LONGEST_HIGHLIGHT) if place.state == "changed" else ""
        for place in places
    ]
    states, passages = [place.state for place in places], [place.lineage for place in places]
    await db.execute(MOVE, new, list(found), states, passages, words)
