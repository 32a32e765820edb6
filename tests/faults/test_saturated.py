"""Every processor is busy with something else, hundreds read along and dozens post: slow, and whole."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from uuid import uuid4

import httpx
import pytest

from parley.platform import db
from tests import make
from tests.faults.crowd import Crowd
from tests.faults.test_redis import PASSWORD, _member_with_password
from tests.faults.test_rolling import Visitor
from tests.faults.writer import Writer
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

READERS, FOLLOWERS, WRITERS, VISITORS = 10, 190, 20, 4
# A member who thinks before posting; all together still post many times a second.
PAUSE_SECONDS = 0.5
TURNS = 5


class Follower(Reader):
    """Notes what comes and does not look into it: that would take the processor from those who are tested."""

    def _apply(self, _: str) -> None:
        del self.messages[:]


@pytest.fixture
def busy() -> Iterator[None]:
    """Twice as many busy programs as there are processors."""
    programs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    yield
    for one in programs:
        one.kill()
        one.wait()


async def test_on_a_saturated_machine_nothing_is_lost_and_a_moderator_gets_in(
    forum: Forum, webs: list[Web], thread: int, busy: None
) -> None:
    addresses = [web.address for web in webs]
    writers = [Writer(webs, thread, await cookie_of(await make.member())) for _ in range(WRITERS)]
    paths = ["/", await make.address(thread)]
    # This process may be so slow that a connection is idle for longer than it is kept.
    visitors = [Visitor(webs[turn % 2], paths, asks_again=True) for turn in range(VISITORS)]  # type: ignore[arg-type]
    kinds = [Reader] * READERS + [Follower] * FOLLOWERS
    async with AsyncExitStack() as stack:
        crowd = []
        for turn, kind in enumerate(kinds):
            reader = kind(addresses[turn % 2 :] + addresses[: turn % 2], thread, last=0)
            # One after the other: hundreds of clients of this one process would keep each other from connecting.
            crowd.append(await (await stack.enter_async_context(reader)).open())
        tasks = [asyncio.create_task(one.write(PAUSE_SECONDS)) for one in writers]
        tasks += [asyncio.create_task(one.read()) for one in visitors]
        await wait_until(lambda: all(len(one.said) > 5 for one in writers))
        await _lock_as_moderator(addresses[0], thread)
        await wait_until(lambda: all(one.refusals for one in writers))
        for visitor in visitors:
            visitor.stopped = True
        for writer in writers:
            writer.stop()
        await asyncio.gather(*tasks)
        stand = await db.values("select body from comment where thread = $1", thread)
        said = [one for writer in writers for one in writer.said]
        assert len(stand) == len(set(stand)), "something stands twice"
        assert {one.body for one in said if one.acknowledged} <= set(stand) <= {one.body for one in said}
        # Refused are those who came after it was locked, and those whom the database had no time for.
        assert {answer.status_code for one in writers for answer in one.refusals} <= {403, 409, 422, 503}
        assert all(visitor.pages for visitor in visitors)
        refused = [failure for one in visitors for failure in one.failures]
        assert [one for one in refused if not (one.startswith("503") and "try again" in one)] == []
        last = await db.value("select last_seq from thread where id = $1", thread)
        for one in crowd:
            await one.until(lambda one: one.seqs[-1:] == [last])
            assert one.seqs == list(range(one.seqs[0], last + 1)), "an event is missing, or came twice or out of order"
        await assert_all_have_the_truth(crowd[:READERS], thread, forum.servers.database_url)
    for web in webs:
        assert "Traceback" not in web.said()


async def test_where_all_ask_for_more_than_can_be_done_moderators_and_forms_go_first(
    forum: Forum, thread: int, busy: None
) -> None:
    # Readers wait for the database as long as they do, and forms for as long as this machine needs.
    web = forum.web("patience=100", "unread=200", PARLEY_LIMITS="off")
    crowd = Crowd(web, "/", [await cookie_of(await make.member()) for _ in range(20)])
    staff, member = await cookie_of(await make.member(role="moderator")), await cookie_of(await make.member())
    async with browser_of(staff) as moderator, browser_of(member) as writer, crowd.reading():
        await crowd.grow()
        refused = crowd.answers[503]
        for turn in range(TURNS):
            said = {"body": f"Said {turn} times, and heard.", "submission": str(uuid4())}
            await _post(writer, f"{web.address}/t/{thread}/comments", said)
            assert (await moderator.get(f"{web.address}/mod/queue")).status_code == 200
        await _lock_as_moderator(web.address, thread)
        assert crowd.answers[503] > refused, "it was busy no more"
    assert set(crowd.answers) == {200, 503}
    async with browser_of() as visitor:
        await wait_until_served(visitor, f"{web.address}/")


async def _post(writer: httpx.AsyncClient, address: str, said: dict[str, str]) -> None:
    """Post, again if the database had no time: it shares the machine with the busy programs."""
    async with asyncio.timeout(PATIENCE):
        while (answer := await writer.post(address, data=said)).status_code == 503:
            assert "The database does not answer" in answer.text
    assert answer.status_code == 303, answer.text


async def wait_until_served(browser: httpx.AsyncClient, address: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while not (await browser.get(address)).is_success:
            await asyncio.sleep(0.1)


async def _lock_as_moderator(address: str, thread: int) -> None:
    name, _ = await _member_with_password()
    await db.execute("update member set role = 'moderator' where name = $1", name)
    async with browser_of() as browser, asyncio.timeout(PATIENCE):
        typed = {"login": name, "password": PASSWORD, "next": "/mod"}
        assert (await browser.post(f"{address}/login", data=typed)).status_code == 303
        assert (await browser.get(f"{address}/mod/queue")).status_code == 200
        reason = {"reason": "It is too much for the moment."}
        assert (await browser.post(f"{address}/t/{thread}/lock", data=reason)).status_code == 303
