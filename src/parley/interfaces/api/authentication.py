"""Who sends a request to the API, whether their token may do this, and the headers that all answers have."""

from collections.abc import Sequence
from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers.base import BaseRouteHandler
from litestar.params import QueryParameter
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from parley.interfaces.api import tokens
from parley.interfaces.api.tokens import TokenOwner
from parley.platform import quotas, ratelimit
from parley.platform.db.outages import OUTAGES
from parley.platform.errors import Forbidden, SignInNeeded, TooMany, Unavailable, UnknownParameters
from parley.platform.http.access import address_of
from parley.platform.http.problems import is_api
from parley.platform.limit import Use
from parley.platform.networks import source
from parley.platform.quotas import Quota
from parley.platform.ratelimit import API_HOST, API_TOKEN, of_source, take, take_all
from parley.platform.text.messages import N_
from parley.platform.text.messages import Message as Sentence

BEARER = b"bearer "
NEEDED = N_(
    "This needs a token. Create one under Settings, Privacy and security, and send it as “Authorization: Bearer prl_…”."
)
UNKNOWN = N_(
    "This token is unknown, expired or revoked, or its member may not sign in. "
    "Create one under Settings, Privacy and security."
)
READABLE_HEADERS = b"ETag, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID"


class TokenMiddleware:
    """Sets scope["viewer"] to the member whose token a request to the API carries, and scope["api_token"]."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not is_api(scope):
            await self.app(scope, receive, send)
            return
        token = _token(scope)
        scope["sign_in"] = NEEDED  # type: ignore[typeddict-unknown-key]
        if token is not None:
            await _identify(scope, token)

        used: list[Quota] = []
        uses: list[Use] = []
        quotas.used.set(used)
        ratelimit.taken.set(uses)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                told: Sequence[Quota] = used
                if message["status"] == TooMany.status:
                    await ratelimit.give_back_all(uses)
                    told = quotas.after_refusal(used)
                message["headers"] = [*message.get("headers", ()), *_headers(scope, told)]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _token(scope: Scope) -> str | None:
    given = next((value for name, value in scope["headers"] if name == b"authorization"), None)
    if given is None:
        return None
    return given[len(BEARER) :].decode("latin-1").strip() if given[: len(BEARER)].lower() == BEARER else ""


async def _identify(scope: Any, token: str) -> None:
    """Set the viewer. A token that is not valid is an error, even where visitors may read: its owner should know."""
    try:
        api_token = await tokens.find(token)
    except (Unavailable, *OUTAGES) as error:
        scope["viewer_unknown"] = error
        return
    if api_token is None:
        scope["viewer_unknown"] = SignInNeeded(UNKNOWN)
        return
    scope["viewer"] = api_token.viewer
    scope["api_token"] = api_token


def _headers(scope: Any, used: Sequence[Quota]) -> list[tuple[bytes, bytes]]:
    headers = [(name.lower().encode(), value.encode()) for name, value in quotas.headers(used).items()]
    if scope["method"] == "GET":
        # Pages of other sites may read what visitors may read: browsers send no token by themselves.
        headers.append((b"access-control-allow-origin", b"*"))
        headers.append((b"access-control-expose-headers", READABLE_HEADERS))
    return headers


async def check_request(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Count the request. Raises TooMany above the limit, Forbidden for a token without the route's `scope`.

    Raises UnknownParameters, which are not counted, and SignInNeeded for a token that is not valid.
    """
    _refuse_unknown_parameters(connection, handler)
    state: Any = connection.scope
    if (unknown := state.get("viewer_unknown")) is not None:
        raise unknown
    token: TokenOwner | None = state.get("api_token")
    if token is None:
        await take_all(of_source(API_HOST, source(address_of(connection))))
    else:
        await take(API_TOKEN, str(token.id))
    needed = handler.opt.get("scope")
    if needed is not None and (token is None or needed not in token.scopes):
        raise Forbidden(
            N_("This token lacks the scope “{scope}”. Create a token with it under Settings, Privacy and security."),
            scope=needed,
        )


def _refuse_unknown_parameters(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Raise UnknownParameters: a misspelt filter must not look like one that finds everything."""
    if not connection.scope["query_string"]:
        return
    known = query_parameters(handler)
    unknown = [name for name in dict.fromkeys(connection.query_params) if name not in known]
    if unknown:
        raise UnknownParameters({name: _not_among(known, name) for name in unknown})


def _not_among(known: Sequence[str], name: str) -> Sentence:
    if not known:
        return N_("There is no parameter “{name}” here, and no other.").format(name=name)
    return N_("There is no parameter “{name}” here. There are: {known}.").format(name=name, known=", ".join(known))


def query_parameters(handler: BaseRouteHandler) -> list[str]:
    """Return the names of the query parameters of a route, as OpenAPI describes them."""
    return [
        name
        for name, field in handler.parsed_fn_signature.parameters.items()
        if isinstance(field.kwarg_definition, QueryParameter)
    ]
