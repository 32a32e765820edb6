"""Request bodies of the API. Each becomes the form of the page that does the same, so that both have the same rules."""

from datetime import datetime
from typing import Any

import msgspec

from parley.platform.errors import InvalidFields
from parley.platform.http.forms import Form

# Of Python's. In UTC, a time may be in the year before or after its own.
FIRST_YEAR, LAST_YEAR = 1, 9_999


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a program sends."""

    def __post_init__(self) -> None:
        """Raise ValueError, which is told as a mistake in the body, for a time that may have no equivalent in UTC."""
        for value in msgspec.structs.astuple(self):
            if isinstance(value, datetime) and not FIRST_YEAR < value.year < LAST_YEAR:
                raise ValueError("A time must be in the years 2 to 9998.")


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
