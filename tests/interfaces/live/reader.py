"""A browser that follows a thread: it applies each message to what it has, and resumes after its last event."""

import asyncio
import re
import ssl
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Self

import httpx
import msgspec
from lxml import html

PATIENCE = 200.0
# Nothing here is encrypted: one context saves hundreds of clients from reading certificates.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
POSTED = re.compile(r"#c(\d+)-waiting|#discussion-waiting")
PART = re.compile(r"#c(\d+)-(head|body|score b)")


class Seen(msgspec.Struct):
    """A comment as a reader has it: the words of its body, and its score."""

    body: str
    score: int | None


class Reader:
    """Follows a thread at one of `addresses`, and at the next one after a connection fails."""

    def __init__(self, addresses: list[str], thread: int, last: int | None = None, cookie: str = "") -> None:
        self.addresses = addresses
        self.thread = thread
        self.last = last
        self.cookies = {"parley": cookie} if cookie else {}
        self.comments: dict[int, Seen] = {}
        self.posted: Counter[int] = Counter()
        self.seqs: list[int] = []
        self.messages: list[str] = []
        self.raw = ""
        self.article = self.state = self.readers = ""
        self.byes = self.resyncs = self.beats = self.connected = 0
        self.status = 0
        self.ended_well = False
        self.again = True
        self.path = f"/t/{thread}/live"
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._response: httpx.Response | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def until(self, condition: Callable[["Reader"], bool], seconds: float = PATIENCE) -> None:
        """Wait until `condition` is true of what this reader has."""
        try:
            async with asyncio.timeout(seconds):
                while not condition(self):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"in vain; {self.seqs[-5:]}, {self.status}, {self.messages[-3:]}") from None

    async def open(self) -> "Reader":
        await self.until(lambda one: one.connected > 0)
        return self

    async def cut(self) -> None:
        """Lose the connection, as in a tunnel."""
        if self._response is not None:
            await self._response.aclose()

    async def _follow(self) -> None:
        turn = 0
        timeout = httpx.Timeout(PATIENCE, connect=1)
        async with httpx.AsyncClient(timeout=timeout, cookies=self.cookies, verify=PLAIN) as client:
            while self.again:
                with suppress(httpx.HTTPError, httpx.StreamError, OSError):
                    await self._once(client, self.addresses[turn % len(self.addresses)])
                turn += 1
                await asyncio.sleep(0.05)

    async def _once(self, client: httpx.AsyncClient, address: str) -> None:
        url = address + self.path
        headers = {"Last-Event-ID": str(self.seqs[-1])} if self.seqs else {}
        params = {"last": str(self.last)} if self.last is not None else None
        self.ended_well = False
        async with client.stream("GET", url, headers=headers, params=params) as response:
            self._response = response
            self.status = response.status_code
            self._changed.set()
            if not response.is_success:
                return
            lines: list[str] = []
            async for line in response.aiter_lines():
                self.raw += line + "\n"
                if line:
                    lines.append(line)
                    continue
                self._take(lines)
                lines = []
            self.ended_well = True
            self._changed.set()

    def _take(self, lines: list[str]) -> None:
        fields = [line.partition(":")[::2] for line in lines]
        named = {name: value.strip() for name, value in fields}
        text = "\n".join(value[1:] for name, value in fields if name == "data")
        if "retry" in named and "event" not in named:
            self.connected += 1
        self.beats += "" in named
        self.byes += named.get("event") == "bye"
        self.resyncs += named.get("event") == "resync"
        if "id" in named:
            self.seqs.append(int(named["id"]))
        if text.strip() and "event" not in named:
            self.messages.append(text)
            self._apply(text)
        self._changed.set()

    def _apply(self, text: str) -> None:
        for partial in html.fragment_fromstring(text, create_parent=True).iter("hx-partial"):
            target = partial.get("hx-target", "")
            words = " ".join(partial.text_content().split())
            part = PART.fullmatch(target)
            if POSTED.fullmatch(target):
                self._add(partial)
            elif part and (one := self.comments.get(int(part[1]))) is not None:
                self._change(one, part[2], words)
            elif target == "#article-notice":
                self.article = words
            elif target == "#thread-state":
                self.state = words
            elif target == "#readers":
                self.readers = words

    def _add(self, partial: html.HtmlElement) -> None:
        comment = partial.find("article")
        assert comment is not None
        number = int(comment.get("id", "")[1:])
        body = comment.get_element_by_id(f"c{number}-body").text_content()
        score = comment.xpath(f".//*[@id='c{number}-score']//b")
        self.comments[number] = Seen(" ".join(body.split()), int(score[0].text_content()) if score else None)
        self.posted[number] += 1

    @staticmethod
    def _change(one: Seen, part: str, words: str) -> None:
        if part == "body":
            one.body = words
        elif part == "score b":
            one.score = int(words)
