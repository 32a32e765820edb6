"""All routes of the API, below /api/v1, and their description (OpenAPI 3.1)."""

import asyncio
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.exceptions import ClientException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import Method
from litestar.types.internal_types import PathParameterDefinition

from parley.interfaces.api import events_web, search_web
from parley.interfaces.api.answers import VARY
from parley.interfaces.api.articles import imports_web, revisions_web, updates_web
from parley.interfaces.api.authentication import check_request
from parley.interfaces.api.discussion import reading_web, statements_web, thesis_web, votes_web, writing_web
from parley.interfaces.api.letters import authors_web, following_web, unread_web
from parley.interfaces.api.moderation import (
    appeals_web,
    deciding_web,
    decisions_web,
    queue_web,
    reports_web,
    rooms_web,
)
from parley.interfaces.api.people import kept_web, members_web
from parley.platform.http import problems
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.pages import Finished, respond

PATH = "/api/v1"
FEATURES = (
    reading_web,
    members_web,
    search_web,
    writing_web,
    votes_web,
    statements_web,
    thesis_web,
    imports_web,
    revisions_web,
    updates_web,
    authors_web,
    following_web,
    unread_web,
    kept_web,
    reports_web,
    decisions_web,
    events_web,
    queue_web,
    deciding_web,
    appeals_web,
    rooms_web,
)
ABOUT = "Reading needs no token, but has a higher limit with one. Everything else needs a personal token with a scope."


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI description of the API."""
    tokens = SecurityScheme(type="http", scheme="bearer", description="An API key from /settings/security.")
    config = OpenAPIConfig(
        title="Parley",
        version="1",
        description=ABOUT,
        components=Components(security_schemes={"token": tokens}),
        security=[{}, {"token": []}],
        use_handler_docstrings=True,
        operation_id_creator=operation_id,
    )
    # A separate application, so that Litestar does not add its pages about the API to ours.
    app = Litestar(route_handlers=[_router(FEATURES)], openapi_config=config)
    found = app.openapi_schema.to_schema()
    for path, item in found["paths"].items():
        for operation in item.values():
            # The module of a generated client.
            operation["tags"] = [path.removeprefix(f"{PATH}/").partition("/")[0]]
    return found


def operation_id(_: HTTPRouteHandler, method: Method, path: list[str | PathParameterDefinition]) -> str:
    """Return the name of an operation in a generated client: `post_thread_comments`."""
    names = [method.lower()]
    for part in path[2:]:
        if isinstance(part, str):
            names.append(part.replace("-", "_"))
        else:
            # What is before it is the one that it names: threads/{thread}.
            names[-1] = names[-1].removesuffix("s")
    return "_".join(names)


@cache
def _document() -> Finished:
    return Finished(msgspec.json.encode(description()))


@get("/openapi.json", name="api:description", opt={"who": ANYONE}, include_in_schema=False)
async def openapi(request: AnyRequest) -> Response[Any]:
    # The first time it takes a third of a second.
    response = respond(request, await asyncio.to_thread(_document), "application/vnd.oai.openapi+json")
    response.headers["Vary"] = VARY
    return response


def _router(features: Any, *more: Any) -> Router:
    handlers = [handler for feature in features for handler in feature.handlers]
    return Router(
        PATH,
        route_handlers=[*handlers, *more],
        opt={"check": check_request, "any_body": True},
        exception_handlers={RecursionError: on_deep_body},
    )


def on_deep_body(request: AnyRequest, _: RecursionError) -> Response[bytes]:
    """Answer 400 to JSON that is nested too deeply to be parsed."""
    return problems.of_http_error(request, ClientException())


handlers: list[object] = [_router(FEATURES, openapi)]
