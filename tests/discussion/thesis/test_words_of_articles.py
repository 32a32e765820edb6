"""A thesis in words of its article is not read where these may not be, and no history makes that costly to find out."""

import re

import pytest

from parley.articles.articles.text import ArticleText
from parley.discussion.thesis import queries
from parley.discussion.threads.ops import revise_thread
from parley.platform import db
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

QUOTED = "The wager was lost before it began."
OWN = "Nobody has ever won it."
LATE = f"So they say it again: {QUOTED[:-1]}, and nobody minded."
EXCERPTED = "update article set allowed = 'excerpt' where id = (select article from thread where id = $1)"
SCANS = re.compile(r"on passage.*actual rows=\S+ loops=(\d+)")


def article(*words: str) -> ArticleText:
    return make.text("How it begins. " * 30, *words)


async def excerpted(thread: int) -> None:
    async with make.as_owner():
        await db.execute(EXCERPTED, thread)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_words_beyond_the_excerpt_are_not_read_whichever_came_first(when: str) -> None:
    thread = await make.thread(article() if when == "before" else article(LATE))
    await make.thesis(thread, QUOTED)
    if when == "before":
        await revise_thread(thread, article(LATE))
    assert await queries.of_thread(thread) is not None

    await excerpted(thread)

    assert await queries.of_thread(thread) is None


async def test_words_of_a_former_version_are_not_read_either() -> None:
    thread = await make.thread(article(LATE))
    await revise_thread(thread, article("Something else."))
    await make.thesis(thread, QUOTED)
    await excerpted(thread)

    assert await queries.of_thread(thread) is None


async def test_words_of_the_excerpt_and_words_of_nobody_are_read() -> None:
    for words in ("How it begins.", OWN):
        thread = await make.thread(article(LATE))
        await make.thesis(thread, words)
        await excerpted(thread)

        row = await queries.of_thread(thread)
        assert row is not None
        assert row.text == words


async def test_fifty_former_theses_read_the_article_once() -> None:
    """Each read all versions again: 45 seconds for an article of 60 versions of 9,900 passages."""
    thread = await make.thread(article(LATE))
    for number in range(10):
        await revise_thread(thread, article(LATE, f"Version {number}."))
        await make.thesis(thread, f"{OWN} {number}")
        await make.thesis(thread, f"{QUOTED[:-1]}" if number % 2 else "How it begins.")
    await excerpted(thread)

    plan = "\n".join(await db.values(f"explain (analyze, timing off) {queries.SELECT_EARLIER}", thread))

    loops = [int(one) for one in SCANS.findall(plan)]
    assert loops and max(loops) <= 2, plan
    assert {row.text for row in await queries.earlier(thread)} == {
        "How it begins.",
        *(f"{OWN} {number}" for number in range(10)),
    }
