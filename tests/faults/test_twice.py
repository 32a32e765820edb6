"""What is sent twice, or by many at once, counts once."""

import asyncio
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests import make
from tests.interfaces.live.forum import Forum, Web, browser_of, cookie_of

pytestmark = pytest.mark.anyio


async def test_a_form_sent_twice_at_once_is_one_comment_with_one_address(
    forum: Forum, webs: list[Web], thread: int
) -> None:
    typed = {"body": "Clicked twice.", "submission": str(uuid4())}
    async with browser_of(await cookie_of(await make.member())) as browser:
        posts = [browser.post(f"{web.address}/t/{thread}/comments", data=typed) for web in webs for _ in range(4)]
        answers = await asyncio.gather(*posts)
        answers.append(await browser.post(f"{webs[0].address}/t/{thread}/comments", data=typed))
    assert {one.status_code for one in answers} == {303}
    assert len({one.headers["Location"] for one in answers}) == 1
    assert await _value(forum, "select count(*) from comment where thread = $1", thread) == 1
    assert await _value(forum, "select comment_count from thread where id = $1", thread) == 1
    assert await _value(forum, "select count(*) from event where thread = $1", thread) == 2


async def test_votes_of_many_at_once_count_once_each(forum: Forum, webs: list[Web], thread: int) -> None:
    """Fifty at once from ten members on two processes: each member's last word, and counters that equal it."""
    comment = await make.comment(thread, await make.member(), "Vote on me.")
    cookies = [await cookie_of(await make.member()) for _ in range(10)]
    browsers = [browser_of(cookie) for cookie in cookies]
    try:
        votes = [
            _vote(
                browser,
                f"{webs[turn % 2].address}/c/{comment}/vote",
                {"axis": "agreement" if turn == 4 else "quality", "value": "-1" if turn % 2 else "1"},
            )
            for turn in range(5)
            for browser in browsers
        ]
        assert set(await asyncio.gather(*votes)) == {303}
    finally:
        await asyncio.gather(*(browser.aclose() for browser in browsers))
    assert await _value(forum, "select count(*) from vote where comment = $1", comment) == 20
    assert await _value(forum, COUNTERS_EQUAL_THE_RECOUNT, comment) is True


async def test_clicks_of_one_member_on_one_arrow_are_one_vote(forum: Forum, webs: list[Web], thread: int) -> None:
    comment = await make.comment(thread, await make.member(), "Vote on me, too.")
    async with browser_of(await cookie_of(await make.member())) as browser:
        vote = {"axis": "quality", "value": "1"}
        votes = [_vote(browser, f"{web.address}/c/{comment}/vote", vote) for web in webs for _ in range(25)]
        assert set(await asyncio.gather(*votes)) == {303}
    assert await _value(forum, "select count(*) from vote where comment = $1", comment) == 1
    assert await _value(forum, "select ups from comment where id = $1", comment) == 1


async def _vote(browser: httpx.AsyncClient, address: str, vote: dict[str, str]) -> int:
    """Vote, again where it waited too long for the votes before it, which a busy machine may make it."""
    while (answer := await browser.post(address, data=vote)).status_code == 503:
        await asyncio.sleep(0.1)
    return answer.status_code


COUNTERS_EQUAL_THE_RECOUNT = """
select (ups, downs, agrees, disagrees, unsure) = (
    select count(*) filter (where axis = 'quality' and value = 1),
           count(*) filter (where axis = 'quality' and value = -1),
           count(*) filter (where axis = 'agreement' and value = 1),
           count(*) filter (where axis = 'agreement' and value = -1),
           count(*) filter (where axis = 'agreement' and value = 0)
    from vote where vote.comment = c.id)
from comment c where id = $1
"""


async def _value(forum: Forum, sql: str, number: int) -> object:
    connection = await asyncpg.connect(forum.servers.database_url)
    try:
        return await connection.fetchval(sql, number)
    finally:
        await connection.close()
