"""Large forms, wanted or not, leave nothing behind in the web process (T4)."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx
import pytest

from tests import make
from tests.interfaces.live.forum import Forum, browser_of, cookie_of

pytestmark = pytest.mark.anyio

POSTS = 900
AT_ONCE = 4
WARM_UP = 40
GROWS_BYTES = 40_000_000
# Each text is another one, so that keeping any would show.
FORM_BYTES = 120_000
FILE_BYTES = 1_000_000
TOO_LARGE_BYTES = 24_000_000


async def test_hundreds_of_large_forms_and_files_leave_no_memory_taken(forum: Forum, thread: int) -> None:
    web = forum.web(PARLEY_LIMITS="off")
    cookie = await cookie_of(await make.member())
    seen: dict[int, set[int]] = defaultdict(set)
    async with browser_of(cookie) as member, browser_of() as stranger:
        stranger.headers["Sec-Fetch-Site"] = "cross-site"
        address, new = f"{web.address}/t/{thread}/comments", f"{web.address}/new"

        async def send(turn: int) -> None:
            kinds: list[Callable[[], Awaitable[httpx.Response]]] = [
                lambda: member.post(address, data={"body": _text(FORM_BYTES)}),
                lambda: stranger.post(address, data={"body": _text(FORM_BYTES)}),
                lambda: member.post(address, content=_text(TOO_LARGE_BYTES // 10), headers=FORM),
                lambda: member.post(new, data=NEW, files=_file(FILE_BYTES)),
                lambda: member.post(new, data=NEW, files=_file(TOO_LARGE_BYTES)),
            ]
            # Every other one is a comment, since that is parsed.
            kind = turn // 2 % len(kinds) if turn % 2 else 0
            # A server may hang up on what it will not read.
            with suppress(httpx.HTTPError):
                seen[kind].add((await kinds[kind]()).status_code)

        await _all(send, WARM_UP)
        before = web.memory()
        await _all(send, POSTS)
        grown = web.memory() - before
    assert [seen[kind] for kind in range(5)] == [{422}, {403}, {413}, {303}, {413}]
    assert grown < GROWS_BYTES
    web.end()
    assert "Traceback" not in web.said()


NEW = {"source": "file", "topic": "research"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _text(size: int) -> str:
    return secrets.token_urlsafe(size * 3 // 4)


def _file(size: int) -> dict[str, tuple[str, bytes]]:
    return {"file": ("article.txt", secrets.token_hex(64).encode() * (size // 128))}


async def _all(send: Callable[[int], Awaitable[None]], count: int) -> None:
    turns = iter(range(count))

    async def one() -> None:
        for turn in turns:
            await send(turn)

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
