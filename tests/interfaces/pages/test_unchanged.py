"""A visitor's page of a thread is cached until something on it changes, and no longer."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from parley.discussion.comment_tree import validator, view
from parley.discussion.comment_tree.validator import LONGEST_SECONDS, SHORTEST_SECONDS, seconds_right
from parley.interfaces.pages import kept
from parley.platform import db
from parley.platform.cache import PAGE_SECONDS
from parley.site.piccolo_app import TABLES
from tests import make

pytestmark = pytest.mark.anyio

# Passages, and what they were merged into, change only with a new revision; withholding one changes the article. A
# trigger watches what the page shows of members.
ELSEWHERE = {"passage", "merged_passage", "member"}
ARTICLE = "(select article from thread where id = $1)"
# Changes by members and the worker, as SQL on the thread ($1), a comment in it and the comment's author.
CHANGES = {
    "a vote": "update comment set ups = ups + 1 where id = (select min(id) from comment where thread = $1)",
    "a removal": "update comment set state = 'removed' where thread = $1",
    "a name": "update member set name = name || '_2' where id in (select author from comment where thread = $1)",
    "a suspension": "update member set state = 'suspended' where id in (select author from comment where thread = $1)",
    "who opened it": "update member set name = name || '_2' where id = (select starter from thread where id = $1)",
    "a title": "update member set title = 'Botanist' where id in (select author from comment where thread = $1)",
    "a rule": "update community set asks_declaration = not asks_declaration where $1::bigint > 0",
    "a topic": "update topic set name = name || '!' where slug = (select topic from thread where id = $1)",
    "a lock": "update thread set state = 'locked' where id = $1",
    "a part removed": f"update article set removed_passages = '{{1}}' where id = {ARTICLE}",
    "an edited article": f"update revision set byline = 'Ada' where article = {ARTICLE}",
    "a count": "update passage_count set adds = adds + 1 where thread = $1",
    "people": "update thread_stats set people = people + 1 where thread = $1",
    "an author": "insert into claim (article, member, way, token, role, state) "
    "select t.article, c.author, 'page', '', 'author', 'confirmed' "
    "from thread t join comment c on c.thread = t.id where t.id = $1 limit 1",
    "marked words": "insert into quoted_words (thread, passage, words, comments) values ($1, 1, 'some words', 2)",
    "a link's picture": "insert into link_picture (thread, title, digest, data) values ($1, 'A', 'abc', '')",
    "a verdict": "insert into statement_verdict (comment, thread, verdict) "
    "select min(id), $1, 'common-ground' from comment where thread = $1",
}


async def commented() -> int:
    thread = await make.thread(starter=await make.member())
    await make.comment(thread, await make.member(), "Whoever asks pays.")
    return thread


def moment_passed() -> None:
    """Make what is cached as old as after a second."""
    for cache in (kept._pages._cache, view._views._cache):
        for key, (started, *more) in cache._kept.items():
            cache._kept[key] = (started - PAGE_SECONDS, *more)


async def test_an_unchanged_page_costs_one_query(client: httpx.AsyncClient, queries: list[str]) -> None:
    address = await make.address(await commented())
    first = await client.get(address)
    moment_passed()
    queries.clear()

    again = await client.get(address)

    assert (again.text, again.headers["etag"]) == (first.text, first.headers["etag"])
    assert queries == [validator.SELECT_VALIDATORS]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_every_change_renders_the_page_again(client: httpx.AsyncClient, change: str) -> None:
    thread = await commented()
    before = await validator.validator(thread)

    assert await db.execute(change, thread) == 1

    assert await validator.validator(thread) != before


async def test_private_changes_of_a_member_render_no_page_again(client: httpx.AsyncClient) -> None:
    thread = await commented()
    before = await validator.validator(thread)

    await db.execute("update member set seen_at = now(), name = name")

    assert await validator.validator(thread) == before


@pytest.mark.committed
async def test_a_name_is_seen_once_its_change_is_committed(client: httpx.AsyncClient) -> None:
    thread, other = await commented(), await commented()
    first, unchanged = await asyncio.gather(validator.validator(thread), validator.validator(other))
    async with db.atomic():
        await db.execute(CHANGES["a name"], thread)
        assert await validator.validator(thread) == first

    changed, *others = await asyncio.gather(*map(validator.validator, (thread, other, 0)))
    assert changed != first
    assert others == [unchanged, None]


async def test_a_removed_comment_is_not_on_the_page(client: httpx.AsyncClient, queries: list[str]) -> None:
    thread = await commented()
    address = await make.address(thread)
    before = (await client.get(address)).text
    await db.execute(CHANGES["a removal"], thread)
    moment_passed()

    queries.clear()
    after = (await client.get(address)).text

    assert queries.count(validator.SELECT_VALIDATORS) == 1
    assert ("Whoever asks pays." in before, "Whoever asks pays." in after) == (True, False)


@pytest.mark.parametrize(
    "part",
    [
        "",
        "?view=all",
        "?sort=new",
        "?sort=controversial",
        "?stance=supports",
        "?focus={comment}",
        "?passage={passage}",
        "?passage=whole",
        "?passage=1&view=all",
        "?passage={passage}&sort=bridging",
    ],
)
async def test_every_table_that_a_page_reads_is_looked_at(
    client: httpx.AsyncClient, queries: list[str], part: str
) -> None:
    thread = await make.thread(starter=await make.member())
    passage = (await make.lineages(thread))[0]
    author = await make.member()
    comment = await make.comment(thread, author, stance="supports", passage=passage)
    await make.comment(thread, author, "Then it is cheap.", parent=comment, statement="It is cheap.")
    await db.execute(CHANGES["an author"], thread)
    pinned = "insert into author_reply (article, comment) select article, $2 from thread where id = $1"
    await db.execute(pinned, thread, comment)
    await db.execute("update comment set ups = 1, scored_at = now() where thread = $1", thread)
    await db.execute(
        "insert into statement_verdict (comment, thread, verdict) values ($2, $1, 'dividing')", thread, comment
    )
    queries.clear()

    page = await client.get(await make.address(thread) + part.format(comment=comment, passage=passage))

    assert page.status_code == 200
    tables = {table._meta.tablename for table in TABLES}
    read = {name for sql in queries for name in re.findall(r"(?i)\b(?:from|join)\s+\"?(\w+)", sql)} & tables
    looked_at = set(re.findall(r"\bfrom (\w+)", validator.SELECT_VALIDATORS)) | {"thread", "article"}
    assert len(read) > len(ELSEWHERE)
    assert read - looked_at <= ELSEWHERE


async def test_a_long_thread_is_rendered_again(client: httpx.AsyncClient, queries: list[str]) -> None:
    thread = await commented()
    await db.execute("update thread set comment_count = $2 where id = $1", thread, validator.MOST_COMMENTS + 1)
    await client.get(await make.address(thread))
    moment_passed()
    queries.clear()

    await client.get(await make.address(thread))

    assert len(queries) > len([validator.SELECT_VALIDATORS])


def test_ages_on_a_page_are_right_to_a_twentieth() -> None:
    now = datetime.now(UTC)
    assert seconds_right(now) == SHORTEST_SECONDS
    assert seconds_right(now - timedelta(hours=2)) == pytest.approx(360, abs=1)
    assert seconds_right(now - timedelta(days=900)) == LONGEST_SECONDS
