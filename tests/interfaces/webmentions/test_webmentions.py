"""Webmentions: each new thread's page is told once, by what the page says, and again when the link is removed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from urllib.parse import parse_qs

import msgspec
import pytest
from litestar import Litestar

from parley.interfaces.webmentions import jobs
from parley.platform import db
from parley.platform.settings import settings
from tests import make

pytestmark = pytest.mark.anyio

PAGE = "https://blog.example/post?id=1"
STATE = "select state || ' ' || attempts || ' ' || coalesce(status::text, '-') from webmention"
DUE = "update webmention set due_at = now()"
REMOVE = "update article set untitled = true, restricted = 'none'"
RESTORE = "update article set untitled = false, restricted = ''"


class Blog(msgspec.Struct):
    """A site that takes webmentions; `answers` are the statuses of the next ones, then 202."""

    url: str = ""
    head: str = 'Link: <mention?from=parley>; rel="webmention"\r\n'
    answers: list[int] = []
    mentions: list[dict[str, list[str]]] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode()
        status, more = 200, f"Content-Type: text/html\r\n{self.head}"
        if asked.startswith("POST /mention?from=parley "):
            size = int(asked.lower().partition("content-length: ")[2].partition("\r\n")[0])
            self.mentions.append(parse_qs((await reader.readexactly(size)).decode()))
            status, more = self.answers.pop(0) if self.answers else 202, ""
        writer.write(f"HTTP/1.1 {status} Any\r\n{more}Content-Length: 7\r\n\r\n<p>Hi\n\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def blogging(blog: Blog) -> AsyncIterator[Blog]:
    server = await asyncio.start_server(blog.answer, "127.0.0.1", 0)
    blog.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/post"
    async with server:
        yield blog


@pytest.fixture
async def blog(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Blog]:
    switched_on = msgspec.structs.replace(settings(), webmentions=True, fetch_allow=(ip_network("127.0.0.0/8"),))
    monkeypatch.setattr(jobs, "settings", lambda: switched_on)
    async with blogging(Blog()) as one:
        yield one


async def thread_about(url: str) -> int:
    return await make.thread(make.text(url=url))


async def test_a_new_thread_is_told_once(blog: Blog) -> None:
    thread = await thread_about(blog.url)
    await make.thread()

    assert await jobs.send_due() == 1
    assert await jobs.send_due() == 0

    source = f"{settings().base_url}{await make.address(thread)}"
    assert blog.mentions == [{"source": [source], "target": [blog.url]}]
    assert await db.values(STATE) == ["sent 1 202"]


async def test_a_removed_article_and_a_restored_one_are_told_again(blog: Blog) -> None:
    await thread_about(blog.url)
    await jobs.send_due()
    await db.execute(REMOVE)
    assert [await jobs.send_due() for _ in range(2)] == [1, 0]
    await db.execute(RESTORE)
    assert [await jobs.send_due() for _ in range(2)] == [1, 0]
    assert len(blog.mentions) == 3
    assert blog.mentions[0] == blog.mentions[1] == blog.mentions[2]


async def test_a_page_that_was_never_told_is_not_told_of_a_removal(blog: Blog) -> None:
    await thread_about(blog.url)
    await db.execute(REMOVE)
    assert await jobs.send_due() == 0


async def test_busy_sites_are_asked_again_and_refusals_are_final(blog: Blog) -> None:
    await thread_about(blog.url)
    blog.answers[:] = [503, 429, 400]
    states = []
    for _ in range(4):
        await jobs.send_due()
        states += await db.values(STATE)
        await db.execute(DUE)
    assert states == ["waiting 1 503", "waiting 2 429", "failed 3 400", "failed 3 400"]
    assert len(blog.mentions) == 3


async def test_a_site_that_stays_away_is_given_up(blog: Blog) -> None:
    await thread_about(blog.url)
    blog.answers[:] = [500] * 9
    for _ in range(9):
        await jobs.send_due()
        await db.execute(DUE)
    assert await db.values(STATE) == [f"failed {len(jobs.PAUSES) + 1} 500"]


async def test_a_page_without_an_endpoint_is_left_alone(blog: Blog) -> None:
    blog.head = ""
    await thread_about(blog.url)
    assert [await jobs.send_due() for _ in range(2)] == [1, 0]
    assert await db.values(STATE) == ["none 1 -"]


async def test_nothing_is_sent_to_private_addresses_or_when_switched_off(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = msgspec.structs.replace(settings(), webmentions=True, fetch_allow=())
    monkeypatch.setattr(jobs, "settings", lambda: inside)
    await thread_about(blog.url)
    await jobs.send_due()
    assert await db.values(STATE) == ["waiting 1 -"]
    monkeypatch.setattr(jobs, "settings", settings)
    await db.execute(DUE)
    assert await jobs.send_due() == 0
    assert blog.mentions == []


async def test_threads_that_were_moved_here_are_not_told(blog: Blog) -> None:
    await thread_about(blog.url)
    await db.execute("update thread set created_at = now() - interval '2 days'")
    assert await jobs.send_due() == 0


@pytest.mark.parametrize(
    ("header", "html", "found"),
    [
        ('<https://a.example/?q=1,2>; rel="me", </m>; rel="webmention"', "", "https://blog.example/m"),
        ("<m>; rel=webmention", '<link rel="webmention" href="/other">', "https://blog.example/m"),
        ('</m>; title="x"; rel="canonical webmention"', "", "https://blog.example/m"),
        ('</m>; title="rel=webmention"', "", None),
        ("", '<a rel="nofollow Webmention" href="//b.example/m">', "https://b.example/m"),
        ("", '<link rel="webmention" href="">', PAGE),
        ("", '<a rel="webmention"></a><link rel="webmention" href="/second">', "https://blog.example/second"),
        ("", '<!-- <link rel="webmention" href="/no"> --><link rel="not-webmention" href="/no">', None),
        ("", '<link rel="webmention" href="/m"><![![', "https://blog.example/m"),
        ("", "<![![", None),
        ("<http://[>; rel=webmention", "", None),
        ("", "", None),
    ],
)
def test_the_address_is_found_as_the_standard_says(header: str, html: str, found: str | None) -> None:
    assert jobs.endpoint(header, html, PAGE) == found
