"""Parley itself: a thread that was downloaded from another site (`/t/{thread}/export.json`)."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from parley.discussion.other_sites.formats.files import decode_file
from parley.discussion.other_sites.formats.foreign import DELETED, REMOVED, ForeignComment, timestamp

GONE = {"deleted": DELETED}


class DownloadedAuthor(msgspec.Struct, frozen=True):
    name: str


class DownloadedAnchor(msgspec.Struct, frozen=True):
    quote: str | None = None


class DownloadedComment(msgspec.Struct, frozen=True):
    id: int
    url: str
    state: str
    body: str
    score: int
    created_at: str
    parent: int | None = None
    author: DownloadedAuthor | None = None
    stance: str | None = None
    anchor: DownloadedAnchor | None = None


class DownloadedThread(msgspec.Struct, frozen=True):
    url: str


class ThreadDownload(msgspec.Struct, frozen=True):
    thread: DownloadedThread
    comments: list[DownloadedComment]


def read(file: Path) -> Iterator[ForeignComment]:
    """Yield the comments; their ids name the site that they come from."""
    download = decode_file(file, ThreadDownload)
    for comment in download.comments:
        site = f"parley:{urlsplit(comment.url).netloc}"
        yield ForeignComment(
            discussion=download.thread.url,
            id=f"{site}/{comment.id}",
            parent_id=f"{site}/{comment.parent}" if comment.parent else None,
            author=comment.author.name if comment.author else None,
            created_utc=timestamp(comment.created_at),
            body=comment.body if comment.state == "visible" else GONE.get(comment.state, REMOVED),
            score=comment.score,
            stance=comment.stance,
            quote=(comment.anchor.quote if comment.anchor else None) or "",
        )
