"""Loading folders of real pages: those of readability, of trafilatura and of article-extraction-benchmark."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lxml.html
import msgspec

_INLINE = {
    "a", "abbr", "b", "code", "em", "font", "i", "ins", "kbd", "s", "small", "span", "strong", "sub", "sup", "u",
}  # fmt: skip


class Page(msgspec.Struct, frozen=True):
    """A page and what is known of its article. Empty where nothing is known.

    `words` is the article's whole text; `needed` and `unwanted` are texts that it must and must not have.
    """

    name: str
    url: str
    source: bytes
    words: str = ""
    needed: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    title: str = ""
    byline: str = ""
    date: str = ""
    language: str = ""


def pages(folder: Path) -> Iterator[Page]:
    """The pages of a folder in any of the three layouts. Raises ValueError for another folder."""
    for sign, load in _LAYOUTS.items():
        if next(folder.glob(sign), None):
            return load(folder)
    message = f"{folder} has no pages in a layout that is known"
    raise ValueError(message)


def _readability(folder: Path) -> Iterator[Page]:
    for page in sorted(folder.glob("*/expected.html")):
        known = json.loads((page.parent / "expected-metadata.json").read_text("utf-8"))
        yield Page(
            name=page.parent.name,
            url="http://fakehost/test/page.html",
            source=(page.parent / "source.html").read_bytes(),
            words=_words(page.read_text("utf-8")),
            title=known.get("title") or "",
            byline=known.get("byline") or "",
            date=(known.get("publishedTime") or "")[:10],
            language=known.get("lang") or "",
        )


def _words(html: str) -> str:
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    for element in root.iter():
        if element.tag not in _INLINE:
            element.text, element.tail = f" {element.text or ''}", f" {element.tail or ''}"
    return str(root.text_content())


def _trafilatura(folder: Path) -> Iterator[Page]:
    entries: dict[str, dict[str, Any]] = json.loads((folder / "evaldata.json").read_text("utf-8"))
    for url, known in entries.items():
        found = (folder / part / known["file"] for part in ("html", "cache", "eval"))
        file = next((file for file in found if file.exists()), None)
        if file is not None:
            yield Page(
                name=known["file"],
                url=url,
                source=file.read_bytes(),
                needed=tuple(known["with"]),
                unwanted=tuple(known["without"]),
                title=known.get("title", ""),
                byline=known.get("author", ""),
                date=known.get("date", "")[:10],
                language=known.get("lang_attr") or "",
            )


def _benchmark(folder: Path) -> Iterator[Page]:
    for name, known in json.loads((folder / "ground-truth.json").read_text("utf-8")).items():
        file = folder / "html" / f"{name}.html.gz"
        if file.exists():
            yield Page(name, known["url"], gzip.decompress(file.read_bytes()), known["articleBody"])


_LAYOUTS: dict[str, Callable[[Path], Iterator[Page]]] = {
    "*/expected.html": _readability,
    "evaldata.json": _trafilatura,
    "ground-truth.json": _benchmark,
}
