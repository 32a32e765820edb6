"""Threads whose members answered: two camps that part over some statements and share others, or no camps."""

import random
from itertools import count as numbers

from parley.platform import db
from tests import make

SHARED, PARTED = 8, 16
_numbers = numbers(1)
MEMBERS = """
insert into member (name, name_key, email, email_key, role, state, created_at)
select name, name, name || '@example.org', name || '@example.org', 'member', 'active', now() - interval '30 days'
from unnest($1::text[]) n(name) returning id
"""
ANSWERS = """
insert into vote (comment, thread, member, axis, value, counted, wording, asked, changed_at)
select c, $1, m, 'agreement', v, true, 1, true, now()
from unnest($2::bigint[], $3::bigint[], $4::int[]) a(c, m, v)
"""


async def statements(thread: int, count: int = SHARED + PARTED) -> list[int]:
    """Comments with a statement each, every other one on the first passage."""
    author = await make.member()
    passages = await make.lineages(thread)
    made = []
    for number in range(count):
        comment = await make.comment(thread, author, f"Comment {number}.", passage=passages[number % 2])
        await db.execute("update comment set statement = $2 where id = $1", comment, f"Statement {number}.")
        made.append(comment)
    return made


async def members(count: int) -> list[int]:
    """Members of a month."""
    return await db.values(MEMBERS, [f"answering{next(_numbers)}" for _ in range(count)])


async def camps(
    thread: int, comments: list[int], who: list[int], *, answers: int = 18, shared: int = SHARED, seed: int = 1
) -> None:
    """Let members answer: all agree with the `shared` first comments, and half of them with each of the others."""
    dice = random.Random(seed)
    cast = [
        (comment, member, _answer(dice, comments.index(comment) < shared, number % 2, comments.index(comment) % 2))
        for number, member in enumerate(who)
        for comment in dice.sample(comments, answers)
    ]
    await store(thread, cast)


async def nothing(thread: int, comments: list[int], who: list[int], *, answers: int = 18, seed: int = 1) -> None:
    """Let members answer without any pattern."""
    dice = random.Random(seed)
    await store(
        thread, [(one, member, dice.choice((-1, 0, 1, 1))) for member in who for one in dice.sample(comments, answers)]
    )


async def store(thread: int, cast: list[tuple[int, int, int]]) -> None:
    """Store answers: comment, member, value."""
    await db.execute(ANSWERS, thread, *([row[part] for row in cast] for part in range(3)))


def _answer(dice: random.Random, shared: bool, camp: int, side: int) -> int:
    if dice.random() < 0.06:
        return 0
    likely = 1 if shared or camp == side else -1
    return likely if dice.random() < 0.92 else -likely
