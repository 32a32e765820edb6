"""Comments of one author that come at the same moment are judged one after the other."""

import asyncio

import pytest
from litestar import Litestar

from parley.moderation.matching import trust
from parley.moderation.matching.conditions import FirstComments, Similar
from parley.platform import db
from parley.platform.errors import TooMany
from tests import make
from tests.moderation.automod.rows import newcomer, put_rule, state_of

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

WORDS = "What remains is the habit of asking a machine first, whatever it was about."


async def test_the_second_of_two_simultaneous_comments_is_judged_with_the_first_known(app: Litestar) -> None:
    await put_rule(Similar(0.9), action="hold")
    author, threads = await make.member(), [await make.thread() for _ in range(6)]

    comments = await asyncio.gather(*(make.comment(thread, author, WORDS) for thread in threads))

    assert sorted([await state_of(comment) for comment in comments]) == ["pending"] * 5 + ["visible"]


async def test_simultaneous_first_comments_are_counted(app: Litestar) -> None:
    await put_rule(FirstComments(2), action="hold")
    author, threads = await newcomer(), [await make.thread() for _ in range(2)]
    await db.execute("update member set checked_comments = 7 where id = $1", author.id)

    await asyncio.gather(*(make.comment(thread, author) for thread in threads))

    assert await db.value("select checked_comments from member where id = $1", author.id) == 9


async def test_simultaneous_comments_do_not_exceed_the_limit_of_the_level(app: Litestar) -> None:
    most = trust.LEVELS[0].per_hour
    assert most is not None
    author, thread = await newcomer(), await make.thread()

    answers = await asyncio.gather(*(make.comment(thread, author) for _ in range(most + 5)), return_exceptions=True)

    assert sum(isinstance(answer, int) for answer in answers) == most
    assert all(isinstance(answer, int | TooMany) for answer in answers)
