"""Hypothesis: annotations as `/api/search` returns them (https://h.readthedocs.io/en/latest/api-reference/)."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from parley.discussion.other_sites.formats.files import decode_file
from parley.discussion.other_sites.formats.foreign import REMOVED, ForeignComment, timestamp


class AnnotationSelector(msgspec.Struct, frozen=True):
    type: str = ""
    exact: str = ""


class AnnotationTarget(msgspec.Struct, frozen=True):
    source: str = ""
    selector: list[AnnotationSelector] = []


class Permissions(msgspec.Struct, frozen=True):
    read: tuple[str, ...] = ("group:__world__",)

    @property
    def is_private(self) -> bool:
        """Whether only its author can read it ("Only me")."""
        return not any(reader.startswith("group:") for reader in self.read)


class Annotation(msgspec.Struct, frozen=True):
    id: str
    created: str
    uri: str = ""
    user: str = ""
    text: str = ""
    hidden: bool = False
    references: list[str] = []
    target: list[AnnotationTarget] = []
    permissions: Permissions = Permissions()


class SearchResult(msgspec.Struct, frozen=True):
    rows: list[Annotation]
    total: int = 0


def read(file: Path) -> Iterator[ForeignComment]:
    """Yield the annotations and their replies, without those that only their author can read.

    A reply to one that is not in the file is put below the nearest one above that is.
    """
    result = decode_file(file, SearchResult)
    rows = [row for row in result.rows if not row.permissions.is_private]
    ids = {row.id for row in rows}
    # A search finds 20 unless more are asked for. Its total counts what is left out here, and other addresses.
    is_whole = len(rows) == len(result.rows) and len({row.uri for row in rows}) == 1
    for annotation in rows:
        parent = next((above for above in reversed(annotation.references) if above in ids), None)
        yield ForeignComment(
            discussion=annotation.uri,
            id=f"hypothesis:{annotation.id}",
            parent_id=f"hypothesis:{parent}" if parent else None,
            author=annotation.user.removeprefix("acct:").partition("@")[0] or None,
            created_utc=timestamp(annotation.created),
            body=REMOVED if annotation.hidden else annotation.text,
            quote=next(_quotes(annotation), ""),
            total=result.total if is_whole else 0,
        )


def _quotes(annotation: Annotation) -> Iterator[str]:
    for target in annotation.target:
        yield from (
            selector.exact for selector in target.selector if selector.type == "TextQuoteSelector" and selector.exact
        )
