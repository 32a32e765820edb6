"""Hypothesis: annotations as its API gives them (https://h.readthedocs.io/en/latest/api-reference/, `/api/search`)."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from parley.comments.formats.foreign import REMOVED, Foreign, decoded, seconds


class Selector(msgspec.Struct, frozen=True):
    type: str = ""
    exact: str = ""


class Target(msgspec.Struct, frozen=True):
    source: str = ""
    selector: list[Selector] = []


class Annotation(msgspec.Struct, frozen=True):
    id: str
    created: str
    uri: str = ""
    user: str = ""
    text: str = ""
    hidden: bool = False
    references: list[str] = []
    target: list[Target] = []


class Found(msgspec.Struct, frozen=True):
    rows: list[Annotation]


def read(file: Path) -> Iterator[Foreign]:
    """Yield the annotations and their replies; the words that an annotation is about are quoted in front of it."""
    for one in decoded(file, Found).rows:
        parent = one.references[-1] if one.references else None
        yield Foreign(
            discussion=one.uri,
            id=f"hypothesis:{one.id}",
            parent_id=f"hypothesis:{parent}" if parent else None,
            author=one.user.removeprefix("acct:").partition("@")[0] or None,
            created_utc=seconds(one.created),
            body=REMOVED if one.hidden else _body(one),
        )


def _body(annotation: Annotation) -> str:
    quotes = [
        selector.exact
        for target in annotation.target
        for selector in target.selector
        if selector.type == "TextQuoteSelector" and selector.exact
    ]
    quoted = "".join(f"> {' '.join(quote.split())}\n\n" for quote in quotes)
    return f"{quoted}{annotation.text}".strip()
