"""Errors of the API as problem details (RFC 9457), with the same sentences as the pages."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException
from msgspec import Meta

from parley.platform.http.access import AnyRequest
from parley.platform.text.messages import N_, Message, as_text

API = "/api/"
MEDIA_TYPE = "application/problem+json"

SENTENCES = {
    400: (N_("That request could not be read"), N_("It does not match the API reference.")),
    404: (N_("Not found"), N_("The API has nothing at this address.")),
    405: (N_("Method not allowed"), N_("This address does not answer that kind of request.")),
    413: (N_("Too large"), N_("What you sent is too large. Please send less.")),
}


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field or parameter."""

    field: Annotated[str, Meta(description="The name of the field.")]
    detail: Annotated[str, Meta(description="What is wrong, as a sentence to show to people.")]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error (RFC 9457)."""

    type: Annotated[str, Meta(description="The address at which the kind of error is explained.")]
    title: Annotated[str, Meta(description="The kind of error, in words.")]
    status: Annotated[int, Meta(description="The status of the answer, as in HTTP.")]
    detail: Annotated[str, Meta(description="What is wrong, as a sentence to show to people.")]
    instance: Annotated[str, Meta(description="Identifies the request in the site's log.")]
    errors: Annotated[list[FieldError], Meta(description="What is wrong with each field.")] = []


def is_api(scope: Mapping[str, Any]) -> bool:
    """Whether a request is one of the API."""
    return bool(scope["path"].startswith(API))


def answer(
    request: AnyRequest,
    status: int,
    title: Message,
    detail: Message,
    headers: Mapping[str, str],
    fields: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """Answer with a problem; `fields` says by name what is wrong with each."""
    problem = Problem(
        type=f"/api#status-{status}",
        title=as_text(title),
        status=status,
        detail=as_text(detail),
        instance=f"urn:request:{request.scope.get('request_id', '')}",
        errors=[FieldError(name, as_text(message)) for name, message in (fields or {}).items()],
    )
    return Response(
        msgspec.json.encode(problem),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={**headers, **_challenge(status)},
    )


def _challenge(status: int) -> dict[str, str]:
    """The header by which a 401 says how to authenticate (RFC 9110)."""
    return {"WWW-Authenticate": 'Bearer realm="Parley"'} if status == 401 else {}  # noqa: PLR2004


def of_http_error(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Answer to a request that Litestar refused: an unknown address, or fields of another type."""
    title, detail = SENTENCES.get(error.status_code, SENTENCES[400])
    extra = error.extra if isinstance(error.extra, list) else []
    fields = {str(error.get("key", "")): str(error.get("message", "")) for error in extra if isinstance(error, dict)}
    return answer(request, error.status_code, title, detail, dict(error.headers or {}), fields)
