"""The body of a request is received only once it is certain that who sends it may."""

from typing import Any

import pytest
from litestar import Litestar

from tests.standing.test_routes import OPEN_TO_ALL
from tests.standing.world import World, reached, routes

pytestmark = pytest.mark.anyio

# Larger than a refused form that is read to show again what was typed.
LARGE_BYTES = 1_000_000
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


async def what_happens(app: Litestar, method: str, path: str, size: int = LARGE_BYTES) -> list[str]:
    """Send a body to an address as a stranger, and return in which order it is read and answered."""
    happened: list[str] = []

    async def receive() -> Any:
        happened.append("read")
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        happened.append(str(message.get("status", "sent")))

    kind = b"application/json" if path.startswith("/api/") else b"application/x-www-form-urlencoded"
    headers = [(b"host", b"localhost"), (b"content-length", b"%d" % size), (b"content-type", kind)]
    scope = {"type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode()}
    about = {"query_string": b"", "root_path": "", "scheme": "http", "headers": headers}
    sides = {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {}}
    await app({**scope, **about, **sides}, receive, send)  # type: ignore[arg-type, misc]
    return happened


@pytest.mark.parametrize("method", UNSAFE)
async def test_no_route_reads_a_body_of_who_may_not_send_it(app: Litestar, world: World, method: str) -> None:
    for path in routes(app, method):
        if path not in OPEN_TO_ALL:
            happened = await what_happens(app, method, await reached(world, path))
            assert happened[0] in {"401", "403", "404"}, (path, happened)


async def test_the_body_of_whoever_may_send_it_is_read_first(app: Litestar) -> None:
    assert await what_happens(app, "POST", "/preview", size=10) == ["read", "422", "sent"]
