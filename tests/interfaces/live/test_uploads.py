"""A body is read only if its sender may send it, and takes no memory while it arrives (issue 12)."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from tests import make
from tests.interfaces.live.forum import PATIENCE, Forum, Web, browser_of, cookie_of

pytestmark = pytest.mark.anyio

SENDERS = 40
FILE_BYTES = 15_900_000
# Each sender uses at most 1 MB of memory, and two files are parsed at a time.
GROWS_BYTES = 120_000_000
HEAD = (
    "POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 15000005\r\nContent-Type: multipart/form-data; boundary=x\r\n{}\r\n"
)


@pytest.mark.slow
async def test_forty_strangers_and_forty_members_upload_at_once_in_bounded_memory(forum: Forum) -> None:
    web = forum.web(PARLEY_LIMITS="off")
    cookies = [await cookie_of(await make.member()) for _ in range(SENDERS)] + [""] * SENDERS
    file = b"a line of some text\n" * (FILE_BYTES // 20)
    await _upload(web, cookies[0], file)
    before = web.memory()

    sending = asyncio.gather(*(_upload(web, cookie, file) for cookie in cookies))
    most = await _highest(web.memory, sending)

    answers = await sending
    assert [one.status_code for one in answers] == [422] * SENDERS + [401] * SENDERS
    assert "larger than 2 MB" in answers[0].text
    assert most - before < GROWS_BYTES


async def _upload(web: Web, cookie: str, file: bytes) -> httpx.Response:
    async with browser_of(cookie) as one:
        form = {"source": "file", "topic": "research"}
        return await one.post(f"{web.address}/new", data=form, files={"file": ("article.txt", file)})


async def _highest(value: Callable[[], int], until: asyncio.Future[list[httpx.Response]]) -> int:
    most = 0
    while not until.done():
        most = max(most, value())
        await asyncio.sleep(0.01)
    return most


@pytest.mark.parametrize("more", ["", "Connection: close\r\n"])
@pytest.mark.parametrize(
    ("path", "status"),
    [("/new", b"401"), ("/t/1/comments", b"401"), ("/mod/members/x/note", b"404"), ("/nowhere", b"404")],
)
async def test_who_may_not_send_is_answered_before_the_body_comes_and_can_send_on(
    web: Web, path: str, status: bytes, more: str
) -> None:
    answers, asking = await asyncio.open_connection("127.0.0.1", web.port)
    asking.write(HEAD.format(path, more).encode() + b"--x\r\n")
    head = await asyncio.wait_for(answers.readuntil(b"\r\n\r\n"), PATIENCE)
    assert head.split()[1] == status
    for _ in range(15):
        asking.write(b"a" * 1_000_000)
        await asking.drain()
    asking.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    rest = await asyncio.wait_for(answers.read(), PATIENCE)
    asking.close()
    assert b"</html>" in rest
    assert (b"HTTP/1.1 200" in rest) is not bool(more)


async def test_text_typed_after_a_session_ended_is_shown(web: Web) -> None:
    async with browser_of() as one:
        short = await one.post(f"{web.address}/t/1/comments", data={"body": "My long thought."})
        long = await one.post(f"{web.address}/new", data={"text": "word " * 120_000})
    assert "My long thought." in short.text
    assert "Go back in your browser" in long.text
