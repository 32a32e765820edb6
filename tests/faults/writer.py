"""People who post without pause, and remember what they were told."""

import asyncio
from contextlib import suppress
from uuid import uuid4

import httpx
import msgspec

from tests.interfaces.live.forum import Web, browser_of
from tests.interfaces.live.reader import Reader


class Said(msgspec.Struct):
    """A text that was sent: its key, and whether somebody was told that it stands."""

    body: str
    submission: str
    acknowledged: bool = False


class Writer:
    """A member who posts, and sends again what was not answered with a yes when `persistent`."""

    def __init__(self, webs: list[Web], thread: int, cookie: str, *, persistent: bool = False) -> None:
        self.webs = webs
        self.thread = thread
        self.cookie = cookie
        self.persistent = persistent
        # Letters and digits only. Markdown reads `_` as emphasis, and then a reader has other words than were typed.
        self.name = uuid4().hex[:6]
        self.said: list[Said] = []
        self.refusals: list[httpx.Response] = []
        self._stopped = asyncio.Event()

    async def write(self, pause: float = 0.02) -> None:
        """Post until stopped; what is under way then is finished."""
        async with browser_of(self.cookie) as browser:
            while not self._stopped.is_set():
                one = Said(f"{self.name} says {len(self.said)}", str(uuid4()))
                self.said.append(one)
                await self._say(browser, one)
                await asyncio.sleep(pause)

    def stop(self) -> None:
        self._stopped.set()

    async def _say(self, browser: httpx.AsyncClient, one: Said) -> None:
        turn = len(self.said)
        while True:
            web = self.webs[turn % len(self.webs)]
            with suppress(httpx.HTTPError):
                answer = await browser.post(
                    f"{web.address}/t/{self.thread}/comments",
                    data={"body": one.body, "submission": one.submission},
                )
                one.acknowledged = answer.status_code == 303
                if not one.acknowledged:
                    self.refusals.append(answer)
            if one.acknowledged or not self.persistent:
                return
            turn += 1
            await asyncio.sleep(0.05)


class Voter:
    """A member who votes on what stands in the thread, now up, now down, and does not mind a refusal."""

    def __init__(self, webs: list[Web], readers: list[Reader], cookie: str) -> None:
        self.webs = webs
        self.readers = readers
        self.cookie = cookie
        self._stopped = asyncio.Event()

    async def vote(self) -> None:
        """Vote until stopped."""
        turn = 0
        async with browser_of(self.cookie) as browser:
            while not self._stopped.is_set():
                turn += 1
                web = self.webs[turn % len(self.webs)]
                known = sorted(self.readers[0].comments)
                if known:
                    vote = {"axis": "quality", "value": str(turn % 3 - 1)}
                    with suppress(httpx.HTTPError):
                        await browser.post(f"{web.address}/c/{known[turn * 7 % len(known)]}/vote", data=vote)
                await asyncio.sleep(0.03)

    def stop(self) -> None:
        self._stopped.set()
