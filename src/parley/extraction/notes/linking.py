"""Tying the references of an article to its notes."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

import lxml.html
import msgspec

from parley.extraction.notes.markup import BACKLINK, NOTE, REFERENCE, note, reference


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
