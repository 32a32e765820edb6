"""Hacker News: an item with its comments as the search API returns it (https://hn.algolia.com/api, `/items/{id}`)."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from parley.discussion.other_sites.formats.files import decode_file
from parley.discussion.other_sites.formats.foreign import DELETED, ForeignComment
from parley.discussion.other_sites.formats.markup import as_markdown


class Item(msgspec.Struct, frozen=True):
    id: int
    type: str = "comment"
    author: str | None = None
    created_at_i: int | None = None
    text: str | None = None
    children: list["Item"] | None = None


def read(file: Path) -> Iterator[ForeignComment]:
    """Yield the comments below the story. Comments have no scores there."""
    story = decode_file(file, Item)
    waiting: list[tuple[Item, int | None]] = [(child, None) for child in reversed(story.children or [])]
    while waiting:
        item, parent = waiting.pop()
        if item.type == "comment":
            yield ForeignComment(
                discussion=str(story.id),
                id=f"hackernews:{item.id}",
                parent_id=f"hackernews:{parent}" if parent else None,
                author=item.author,
                created_utc=max(0, item.created_at_i or 0),
                body=as_markdown(item.text) if item.text else DELETED,
            )
        waiting += [(child, item.id) for child in reversed(item.children or [])]
