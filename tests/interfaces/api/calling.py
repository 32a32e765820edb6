"""Programs that use the API with a token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from litestar import Litestar

from parley.interfaces.api import tokens
from parley.people.accounts.viewer import Viewer

V1 = "/api/v1"


@asynccontextmanager
async def program(app: Litestar, who: Viewer | None = None, *scopes: str) -> AsyncIterator[httpx.AsyncClient]:
    """A program that has a token of `who` with these scopes, or no token if `who` is None."""
    headers = {"authorization": f"Bearer {await tokens.make(who, 'a test', scopes, 7)}"} if who else {}
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://localhost{V1}", headers=headers) as client:
        yield client
