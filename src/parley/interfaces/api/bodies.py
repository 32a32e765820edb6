"""Request bodies of the API. Each becomes the form of the page that does the same, so that both have the same rules."""

from typing import Any

import msgspec

from parley.platform.errors import InvalidFields
from parley.platform.http.forms import Form


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a program sends."""


def as_fields(body: Body, **more: str) -> dict[str, str]:
    """Return a body as the fields of a form."""
    return {name: _field(value) for name, value in msgspec.structs.asdict(body).items()} | more


def _field(value: Any) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "1"
        case _:
            return str(value)


def check(form: Form) -> None:
    """Raise InvalidFields if a form has errors."""
    if form.errors:
        raise InvalidFields(form.errors)
