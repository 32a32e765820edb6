"""Parley itself: a thread that was downloaded from another site (`/t/{thread}/export.json`)."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from parley.comments.formats.files import decoded
from parley.comments.formats.foreign import DELETED, REMOVED, Foreign, timestamp

GONE = {"deleted": DELETED}


class Author(msgspec.Struct, frozen=True):
    name: str


class Anchor(msgspec.Struct, frozen=True):
    quote: str | None = None


class Comment(msgspec.Struct, frozen=True):
    id: int
    url: str
    state: str
    body: str
    score: int
    created_at: str
    parent: int | None = None
    author: Author | None = None
    stance: str | None = None
    anchor: Anchor | None = None


class Thread(msgspec.Struct, frozen=True):
    url: str


class Download(msgspec.Struct, frozen=True):
    thread: Thread
    comments: list[Comment]


def read(file: Path) -> Iterator[Foreign]:
    """Yield the comments; their ids name the site that they come from."""
    download = decoded(file, Download)
    for one in download.comments:
        site = f"parley:{urlsplit(one.url).netloc}"
        yield Foreign(
            discussion=download.thread.url,
            id=f"{site}/{one.id}",
            parent_id=f"{site}/{one.parent}" if one.parent else None,
            author=one.author.name if one.author else None,
            created_utc=timestamp(one.created_at),
            body=one.body if one.state == "visible" else GONE.get(one.state, REMOVED),
            score=one.score,
            stance=one.stance,
            quote=(one.anchor.quote if one.anchor else None) or "",
        )
