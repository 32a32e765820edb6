"""The page that explains how Parley works, in words and pictures."""

from typing import Any

from litestar import Response, get

from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.pages import page


@get("/how", name="pages:how", opt={"who": ANYONE, "reading": True})
async def how(request: AnyRequest) -> Response[Any]:
    return page(request, "interfaces/how/page.html")


handlers: list[object] = [how]
