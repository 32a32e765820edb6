"""Answers of the API: JSON with an ETag, encoded once a moment for all visitors who ask for the same."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import MediaType, Response
from litestar.openapi.datastructures import ResponseSpec

from parley.platform.cache import PAGE_SECONDS, MicroCache
from parley.platform.http.access import ANYONE, AnyRequest, viewer_of
from parley.platform.http.pages import Encoded, Finished, page_size, respond
from parley.platform.http.problems import MEDIA_TYPE, Problem

VARY = "Authorization, Accept-Encoding"
READING = {"who": ANYONE, "reading": True}
MEANINGS = {
    400: "The request could not be read.",
    401: "The token is missing or not valid.",
    403: "The token's scopes or its member do not allow this.",
    404: "There is nothing at this address.",
    405: "This address does not answer that method.",
    409: "Somebody else changed this meanwhile.",
    412: "`If-Match` does not name the present state.",
    413: "The request is too large.",
    422: "Fields are not valid, or the present state does not allow this.",
    429: "Too many requests: try again after `Retry-After` seconds.",
    503: "Parley is overloaded or cannot reach its database: try again later.",
}


class FinishedAnswer(Finished, frozen=True):
    """A finished answer, with an ETag of its own, and with the address of the next page if it is a page of a list."""

    etag: str | None = None
    next: str | None = None

    def encoded(self, encoding: str) -> Encoded:
        encoded_content = super().encoded(encoding)
        return Encoded(encoded_content.content, self.etag) if self.etag else encoded_content


_cache: MicroCache[FinishedAnswer] = MicroCache("api", PAGE_SECONDS, size=page_size)


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The documentation of the errors of a route, besides those that every route may have."""
    return {
        status: ResponseSpec(Problem, description=MEANINGS[status], media_type=MEDIA_TYPE, generate_examples=False)
        for status in sorted({400, 401, 429, 503, *statuses})
    }


async def answer(
    request: AnyRequest, make: Callable[[], Awaitable[Any]], etag: Callable[[Any], str] | None = None
) -> Response[Any]:
    """Answer with the struct that `make` returns. `etag` computes its ETag; the default is a digest.

    Visitors who ask for the same within a moment get the same bytes.
    """

    async def finished() -> FinishedAnswer:
        struct = await make()
        own_etag = etag(struct) if etag else None
        return FinishedAnswer(msgspec.json.encode(struct), {}, own_etag, getattr(struct, "next", None))

    if viewer_of(request) is None:
        listing = await _cache.get((request.scope["path"], request.scope["query_string"]), finished)
    else:
        listing = await finished()
    response = respond(request, listing, MediaType.JSON)
    response.headers["Vary"] = VARY
    if listing.next:
        response.headers["Link"] = f'<{listing.next}>; rel="next"'
    return response


def answer_write(struct: Any, status: int = 200, **headers: str) -> Response[Any]:
    """Answer to a request that changed something."""
    return Response(
        msgspec.json.encode(struct), status_code=status, media_type=MediaType.JSON, headers={"Vary": VARY, **headers}
    )
