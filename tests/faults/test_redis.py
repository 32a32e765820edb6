"""Redis may go at any moment: everything works on, and live only gets slower."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from parley.people.account_settings import signup_ops
from parley.platform.events.redis import redis
from tests import make
from tests.interfaces.live.forum import PATIENCE, Forum, Web, assert_all_have_the_truth, browser_of, cookie_of
from tests.interfaces.live.reader import Reader

pytestmark = pytest.mark.anyio

GROWS_SECONDS = 0.5
POSTS = 5
PASSWORD = "a long password of the tests"


@contextmanager
def frozen(forum: Forum) -> Iterator[None]:
    forum.freeze("valkey")
    try:
        yield
    finally:
        forum.thaw("valkey")


@contextmanager
def killed(forum: Forum) -> Iterator[None]:
    forum.kill_redis()
    try:
        yield
    finally:
        forum.servers.valkey.start()


@contextmanager
def stopped(forum: Forum) -> Iterator[None]:
    forum.servers.valkey.stop()
    try:
        yield
    finally:
        forum.servers.valkey.start()


AWAY = pytest.mark.parametrize("away", [frozen, killed, stopped])


@AWAY
async def test_without_redis_one_reads_signs_in_posts_and_votes_as_quickly(
    forum: Forum, webs: list[Web], thread: int, away: Callable[[Forum], object]
) -> None:
    member, password = await _member_with_password()
    web = webs[0]
    address = web.address + await make.address(thread)
    target = await make.comment(thread, await make.member(), "Vote on me.")
    async with browser_of() as browser:
        usual = await _quickest_page(browser, address)
        with away(forum):  # type: ignore[attr-defined]
            await _until_quick(browser, address, usual + GROWS_SECONDS)
            login = await browser.post(
                f"{web.address}/login", data={"login": member, "password": password, "next": "/"}
            )
            assert login.status_code == 303, login.text
            posts: list[httpx.Response] = []
            async with asyncio.timeout(PATIENCE):
                while len(posts) < POSTS or _quickest(posts) > usual + GROWS_SECONDS:
                    body = {"body": f"Without Redis, {len(posts)}."}
                    posts.append(await browser.post(f"{web.address}/t/{thread}/comments", data=body))
            assert {post.status_code for post in posts} == {303}
            vote = await browser.post(f"{web.address}/c/{target}/vote", data={"axis": "quality", "value": "1"})
            assert vote.status_code == 303
            await _until_quick(browser, address, usual + GROWS_SECONDS)


@AWAY
async def test_without_redis_live_updates_come_with_the_next_poll(
    forum: Forum, webs: list[Web], thread: int, away: Callable[[Forum], object]
) -> None:
    cookie = await cookie_of(await make.member())
    async with (
        Reader([webs[0].address], thread, last=0) as here,
        Reader([webs[1].address], thread, last=0) as there,
        browser_of(cookie) as browser,
    ):
        await asyncio.gather(here.open(), there.open())
        with away(forum):  # type: ignore[attr-defined]
            await browser.post(f"{webs[0].address}/t/{thread}/comments", data={"body": "Hear me."})
            await here.until(lambda one: len(one.comments) == 1)
            await there.until(lambda one: len(one.comments) == 1)
        await browser.post(f"{webs[0].address}/t/{thread}/comments", data={"body": "And again."})
        await assert_all_have_the_truth([here, there], thread, forum.servers.database_url)


async def test_a_flushed_redis_signs_nobody_out_and_loses_nothing(forum: Forum, webs: list[Web], thread: int) -> None:
    cookie = await cookie_of(await make.member())
    async with (
        Reader([webs[1].address], thread, last=0, cookie=cookie) as reader,
        browser_of(cookie) as browser,
    ):
        await reader.open()
        await browser.post(f"{webs[0].address}/t/{thread}/comments", data={"body": "Before."})
        await redis().flushall()
        answer = await browser.post(f"{webs[0].address}/t/{thread}/comments", data={"body": "After."})
        assert answer.status_code == 303
        await assert_all_have_the_truth([reader], thread, forum.servers.database_url)
        assert reader.connected == 1


async def _member_with_password() -> tuple[str, str]:
    name = f"signer{time.monotonic_ns() % 10**9}"
    await signup_ops.add_member(name=name, email=f"{name}@example.org", password=PASSWORD)
    return name, PASSWORD


async def _quickest_page(browser: httpx.AsyncClient, address: str) -> float:
    answers = [await browser.get(address) for _ in range(10)]
    assert {answer.status_code for answer in answers} == {200}
    return _quickest(answers)


async def _until_quick(browser: httpx.AsyncClient, address: str, seconds: float) -> None:
    """Read until a page comes in less than `seconds`, which none does where each waits for what does not answer."""
    async with asyncio.timeout(PATIENCE):
        while await _quickest_page(browser, address) > seconds:
            pass


def _quickest(answers: list[httpx.Response]) -> float:
    """Of several, since a busy machine may keep any of them waiting; a time-out for Redis would be in all."""
    return min(answer.elapsed.total_seconds() for answer in answers)
