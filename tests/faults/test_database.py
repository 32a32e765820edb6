"""PostgreSQL may crash, restart or hang: what was acknowledged stays, what was not is absent or whole."""

import asyncio

import asyncpg
import pytest

from tests import make
from tests.faults.writer import Said, Writer
from tests.interfaces.live.forum import (
    PATIENCE,
    Forum,
    Web,
    assert_all_have_the_truth,
    browser_of,
    cookie_of,
    wait_until,
)
from tests.interfaces.live.reader import Reader

pytestmark = pytest.mark.anyio


async def test_a_crash_of_postgresql_loses_nothing_that_was_acknowledged(
    forum: Forum, webs: list[Web], thread: int
) -> None:
    writers = [Writer(webs, thread, await cookie_of(await make.member())) for _ in range(4)]
    async with Reader([web.address for web in webs], thread, last=0) as reader:
        tasks = [asyncio.create_task(one.write()) for one in writers]
        await wait_until(lambda: all(len(one.said) > 10 for one in writers))
        forum.crash_database()
        await wait_until(lambda: all(one.refusals for one in writers))
        forum.servers.postgres.start()
        sent = [len(one.said) for one in writers]
        await wait_until(lambda: all(_stands_after(one, place) for one, place in zip(writers, sent, strict=True)))
        for one in writers:
            one.stop()
        await asyncio.gather(*tasks)
        await _assert_promise_kept(forum, thread, [said for one in writers for said in one.said])
        await assert_all_have_the_truth([reader], thread, forum.servers.database_url)
    for refusal in (answer for one in writers for answer in one.refusals):
        assert refusal.status_code == 503
        assert refusal.headers["Retry-After"]
        assert "says" in refusal.text, "what was typed is not on the page"


async def test_a_restart_of_postgresql_costs_one_moment_and_the_pool_recovers(
    forum: Forum, webs: list[Web], thread: int
) -> None:
    address = webs[0].address + await make.address(thread)
    cookie = await cookie_of(await make.member())
    async with browser_of(cookie) as browser, Reader([webs[0].address], thread, last=0) as reader:
        await reader.open()
        await _until_all_ok(browser, address)
        forum.servers.postgres.stop()
        forum.servers.postgres.start()
        await _until_all_ok(browser, address)
        await browser.post(f"{webs[0].address}/t/{thread}/comments", data={"body": "After the restart."})
        await assert_all_have_the_truth([reader], thread, forum.servers.database_url)
        assert reader.connected == 1


async def test_a_frozen_postgresql_is_given_up_in_time_and_taken_up_again(
    forum: Forum, webs: list[Web], thread: int
) -> None:
    address = webs[0].address
    cookie = await cookie_of(await make.member())
    typed = {"body": "Typed while it hangs.", "submission": "0d9f2f8e-8b1f-4d3c-9a58-1f0e3f5b7c11"}
    async with browser_of(cookie) as browser:
        assert await _ok(browser, f"{address}/")
        forum.freeze("postgres")
        try:
            page = browser.get(f"{address}/")
            post = browser.post(f"{address}/t/{thread}/comments", data=typed)
            more = [browser.get(f"{address}/?sort=new&n={place}") for place in range(30)]
            # All come before the browser itself gives up.
            answers = await asyncio.gather(page, post, *more)
            assert {one.status_code for one in answers} == {503}
            assert answers[1].headers["Retry-After"]
            assert typed["body"] in answers[1].text
        finally:
            forum.thaw("postgres")
        await _until_ok(browser, f"{address}/")
        for _ in range(2):
            again = await browser.post(f"{address}/t/{thread}/comments", data=typed)
            assert again.status_code == 303
    assert await _bodies(forum, thread) == [typed["body"]]


def _stands_after(writer: Writer, place: int) -> bool:
    return any(said.acknowledged for said in writer.said[place:])


async def _assert_promise_kept(forum: Forum, thread: int, said: list[Said]) -> None:
    found = await _bodies(forum, thread)
    assert len(found) == len(set(found)), "something stands twice"
    assert {one.body for one in said if one.acknowledged} <= set(found), "something acknowledged is lost"
    assert set(found) <= {one.body for one in said}, "something stands that nobody said whole"


async def _bodies(forum: Forum, thread: int) -> list[str]:
    """The comments of a thread, after making sure that its numbers and counters fit them."""
    connection = await asyncpg.connect(forum.servers.database_url)
    try:
        rows = await connection.fetch("select body from comment where thread = $1", thread)
        seqs = await connection.fetch("select seq from event where thread = $1 order by seq", thread)
        counted, last = await connection.fetchrow("select comment_count, last_seq from thread where id = $1", thread)
    finally:
        await connection.close()
    assert [row["seq"] for row in seqs] == list(range(1, last + 1))
    assert counted == len(rows) == last - 1
    return [row["body"] for row in rows]


async def _ok(browser: object, address: str) -> bool:
    answer = await browser.get(address)  # type: ignore[attr-defined]
    assert answer.status_code in (200, 503)
    return bool(answer.status_code == 200)


async def _until_all_ok(browser: object, address: str) -> None:
    """Ask for so many pages at once that every connection is used, until none is refused."""
    async with asyncio.timeout(PATIENCE):
        while not all(await asyncio.gather(*(_ok(browser, address) for _ in range(40)))):
            pass


async def _until_ok(browser: object, address: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await _ok(browser, address):
            await asyncio.sleep(0.05)
