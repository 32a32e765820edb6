"""Two web processes on one database: what a member did through one they see in the other, in every try."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx
import pytest

from parley.people.accounts.viewer import Viewer
from tests import make
from tests.interfaces.live.forum import PATIENCE, Forum, Web, browser_of, cookie_of

pytestmark = pytest.mark.anyio

TRIES = 10
# Where and what is sent, and what the page then has or no longer has.
Change = tuple[str, dict[str, str], str, bool]


@pytest.fixture(scope="module")
def pair(wide_forum: Forum) -> Iterator[list[Web]]:
    found = [wide_forum.web(PARLEY_LIMITS="off") for _ in range(2)]
    yield found
    for web in found:
        web.end()
        assert "Traceback" not in web.said()


@pytest.fixture
async def jonas(forum: Forum) -> Viewer:
    return await make.member()


@pytest.fixture
async def member(forum: Forum, jonas: Viewer) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(await cookie_of(jonas)) as browser:
        yield browser


async def posts(number: int, thread: int, jonas: Viewer) -> Change:
    return f"/t/{thread}/comments", {"body": f"Posted number {number}."}, f"Posted number {number}.", True


async def edits(number: int, thread: int, jonas: Viewer) -> Change:
    one = await make.comment(thread, jonas, f"Typed number {number}.")
    return f"/c/{one}/edit", {"body": f"Edited number {number}.", "version": "1"}, f"Edited number {number}.", True


async def deletes(number: int, thread: int, jonas: Viewer) -> Change:
    one = await make.comment(thread, jonas, f"Regretted number {number}.")
    return f"/c/{one}/delete", {}, f"Regretted number {number}.", False


async def votes(number: int, thread: int, jonas: Viewer) -> Change:
    one = await make.comment(thread, await make.member())
    return f"/c/{one}/vote", {"axis": "quality", "value": "1"}, 'aria-pressed="true"', True


async def mutes(number: int, thread: int, jonas: Viewer) -> Change:
    other = await make.member()
    await make.comment(thread, other, f"Muted number {number}.")
    return f"/u/{other.name}/mute", {"on": "1"}, "Written by somebody you muted.", True


async def sets(number: int, thread: int, jonas: Viewer) -> Change:
    choice = ("hide", "collapse")[number % 2]
    return "/settings/profile", {"assisted": choice}, f'data-assisted="{choice}"', True


@pytest.mark.parametrize("change", [posts, edits, deletes, votes, mutes, sets])
async def test_a_member_sees_in_one_process_at_once_what_they_did_in_the_other(
    pair: list[Web],
    member: httpx.AsyncClient,
    jonas: Viewer,
    thread: int,
    change: Callable[[int, int, Viewer], Awaitable[Change]],
) -> None:
    path = await make.address(thread)
    seen = []
    for number in range(TRIES):
        here, there = pair[number % 2], pair[1 - number % 2]
        where, typed, words, wanted = await change(number, thread, jonas)
        # Both have the page and the member in memory.
        await member.get(here.address + path)
        before = await _page(member, there.address + path, "" if wanted else words)
        assert (await member.post(here.address + where, data=typed)).status_code in (200, 303)
        after = (await member.get(there.address + path)).text
        seen.append(after.count(words) == before.count(words) + (1 if wanted else -1))
    assert seen == [True] * TRIES


async def _page(browser: httpx.AsyncClient, address: str, words: str) -> str:
    """The page, once it has `words`, which another process wrote."""
    async with asyncio.timeout(PATIENCE):
        while words not in (text := (await browser.get(address)).text):
            await asyncio.sleep(0.02)
    return text
