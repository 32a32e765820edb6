"""What programs send to add an article."""

from typing import Literal

import msgspec


class NewImport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An article to add: the address of its page (`url`), or its `text` as Markdown, with its address if it has one."""

    source: Literal["url", "text"]
    url: str = ""
    text: str = ""
    title: str = ""
    topic: str = ""


class Publication(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Facts about an article that are published with it. Null keeps what was found; an empty text removes it."""

    title: str | None = None
    topic: str | None = None
    byline: str | None = None
    lang: str | None = None
    section: str | None = None
    licence: str | None = None
    bio: str | None = None
    published: str | None = None
    updated: str | None = None
