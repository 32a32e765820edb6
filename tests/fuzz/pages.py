"""What each address that can be read costs the event loop, for each kind of reader."""

import asyncio
import contextlib
import gc
from collections.abc import Iterable, Iterator
from time import thread_time
from typing import Any

import msgspec
import pytest
from litestar import Litestar

from parley.interfaces.api import tokens
from parley.interfaces.api.scopes import MODERATE, SCOPES
from parley.people.accounts import sessions
from parley.people.accounts.viewer import Viewer
from parley.platform.http.access import ADMIN, ANYONE, MODERATOR, Access
from tests.conftest import forget
from tests.fuzz.costly import FIRST, WORD
from tests.standing.world import World, reached, routes

# Addresses of routes to which the values of the world do not lead.
ADDRESSES = {
    "/at": "/at?url=https://a.example/",
    "/embed/login": "/embed/login?site=site1",
    "/embed/new": "/embed/new?site=site1&url=https://a.example/new",
    "/embed/session": "/embed/session?site=site1",
    "/embed/t/{thread:str}": "/embed/t/{thread:str}?site=site1",
    "/embed/v1/counts": "/embed/v1/counts?site=site1&url=https://a.example/",
    "/embed/v1/page": "/embed/v1/page?site=site1&url=https://a.example/",
    "/mod/bulk/{bulk:str}": f"/mod/bulk/{FIRST + 1}",
    "/oembed": "/oembed?url=http://localhost/c/{comment:str}",
    "/search.atom": f"/search.atom?q={WORD}",
    "/search.json": f"/search.json?q={WORD}",
    "/settings/webhooks/{number:str}": f"/settings/webhooks/{FIRST + 1}",
    "/t/{thread:str}/live": "/t/{thread:str}/live?last={last}",
    "/t/{thread:str}/updates/{number:str}": f"/t/{{thread:str}}/updates/{FIRST + 1}",
}
# What a route is asked besides.
QUERIES: dict[str, list[str]] = {
    "/": ["sort=new", "sort=top"],
    "/t/{thread:str}/{slug:str}": ["view=all", "view=passage", "view=stand", f"focus={FIRST + 1}"],
    "/t/{thread:str}/comments": ["sort=new"],
    "/search": [f"q={WORD}", f"q={WORD}&kind=comment&sort=new"],
    "/search/suggest": [f"q={WORD}"],
    "/api/v1/search": [f"q={WORD}"],
    "/names": ["q=w"],
    "/mod/members": ["q=w"],
    "/mod/comments": ["author=mira", f"like={FIRST + 1}"],
    "/c/{comment:str}/reply": ["quote=1"],
}
# Whole threads, however long, and all that a stream missed, in small steps: a host has few at once.
IN_STEPS = {f"/t/{{thread:str}}/{name}" for name in ("annotations.jsonld", "export.json", "export.md", "live")}
STREAM_SECONDS = 0.1
TRIES = 4


class Reader(msgspec.Struct, frozen=True):
    """Somebody who reads: visitors have no cookie, and no token for the API."""

    role: str
    access: Access = ANYONE
    cookie: str = ""
    token: str = ""

    def headers(self, path: str) -> list[tuple[bytes, bytes]]:
        sent = {"host": "localhost", "accept-encoding": "gzip, zstd", "sec-fetch-site": "same-origin"}
        if path.startswith("/api/v1/") and self.token:
            sent["authorization"] = f"Bearer {self.token}"
        elif self.cookie:
            sent["cookie"] = self.cookie
        return [(name.encode(), value.encode()) for name, value in sent.items()]


async def reader(role: str, who: Viewer) -> Reader:
    session = await sessions.start(who.id, who.role, agent="a test", address="127.0.0.1", proven=True)
    scopes = [scope for scope in SCOPES if scope != MODERATE or who.access >= MODERATOR]
    token = await tokens.make(who, "test", scopes, 7)
    return Reader(role, who.access, f"{sessions.cookie_name()}={session}", token)


class Answer(msgspec.Struct, frozen=True):
    """Who got what from an address of a route, and the seconds of the event loop's thread that it took."""

    role: str
    route: str
    address: str
    status: int
    seconds: float
    size: int

    def __str__(self) -> str:
        return f"{self.address} as {self.role}: {self.seconds * 1000:.0f} ms ({self.status})"


class Asked(msgspec.Struct, frozen=True):
    """An address of a route, and the least access that opens it."""

    route: str
    address: str
    access: Access

    def is_for(self, reader: Reader) -> bool:
        """Whether `reader` may ask. What only admins may see, others need not be refused to know what it costs."""
        return self.access <= reader.access and (reader.access < ADMIN or self.access == ADMIN)


async def addresses(app: Litestar, world: World, last: int) -> list[Asked]:
    """The addresses of all routes that can be read. Raises KeyError for a route with a part that the world lacks."""
    found = []
    for route in routes(app, "GET"):
        filled = ADDRESSES.get(route, "").replace("{last}", str(last))
        address = world.fill(filled) if filled else await reached(world, route)
        [access] = [
            handler.opt["who"]
            for one in app.routes
            if one.path == route
            for handler in getattr(one, "route_handlers", ())
            if "GET" in handler.http_methods
        ]
        found += [Asked(route, address, access)]
        found += [Asked(route, f"{address}?{query}", access) for query in QUERIES.get(route, ())]
    return found


async def measure(app: Litestar, reader: Reader, asked: Asked) -> Answer:
    """Ask once, as a server would, without the work of a client, and without collections of garbage."""
    path, _, query = asked.address.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": reader.headers(path),
        "client": ("127.0.0.1", 50_000),
        "server": ("localhost", 80),
        "extensions": {},
    }
    status = size = 0
    has_ended = asyncio.Event()
    requests = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if requests:
            return requests.pop()
        # A live stream never ends by itself.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(has_ended.wait(), STREAM_SECONDS if path.endswith("/live") else None)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        nonlocal status, size
        status = message.get("status", status)
        size += len(message.get("body", b""))
        if message["type"] == "http.response.body" and not message.get("more_body"):
            has_ended.set()

    gc.disable()
    started = thread_time()
    try:
        with longest_step() as step:
            await app(scope, receive, send)  # type: ignore[arg-type]
        seconds = step[0] if asked.route in IN_STEPS else thread_time() - started
        return Answer(reader.role, asked.route, asked.address, status, seconds, size)
    finally:
        gc.enable()


@contextlib.contextmanager
def longest_step() -> Iterator[list[float]]:
    """Measure for how long one step kept the event loop meanwhile, until others could go on."""
    longest, run = [0.0], asyncio.Handle._run

    def measured(handle: asyncio.Handle) -> None:
        started = thread_time()
        run(handle)
        longest[0] = max(longest[0], thread_time() - started)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.Handle, "_run", measured)
        yield longest


async def answers_to(app: Litestar, reader: Reader, asked: Asked, limit: float) -> list[Answer]:
    """What an address costs with empty caches and, unless that is next to nothing, with full ones.

    Each is the cheapest of some answers where one takes more than `limit` seconds.
    """
    found: list[Answer] = []
    for is_cold in (True, False):
        tries: list[Answer] = []
        while len(tries) <= TRIES and (not tries or tries[-1].seconds > limit):
            if is_cold:
                await forget()
            tries.append(await measure(app, reader, asked))
        found.append(min(tries, key=lambda answer: answer.seconds))
        if found[0].seconds < limit / 10:
            break
    return found


def costliest(answers: Iterable[Answer]) -> list[Answer]:
    """The costliest answer of each route, the costliest first."""
    most: dict[str, Answer] = {}
    for answer in answers:
        most[answer.route] = max(answer, most.get(answer.route, answer), key=lambda one: one.seconds)
    return sorted(most.values(), key=lambda answer: answer.seconds, reverse=True)
