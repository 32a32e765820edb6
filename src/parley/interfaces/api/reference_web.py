"""The page that describes the API. It needs no script of others, unlike the usual viewers of OpenAPI."""

import asyncio
from typing import Any

from litestar import Response, get

from parley.interfaces.api import reference
from parley.interfaces.api.answers import MEANINGS
from parley.interfaces.api.scopes import SCOPES
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.pages import page


@get("/api", name="api:reference", opt={"who": ANYONE, "reading": True})
async def reference_page(request: AnyRequest) -> Response[Any]:
    return page(
        request,
        "interfaces/api/reference.html",
        # The first time they take a third of a second.
        operations=await asyncio.to_thread(reference.operations),
        objects=await asyncio.to_thread(reference.objects),
        scopes=SCOPES,
        meanings={status: reference.as_html(meaning) for status, meaning in MEANINGS.items()},
    )


handlers: list[object] = [reference_page]
