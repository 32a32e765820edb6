"""What a member keeps as a file: Markdown, JSON, W3C Web Annotations, and CSV as Readwise imports it."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from parley.discussion.kept.queries import KeptRow
from parley.platform.settings import settings
from parley.platform.text.markdown import literal
from parley.platform.text.messages import N_, Message

# A spreadsheet would calculate what begins with one of these.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
READWISE = ("Highlight", "Title", "Author", "URL", "Note", "Location", "Date")


class KeptRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item as programs read it."""

    id: int
    kind: str
    url: str
    thread: int
    title: str
    created_at: Any
    changed_at: Any
    source: str | None = None
    comment: int | None = None
    passage: int | None = None
    author: str | None = None
    quote: str | None = None
    words: str | None = None
    note: str = ""


def record(row: KeptRow) -> KeptRecord:
    return KeptRecord(
        id=row.id,
        kind=row.kind,
        url=row.whole_address,
        thread=row.thread,
        title=row.title,
        created_at=row.created_at,
        changed_at=row.changed_at,
        source=row.url,
        comment=row.comment,
        passage=row.passage,
        author=row.author,
        quote=row.quote,
        words=row.words,
        note=row.text,
    )


def as_json(rows: Sequence[KeptRow]) -> bytes:
    return msgspec.json.format(msgspec.json.encode([record(row) for row in rows]))


def as_markdown(rows: Sequence[KeptRow]) -> str:
    """For reading: by article, with the words of others as quotations and the notes as they were typed."""
    return "".join(_markdown_of(list(items)) for _, items in groupby(rows, key=lambda row: row.thread))


def _markdown_of(rows: Sequence[KeptRow]) -> str:
    first = rows[0]
    source = f"\nThe article: <{first.url}>\n" if first.url else ""
    return f"# {literal(first.title)}\n{source}\n" + "".join(_section(row) for row in rows)


def _section(row: KeptRow) -> str:
    by = f" · {literal(row.author)}" if row.author else ""
    words = row.quote if row.kind == "comment" else literal(row.quote or "")
    quoted = "\n".join(f"> {line}".rstrip() for line in (words or "").splitlines())
    parts = [f"## {row.created_at:%Y-%m-%d %H:%M} UTC · <{row.whole_address}>{by}", quoted, row.text]
    return "\n\n".join(part for part in parts if part) + "\n\n"


def as_annotations(rows: Sequence[KeptRow]) -> bytes:
    """As the Web Annotation data model has it (https://www.w3.org/TR/annotation-model/)."""
    page = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": f"{settings().base_url}/kept",
        "type": "AnnotationPage",
        "items": [_annotation(row) for row in rows],
    }
    return msgspec.json.format(msgspec.json.encode(page))


def _annotation(row: KeptRow) -> dict[str, Any]:
    annotation = {
        "id": f"{settings().base_url}/kept/{row.id}",
        "type": "Annotation",
        "motivation": "commenting" if row.text else "highlighting" if row.kind == "highlight" else "bookmarking",
        "created": row.created_at,
        "modified": row.changed_at,
        "target": _target(row),
    }
    note = {"type": "TextualBody", "value": row.text, "format": "text/plain"}
    return annotation | ({"body": [note]} if row.text else {})


def _target(row: KeptRow) -> Any:
    source = row.whole_address if row.comment is not None else row.url or row.whole_address
    if row.kind != "highlight" or not row.quote:
        return source
    around = {name: text for name, text in (("prefix", row.prefix), ("suffix", row.suffix)) if text}
    return {"source": source, "selector": {"type": "TextQuoteSelector", "exact": row.quote} | around}


def as_readwise(rows: Sequence[KeptRow]) -> str:
    """As Readwise imports it: https://docs.readwise.io/readwise/docs/importing-highlights/csv."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(READWISE)
    table.writerows([_harmless(cell) for cell in cells] for cells in _readwise_rows(rows))
    return text.getvalue()


def _readwise_rows(rows: Sequence[KeptRow]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        author = row.author if row.kind == "comment" else row.byline
        at = f"{row.created_at:%Y-%m-%d %H:%M:%S}"
        # A highlight is the one field that it needs.
        highlight = row.quote or row.title
        yield highlight, row.title, author or "", row.whole_address, row.text, str(row.passage or ""), at


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


class Format(NamedTuple):
    label: Message
    ending: str
    media_type: str
    write: Callable[[Sequence[KeptRow]], str | bytes]


FORMATS = {
    "markdown": Format(N_("Markdown"), "md", "text/markdown", as_markdown),
    "json": Format(N_("JSON"), "json", "application/json", as_json),
    "annotations": Format(N_("Web Annotations"), "jsonld", "application/ld+json", as_annotations),
    "readwise": Format(N_("CSV for Readwise"), "csv", "text/csv", as_readwise),
}
