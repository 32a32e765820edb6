"""Tying the references of an article to its notes."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

import lxml.html
import msgspec

LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,22}[A-Za-z0-9])?"
# As we write them, and as the sanitiser leaves them (with a rel).
REFERENCE = re.compile(rf'<a(?=[^<>]* role="doc-noteref")(?=[^<>]* href="#fn-(?P<label>{LABEL})")[^<>]*></a>')
BACKLINK = re.compile(rf'<a(?=[^<>]* role="doc-backlink")(?=[^<>]* href="#fnref-(?P<label>{LABEL})")[^<>]*></a>\s*')
NOTE = re.compile(rf'\s*<aside(?=[^<>]* role="doc-footnote")(?=[^<>]* id="fn-(?P<label>{LABEL})")[^<>]*>')
# The values of the attributes that the sanitiser keeps on a note.
NOTE_VALUES = {"id": re.compile(rf"fn-{LABEL}"), "role": re.compile("doc-footnote")}
_FIRST_BLOCK = re.compile(r"\s*<p\b[^>]*>")


class _Passage(Protocol):
    @property
    def html(self) -> str: ...
    @property
    def text(self) -> str: ...


P = TypeVar("P", bound=_Passage)


def labels_in(html: str) -> list[str]:
    """The labels of the notes that a passage refers to, in order."""
    return [link["label"] for link in REFERENCE.finditer(html)] if "doc-noteref" in html else []


def label_of(html: str) -> str | None:
    """The label of the note that a passage is, or None for any other passage."""
    match = NOTE.match(html)
    return match["label"] if match else None


def link_notes(passages: Sequence[P]) -> list[P]:
    """Give every reference an id of its own. One without a note becomes text, and a note without one has no link back.

    The first of several notes with the same label has the links.
    """
    notes = {label for passage in passages if (label := label_of(passage.html))}
    referred = {label for passage in passages for label in labels_in(passage.html)}
    if not notes and not referred:
        return list(passages)
    linker = _Linker(notes, referred)
    return [linker.linked(passage) for passage in passages]


class _Linker:
    def __init__(self, notes: set[str], referred: set[str]) -> None:
        self._notes, self._referred = notes, referred
        self._occurrences: Counter[str] = Counter()
        self._seen: set[str] = set()

    def linked(self, passage: P) -> P:
        if "doc-" not in passage.html:
            return passage
        html = self._note(REFERENCE.sub(self._reference, passage.html))
        if html == passage.html:
            return passage
        lost = any(label not in self._notes for label in labels_in(passage.html))
        text = _text(html) if lost else passage.text
        return msgspec.structs.replace(passage, html=html, text=text)  # type: ignore[type-var]

    def _note(self, html: str) -> str:
        begin = NOTE.match(html)
        if begin is None:
            return html
        content = BACKLINK.sub("", html[begin.end() :].removesuffix("</aside>"))
        label, first = begin["label"], begin["label"] not in self._seen
        self._seen.add(label)
        if first and label in self._referred:
            return note(label, content)
        return f'<aside role="doc-footnote">{content}</aside>'

    def _reference(self, link: re.Match[str]) -> str:
        label = link["label"]
        if label not in self._notes:
            return f"[^{label}]"
        self._occurrences[label] += 1
        return reference(label, self._occurrences[label])


def _text(html: str) -> str:
    return " ".join(lxml.html.fragment_fromstring(html, create_parent="div").text_content().split())


def reference(label: str, occurrence: int = 1) -> str:
    """The link to a note; `occurrence` counts the links to the same note, from 1."""
    number = f"-{occurrence}" if occurrence > 1 else ""
    return f'<a id="fnref-{label}{number}" href="#fn-{label}" role="doc-noteref" aria-label="{label}"></a>'


def note(label: str, html: str) -> str:
    """A note, with the link back to its first reference before its first word."""
    begin = _FIRST_BLOCK.match(html)
    lead = begin.end() if begin else 0
    return f'<aside id="fn-{label}" role="doc-footnote">{html[:lead]}{backlink(label)}{html[lead:]}</aside>'


def backlink(label: str) -> str:
    """The link from a note to its first reference."""
    return f'<a href="#fnref-{label}" role="doc-backlink" aria-label="{label}"></a>'
