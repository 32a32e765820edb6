"""The page that describes the API, from the OpenAPI description. Unlike the usual viewers, it needs no script."""

import asyncio
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from litestar import Response, get
from markupsafe import Markup, escape

from parley.interfaces.api.answers import MEANINGS
from parley.interfaces.api.scopes import SCOPES
from parley.interfaces.api.web import description
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.pages import page

METHODS = ("get", "post", "put", "patch", "delete")


class ReferenceField(msgspec.Struct, frozen=True):
    """A parameter, or a field of a body or an answer."""

    name: str
    type: str
    about: Markup


class Operation(msgspec.Struct, frozen=True):
    """What one method of an address does. `answers` is the name of the object that it answers with."""

    method: str
    path: str
    about: Markup
    parameters: list[ReferenceField]
    body: list[ReferenceField]
    answers: str | None
    statuses: list[str]


class Object(msgspec.Struct, frozen=True):
    """An object that is answered."""

    name: str
    fields: list[ReferenceField]


@get("/api", name="api:reference", opt={"who": ANYONE, "reading": True})
async def reference_page(request: AnyRequest) -> Response[Any]:
    return page(
        request,
        "interfaces/api/reference.html",
        # The first time they take a third of a second.
        operations=await asyncio.to_thread(_operations),
        objects=await asyncio.to_thread(_objects),
        scopes=SCOPES,
        meanings={status: _as_html(meaning) for status, meaning in MEANINGS.items()},
    )


@cache
def _operations() -> list[Operation]:
    """Return all operations in the order of the description."""
    return [
        _operation(method.upper(), path, item[method])
        for path, item in description()["paths"].items()
        for method in METHODS
        if method in item
    ]


@cache
def _objects() -> list[Object]:
    """Return all objects by name."""
    schemas = description()["components"]["schemas"]
    return [Object(name, list(_fields(schema))) for name, schema in sorted(schemas.items())]


def _operation(method: str, path: str, operation: dict[str, Any]) -> Operation:
    return Operation(
        method=method,
        path=path,
        about=_about(operation),
        parameters=[
            ReferenceField(parameter["name"], _type(parameter["schema"]), _about(parameter))
            for parameter in operation.get("parameters", ())
            if parameter["in"] != "path"
        ],
        body=list(_body_fields(operation)),
        answers=next(_answers(operation), None),
        statuses=list(operation["responses"]),
    )


def _body_fields(operation: dict[str, Any]) -> Iterator[ReferenceField]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from _fields(description()["components"]["schemas"][_type(content["schema"])])


def _answers(operation: dict[str, Any]) -> Iterator[str]:
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield from (_type(media["schema"]) for media in answer.get("content", {}).values())


def _fields(schema: dict[str, Any]) -> Iterator[ReferenceField]:
    for name, field in schema.get("properties", {}).items():
        yield ReferenceField(name, _type(field), _about(field))


def _about(described: dict[str, Any]) -> Markup:
    return _as_html(str(described.get("description", "")))


def _as_html(text: str) -> Markup:
    """Return a sentence of the description, with its `code`."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 escaped


def _type(schema: dict[str, Any]) -> str:
    """Return a type in words, such as `string or null`."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if choices := schema.get("oneOf") or schema.get("allOf"):
        return " or ".join(dict.fromkeys(map(_type, choices)))
    if "enum" in schema:
        return " or ".join("null" if value is None else str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "object")


handlers: list[object] = [reference_page]
