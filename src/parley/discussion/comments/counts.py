"""Stored counts of visible comments, by part and stance and by quoted words, so that pages need not count.

Code that changes comments does so inside `update_counts`. A trigger would be slower: a statement trigger cannot be
limited to columns, so it would run for every vote; a row trigger would run for each of the thousands of anchors that a
revision moves.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from parley.discussion.comments.tables import PassageCount, QuotedWords
from parley.platform import db

STANCES = "supports, challenges, adds, asks, none"
BY_STANCE = """
    count(*) filter (where stance = 'supports')::int, count(*) filter (where stance = 'challenges')::int,
    count(*) filter (where stance = 'adds')::int, count(*) filter (where stance = 'asks')::int,
    count(*) filter (where stance is null)::int
"""
IS_COUNTED = "part is not null and state = 'visible'"
ON_CONFLICT = """
on conflict (thread, part) do update
set supports = n.supports + excluded.supports, challenges = n.challenges + excluded.challenges,
    adds = n.adds + excluded.adds, asks = n.asks + excluded.asks, none = n.none + excluded.none
"""
ADD_TO_COUNTS = f"""
insert into passage_count as n (thread, part, {STANCES})
select thread, part, {BY_STANCE} from {{source}} where {IS_COUNTED} group by thread, part {ON_CONFLICT}
"""  # noqa: S608 constants only
ADD_SOME = ADD_TO_COUNTS.format(
    source="(select thread, part, stance, state from comment where id = any($1)) some_of_it"
)
ADD_THREAD = ADD_TO_COUNTS.format(source="(select thread, part, stance, state from comment where thread = $1) whole")
SUBTRACT_FROM_COUNTS = f"""
update passage_count n
set supports = n.supports - c.supports, challenges = n.challenges - c.challenges, adds = n.adds - c.adds,
    asks = n.asks - c.asks, none = n.none - c.none
from (
    select thread, part, {BY_STANCE} from comment where id = any($1) and {IS_COUNTED} group by thread, part
) c (thread, part, {STANCES})
where n.thread = c.thread and n.part = c.part
"""  # noqa: S608 constants only

# Words that run on into another passage are not counted: only words of one passage are marked in the text.
ABOUT = "coalesce(words, quote)"
IS_ABOUT_WORDS = f"""state = 'visible' and anchor in ('same', 'changed', 'moved') and passage_end is null
    and {ABOUT} is not null"""
ADD_WORDS = f"""
insert into quoted_words as n (thread, passage, words, comments)
select thread, passage, {ABOUT}, count(*) from comment where {{which}} and {IS_ABOUT_WORDS}
group by thread, passage, {ABOUT}
on conflict (thread, passage, md5(words)) do update set comments = n.comments + excluded.comments
"""  # noqa: S608 constants only
ADD_WORDS_OF_SOME = ADD_WORDS.format(which="id = any($1)")
ADD_WORDS_OF_THREAD = ADD_WORDS.format(which="thread = $1")
SUBTRACT_WORDS = f"""
update quoted_words n set comments = n.comments - c.comments from (
    select thread, passage, {ABOUT} as words, count(*) as comments from comment where id = any($1) and {IS_ABOUT_WORDS}
    group by thread, passage, {ABOUT}
) c
where n.thread = c.thread and n.passage = c.passage and md5(n.words) = md5(c.words)
"""  # noqa: S608 constants only
SELECT_DRIFTED = f"""
with fresh as (
    select thread, part, {BY_STANCE} from comment
    where thread > $1 and thread <= $2 and {IS_COUNTED} group by thread, part
), kept as (
    select thread, part, {STANCES} from passage_count
    where thread > $1 and thread <= $2 and (supports, challenges, adds, asks, none) <> (0, 0, 0, 0, 0)
)
select distinct thread from (
    (select * from fresh except select * from kept) union all (select * from kept except select * from fresh)
) d order by thread
"""  # noqa: S608 constants only


@asynccontextmanager
async def update_counts(*comments: int) -> AsyncIterator[None]:
    """Update the counts for comments that are changed inside this block. The caller has locked the thread's row."""
    await db.execute(f"with words as ({SUBTRACT_WORDS}) {SUBTRACT_FROM_COUNTS}", comments)
    yield
    await db.execute(f"with words as ({ADD_WORDS_OF_SOME}) {ADD_SOME}", comments)


async def recount(thread: int) -> None:
    """Count all comments of a thread again. The caller has locked its row."""
    await PassageCount.delete().where(PassageCount.thread == thread)
    await QuotedWords.delete().where(QuotedWords.thread == thread)
    await db.execute(f"with words as ({ADD_WORDS_OF_THREAD}) {ADD_THREAD}", thread)


async def find_drifted(above: int, upto: int) -> list[int]:
    """Return the threads with ids in (above, upto] whose counts differ from a recount."""
    return await db.values(SELECT_DRIFTED, above, upto)
