"""What a member keeps as a file: Markdown, JSON, W3C Web Annotations, and CSV as Readwise imports it.

A file of ten thousand notes has 30 MB, so it is written in batches, between which others are served.
"""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from parley.discussion.kept.queries import KeptRow
from parley.platform.concurrency import in_thread
from parley.platform.settings import settings
from parley.platform.text.markdown import literal, without_embeds
from parley.platform.text.messages import N_, Message

# A spreadsheet would calculate what begins with one of these, some also in full width or after spaces.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
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


def as_json(rows: Sequence[KeptRow], former: KeptRow | None) -> str:
    return _joined(map(record, rows), former)


def _joined(items: Iterable[Any], former: KeptRow | None) -> str:
    """Elements of a JSON array, after those of a former batch if there was one."""
    return (",\n" if former else "\n") + ",\n".join(msgspec.json.encode(item).decode() for item in items)


def as_markdown(rows: Sequence[KeptRow], former: KeptRow | None) -> str:
    """For reading: by article, with the words of others as quotations and the notes as they were typed."""
    parts = []
    for row in rows:
        if former is None or former.thread != row.thread:
            parts.append(_heading(row))
        parts.append(_section(row))
        former = row
    return "".join(parts)


def _heading(row: KeptRow) -> str:
    source = f"\nThe article: <{row.url}>\n" if row.url else ""
    return f"# {literal(row.title)}\n{source}\n"


def _section(row: KeptRow) -> str:
    by = f" · {literal(row.author)}" if row.author else ""
    words = (without_embeds if row.kind == "comment" else literal)(row.quote or "")
    quoted = "\n".join(f"> {line}".rstrip() for line in words.splitlines())
    parts = [f"## {row.created_at:%Y-%m-%d %H:%M} UTC · <{row.whole_address}>{by}", quoted, row.text]
    return "\n\n".join(part for part in parts if part) + "\n\n"


def as_annotations(rows: Sequence[KeptRow], former: KeptRow | None) -> str:
    """As the Web Annotation data model has it (https://www.w3.org/TR/annotation-model/)."""
    return _joined(map(_annotation, rows), former)


def _begin_annotations() -> str:
    page = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": f"{settings().base_url}/kept",
        "type": "AnnotationPage",
    }
    return msgspec.json.encode(page).decode().removesuffix("}") + ',"items":['


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


def as_readwise(rows: Sequence[KeptRow], _former: KeptRow | None) -> str:
    """As Readwise imports it: https://docs.readwise.io/readwise/docs/importing-highlights/csv."""
    return _table([harmless(cell) for cell in cells] for cells in _readwise_rows(rows))


def _table(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _readwise_rows(rows: Sequence[KeptRow]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        author = row.author if row.kind == "comment" else row.byline
        at = f"{row.created_at:%Y-%m-%d %H:%M:%S}"
        # A highlight is the one field that it needs.
        highlight = row.quote or row.title
        yield highlight, row.title, author or "", row.whole_address, row.text, str(row.passage or ""), at


def harmless(cell: str) -> str:
    """Return a cell that spreadsheets show as it is."""
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) else cell


class Format(NamedTuple):
    """`write` gets a batch of rows and the last row of the batch before; `begin` and `end` stand around them all."""

    label: Message
    ending: str
    media_type: str
    write: Callable[[Sequence[KeptRow], KeptRow | None], str]
    begin: Callable[[], str] = str
    end: str = ""


FORMATS = {
    "markdown": Format(N_("Markdown"), "md", "text/markdown", as_markdown),
    "json": Format(N_("JSON"), "json", "application/json", as_json, lambda: "[", "\n]\n"),
    "annotations": Format(
        N_("Web Annotations"), "jsonld", "application/ld+json", as_annotations, _begin_annotations, "\n]}\n"
    ),
    "readwise": Format(N_("CSV for Readwise"), "csv", "text/csv", as_readwise, lambda: _table([READWISE])),
}


async def file(written: Format, batches: AsyncIterator[list[KeptRow]]) -> AsyncIterator[str]:
    yield written.begin()
    former = None
    async for rows in batches:
        yield await in_thread(written.write, rows, former)
        former = rows[-1]
    yield written.end
