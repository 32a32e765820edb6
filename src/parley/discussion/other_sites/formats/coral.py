"""Coral: its collections `users`, `stories` and `comments` as `mongoexport` writes them, one after another in one file.

Coral has no export of its own. The fields are those of its version 5 and later (server/src/core/server/models).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from parley.discussion.other_sites.formats.files import decoded_lines
from parley.discussion.other_sites.formats.foreign import DELETED, REMOVED, ForeignComment, timestamp
from parley.discussion.other_sites.formats.markup import as_markdown
from parley.platform.errors import CommandFailed

PUBLISHED = ("NONE", "APPROVED")


class CoralRevision(msgspec.Struct, frozen=True):
    body: str = ""


class CoralMetadata(msgspec.Struct, frozen=True):
    """What is known of a story."""

    title: str | None = None


class CoralDocument(msgspec.Struct, frozen=True, rename="camel"):
    """A line of any of the collections: only comments have `revisions`, only users a `role`. Times may be nested."""

    id: str = ""
    url: str | None = None
    username: str | None = None
    email: str | None = None
    role: str | None = None
    story_id: str = msgspec.field(default="", name="storyID")
    parent_id: str | None = msgspec.field(default=None, name="parentID")
    author_id: str | None = msgspec.field(default=None, name="authorID")
    revisions: list[CoralRevision] | None = None
    status: str = ""
    metadata: CoralMetadata | None = None
    created_at: Any = None
    deleted_at: Any = None
    action_counts: dict[str, Any] = {}


def read(file: Path) -> Iterator[ForeignComment]:
    """Yield the comments; their discussion is the address of the story. Raises CommandFailed if there are none."""
    users: dict[str, CoralDocument] = {}
    stories: dict[str, CoralDocument] = {}
    for document in decoded_lines(file, CoralDocument):
        if document.role is not None:
            users[document.id] = document
        elif document.revisions is None and document.url:
            stories[document.id] = document
    is_found = False
    for document in decoded_lines(file, CoralDocument):
        if document.revisions is not None:
            is_found = True
            yield _comment(document, stories, users.get(document.author_id or ""))
    if not is_found:
        raise CommandFailed(f"{file.name} has no comments as Coral stores them.")


def _comment(
    document: CoralDocument, stories: Mapping[str, CoralDocument], author: CoralDocument | None
) -> ForeignComment:
    story = stories.get(document.story_id)
    reactions = document.action_counts.get("REACTION", 0)
    return ForeignComment(
        discussion=(story.url if story else None) or document.story_id,
        id=f"coral:{document.id}",
        parent_id=f"coral:{document.parent_id}" if document.parent_id else None,
        author=author.username if author else None,
        created_utc=_time(document.created_at),
        body=_body(document),
        score=reactions if isinstance(reactions, int) else 0,
        email=(author.email if author else None) or "",
        title=(story.metadata.title if story and story.metadata else None) or "",
    )


def _time(value: Any) -> float:
    """Return the seconds of `{"$date": "2019-…"}`, `{"$date": 15…}` or `{"$date": {"$numberLong": "15…"}}` (ms)."""
    inner = value.get("$date") if isinstance(value, dict) else value
    if isinstance(inner, dict):
        number = str(inner.get("$numberLong", ""))
        inner = int(number) if number.isascii() and number.isdigit() else 0
    if isinstance(inner, int | float):
        return max(0.0, inner / 1_000)
    return timestamp(inner) if isinstance(inner, str) else 0.0


def _body(document: CoralDocument) -> str:
    if document.deleted_at is not None or not document.revisions:
        return DELETED
    return as_markdown(document.revisions[-1].body) if document.status in PUBLISHED else REMOVED
