"""Members of the demo who only read and answer statements, and how they answer.

In one thread the answers differ along a line, with common ground; in one without a pattern; in one too few answered.
Three have two statements on the same words of which readers accept only one. The maps are made by the worker's own job.
"""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import msgspec

from parley.discussion.opinion_map import jobs as maps
from parley.discussion.thesis import ops as thesis_ops
from parley.people.accounts import addresses, names
from parley.platform import db
from parley.site.demo.content import DemoStatement, first_names, statements, theses
from parley.site.demo.moderating import DemoThread
from parley.site.demo.voting import SEED

LETTERS = "bdh"
READERS = 130
JOINED_DAYS = 40
# How many of them answered in each thread, and how many statements each.
ANSWERED = {"01": (READERS, 17), "02": (90, 12), "03": (3, 8), "04": (40, 6), "05": (110, 5)}
# How many readers answered before yesterday's count: what all sides share is shown when it held on two days.
EARLY = {"01": 105, "02": 75}
# One reader in seven is on neither side. The others agree with their side nine times in ten. Some answer "unsure".
BETWEEN, SURE, UNSURE = 7, 0.9, 0.07
# More are unsure about a whole article.
UNSURE_OF_ARTICLE = 0.2

INSERT_MEMBERS = """
insert into member (name, name_key, email, email_key, state, is_demo, created_at)
select n, k, n || '@demo.example', e, 'active', true, $4
from unnest($1::text[], $2::text[], $3::text[]) m(n, k, e)
returning id
"""
SET_STATEMENTS = """
update comment c set statement = s.text from unnest($2::uuid[], $3::text[]) s(submission, text)
where c.thread = $1 and c.submission = s.submission and c.state = 'visible'
returning c.id, c.submission::text as submission
"""
# How many readers answered what the article claims; in one thread too few for a balance.
AGREED_OR_NOT = {"01": 64, "02": 47, "03": 22, "04": 31, "05": 7}
INSERT_THESIS_ANSWERS = """
insert into thesis_answer (thesis, thread, member, value, changed_at)
select h.id, h.thread, m, v, $4 from unnest($2::bigint[], $3::int[]) a(m, v)
join thesis h on h.thread = $1 and h.ended_at is null
"""
INSERT_ANSWERS = """
insert into vote (comment, thread, member, axis, value, asked, changed_at)
select c, $1, m, 'agreement', v, a, t
from unnest($2::bigint[], $3::bigint[], $4::int[], $5::bool[], $6::timestamptz[]) a(c, m, v, a, t)
"""


class DemoReader(msgspec.Struct, frozen=True):
    member: int
    side: str


class CommentWithStatement(msgspec.Struct, frozen=True):
    id: int
    submission: str


class DemoAnswer(msgspec.Struct, frozen=True):
    comment: int
    member: int
    value: int
    is_asked: bool
    at: datetime


async def answer(threads: Mapping[str, DemoThread]) -> None:
    """Let readers answer. Where many answer, the map is counted as the worker did yesterday, before the last answered.

    Today's maps are the worker's. Not to be called in a transaction, which would be idle during the count.
    """
    readers = await _add_readers()
    await _answer_theses(threads, readers)
    for number, (count, each) in ANSWERED.items():
        thread = threads[number]
        stated = await _add_statements(thread.id, number)
        cast = _answers(readers[:count], stated, each, thread.at)
        if number in EARLY:
            early = {reader.member for reader in readers[: EARLY[number]]}
            await _store(thread.id, [vote for vote in cast if vote.member in early])
            await maps.compute(thread.id, datetime.now(UTC) - timedelta(days=1))
            cast = [vote for vote in cast if vote.member not in early]
        await _store(thread.id, cast)


async def _add_readers() -> list[DemoReader]:
    readers = [f"{first}_{letter}" for letter in LETTERS for first in first_names()][:READERS]
    keys = [addresses.key(f"{name}@demo.example") for name in readers]
    joined = datetime.now(UTC) - timedelta(days=JOINED_DAYS)
    ids = await db.values(INSERT_MEMBERS, readers, [names.key(name) for name in readers], keys, joined)
    sides = ("builder", "sceptic")
    return [
        DemoReader(member, "mixed" if place % BETWEEN == 0 else sides[place % 2]) for place, member in enumerate(ids)
    ]


async def _answer_theses(threads: Mapping[str, DemoThread], readers: list[DemoReader]) -> None:
    dice = random.Random(SEED)  # noqa: S311 as below
    for number, count in AGREED_OR_NOT.items():
        thread, thesis = threads[number], theses()[number]
        values = [_value(dice, reader, thesis, UNSURE_OF_ARTICLE) for reader in readers[:count]]
        members = [reader.member for reader in readers[:count]]
        await db.execute(INSERT_THESIS_ANSWERS, thread.id, members, values, thread.at + timedelta(hours=1))
    await thesis_ops.recount()


async def _add_statements(thread: int, number: str) -> dict[int, DemoStatement]:
    """Give the comments of a thread their statements, and return these by comment."""
    known = {str(uuid5(NAMESPACE_URL, f"{thread}/{key}")): statement for key, statement in statements(number).items()}
    rows = await db.fetch(
        CommentWithStatement, SET_STATEMENTS, thread, list(known), [statement.text for statement in known.values()]
    )
    return {row.id: known[row.submission] for row in rows}


def _answers(
    readers: Iterable[DemoReader], stated: Mapping[int, DemoStatement], each: int, opened_at: datetime
) -> list[DemoAnswer]:
    dice = random.Random(SEED)  # noqa: S311 a demo must come out the same each time
    cast: list[DemoAnswer] = []
    for reader in readers:
        at = opened_at + timedelta(minutes=dice.randrange(60, 1_400))
        chosen = dice.sample(sorted(stated), min(each, len(stated)))
        cast += [
            # Every other question is a random one (statements/deck.py).
            DemoAnswer(comment, reader.member, _value(dice, reader, stated[comment]), bool(number % 2), at)
            for number, comment in enumerate(chosen)
        ]
    return cast


def _value(dice: random.Random, reader: DemoReader, statement: DemoStatement, unsure: float = UNSURE) -> int:
    if dice.random() < unsure:
        return 0
    if statement.side == "shared":
        likely = SURE
    elif "mixed" in (statement.side, reader.side):
        likely = 0.55
    else:
        likely = SURE if statement.side == reader.side else 1 - SURE
    return 1 if dice.random() < likely else -1


async def _store(thread: int, cast: list[DemoAnswer]) -> None:
    columns = zip(*(msgspec.structs.astuple(vote) for vote in cast), strict=True)
    if cast:
        await db.execute(INSERT_ANSWERS, thread, *map(list, columns))
