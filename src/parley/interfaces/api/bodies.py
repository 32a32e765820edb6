"""Request bodies of the API. Each becomes the form of the page that does the same, so that both have the same rules."""

from typing import Any, Literal

import msgspec

from parley.interfaces.api.schemas import Stance
from parley.platform.errors import InvalidFields
from parley.platform.http.forms import Form


class NewComment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A comment to post. `submission`, a UUID, makes it safe to send it again: the answer is the first comment.

    `passage` is a lineage, `quote` words of it, and `prefix` some words before them.
    """

    body: str
    parent: int | None = None
    stance: Stance | None = None
    passage: int | None = None
    quote: str = ""
    prefix: str = ""
    statement: str = ""
    assisted: bool = False
    submission: str = ""


class CommentChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The new text of a comment."""

    body: str
    stance: Stance | None = None
    assisted: bool = False


class NewVote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A vote: 1 or -1 for `quality`; 1, 0 (unsure) or -1 for `agreement`."""

    value: Literal[-1, 0, 1]


class NewReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A report: the code of a published rule, and what is wrong in words."""

    reason: str
    text: str = ""


class NewDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision about an item at the `version` that was read. `until` is in days; null: permanently."""

    version: int
    action: str
    rule: str | None = None
    reason: str = ""
    quote: str = ""
    until: int | None = None


def as_fields(body: msgspec.Struct, **more: str) -> dict[str, str]:
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
