"""The comment form as templates show it."""

from uuid import uuid4

import msgspec
from markupsafe import Markup

from parley.platform.text.messages import Message


class CommentFormView(msgspec.Struct):
    """A comment form with what was typed and what is wrong with it."""

    kind: str
    action: str
    body: str = ""
    thread: int | None = None
    parent: int | None = None
    comment: int | None = None
    # The number of the text that an edit began from, and the present text if it is another one.
    version: int | None = None
    now: Markup | None = None
    stance: str | None = None
    passage: int | None = None
    quote: str | None = None
    prefix: str = ""
    statement: str = ""
    assisted: bool = False
    submission: str = ""
    errors: dict[str, Message] = msgspec.field(default_factory=dict)


def new_form(thread: int, **fields: str | int | bool | None) -> CommentFormView:
    """Return an empty form for a top-level comment or, with `parent`, a reply."""
    kind = "reply" if fields.get("parent") else "new"
    values = {"submission": str(uuid4())} | {name: value for name, value in fields.items() if value is not None}
    return msgspec.convert(
        values | {"kind": kind, "action": f"/t/{thread}/comments", "thread": thread}, CommentFormView
    )
