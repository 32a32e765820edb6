"""Answers of the API: JSON with an ETag, encoded once a moment for all visitors who ask for the same."""

import re
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec
from litestar import MediaType, Response
from litestar.openapi.datastructures import ResponseSpec

from parley.people.accounts.viewer import viewer_of
from parley.platform.cache import PAGE_SECONDS, MicroCache
from parley.platform.errors import ChangedMeanwhile
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.members_first import visitors_turn
from parley.platform.http.pages import Encoded, Finished, page_size, respond
from parley.platform.http.problems import MEDIA_TYPE, Problem
from parley.platform.text.messages import N_

VARY = "Authorization, Accept-Encoding"
READING = {"who": ANYONE, "reading": True}
CHANGED = N_("This is no longer what `If-Match` names. Nothing was changed. Read it again, then send your change.")
ETAG = re.compile(r'"([0-9]{1,9})-[0-9a-f]{16}"')
MEANINGS = {
    400: "The request could not be read, or has a query parameter that is not described here.",
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

Schema = TypeVar("Schema", bound=msgspec.Struct)


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


def from_row(schema: type[Schema], row: msgspec.Struct, **more: Any) -> Schema:
    """Return the fields of `schema`: those in `more`, and the others from the row, where they have the same names."""
    return msgspec.convert(msgspec.structs.asdict(row) | more, schema)


async def answer(
    request: AnyRequest, make: Callable[[], Awaitable[Any]], etag: Callable[[Any], str] | None = None
) -> Response[Any]:
    """Answer with the struct that `make` returns. `etag` computes its ETag; the default is a digest.

    Visitors who ask for the same within a moment get the same bytes.
    """

    async def finished() -> FinishedAnswer:
        async with visitors_turn():
            struct = await make()
        return _finished(struct, etag(struct) if etag else None)

    if viewer_of(request) is None:
        return _respond(request, await _cache.get((request.scope["path"], request.scope["query_string"]), finished))
    return _respond(request, await finished())


def answer_member(request: AnyRequest, struct: Any, etag: str | None = None) -> Response[Any]:
    """Answer a member with what no visitor can read. The default for `etag` is a digest."""
    return _respond(request, _finished(struct, etag))


def _finished(struct: Any, etag: str | None) -> FinishedAnswer:
    return FinishedAnswer(msgspec.json.encode(struct), {}, etag, getattr(struct, "next", None))


def _respond(request: AnyRequest, finished: FinishedAnswer) -> Response[Any]:
    response = respond(request, finished, MediaType.JSON)
    response.headers["Vary"] = VARY
    if finished.next:
        response.headers["Link"] = f'<{finished.next}>; rel="next"'
    return response


def answer_write(struct: Any, status: int = 200, **headers: str) -> Response[Any]:
    """Answer to a request that changed something."""
    return Response(
        msgspec.json.encode(struct), status_code=status, media_type=MediaType.JSON, headers={"Vary": VARY, **headers}
    )


def versioned_etag(version: int, struct: msgspec.Struct) -> str:
    """Return the ETag of a struct: the number of its version, and a digest of all its fields."""
    return f'"{version}-{blake2b(msgspec.json.encode(struct), digest_size=8).hexdigest()}"'


def if_match(request: AnyRequest) -> int | None:
    """Return the version that `If-Match` names, or None for any. Raises ChangedMeanwhile for no ETag of ours."""
    given = request.headers.get("if-match", "*")
    if given == "*":
        return None
    match = ETAG.fullmatch(given)
    if match is None:
        raise ChangedMeanwhile(N_("`If-Match` is not an ETag of this. Nothing was changed."))
    return int(match[1])
