"""The words of a page outside its metadata, as evidence for what the metadata states."""

import re
from collections.abc import Iterator
from functools import cached_property

from lxml.html import HtmlElement

from parley.extraction.metadata.names import fold

_METADATA = frozenset({"meta", "link", "title", "base"})
_UNSEEN = frozenset({"script", "style"})
_WORD = re.compile(r"[^\W\d_]+")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


class PageWords:
    """What readers see of a page, and what its markup and scripts use, both without JSON-LD and meta elements."""

    def __init__(self, tree: HtmlElement) -> None:
        self._tree = tree

    def has(self, name: str) -> bool:
        """Whether the page uses a name. Many sites state who posted an article, and show who wrote it."""
        folded = fold(name)
        return folded in self._text or folded in self._markup

    def writes_small(self, name: str) -> bool:
        """Whether readers see a word of a name in small letters too, so that it may be no name: "Key Points"."""
        return any(word.casefold() in self._small_words for word in name.split() if not word.islower())

    @cached_property
    def _text(self) -> str:
        return fold("".join(_texts(self._tree)))

    @cached_property
    def _small_words(self) -> frozenset[str]:
        return frozenset(filter(str.islower, _WORD.findall(" ".join(_texts(self._tree)))))

    @cached_property
    def _markup(self) -> str:
        """The attributes, and the data from which scripts build the page."""
        return fold(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), "\n".join(_attributes_and_scripts(self._tree))))


def _texts(tree: HtmlElement) -> Iterator[str]:
    for element in tree.iter():
        if element.tag not in _UNSEEN and element.tag not in _METADATA:
            yield element.text or ""
        yield element.tail or ""


def _attributes_and_scripts(tree: HtmlElement) -> Iterator[str]:
    for element in tree.iter():
        if element.tag == "script":
            yield "" if element.get("type") == "application/ld+json" else element.text or ""
        elif element.tag not in _METADATA:
            yield from element.attrib.values()
