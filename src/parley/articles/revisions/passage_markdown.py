"""Passages as Markdown for editing, and back.

Opening the form must not lose what Markdown cannot express. So the Markdown of a passage is rendered again at once, and
if the result differs, the form shows the passage's HTML in one line instead.
"""

import re
from collections.abc import Sequence
from functools import partial
from html import escape
from typing import Any

import lxml.html
import msgspec
from bs4 import Tag
from lxml import etree
from markdownify import ATX, BACKSLASH, MarkdownConverter

from parley.articles.articles.pictures import Attributes, with_stored_pictures
from parley.articles.articles.versions import StoredPassage
from parley.articles.revisions.editing import MOST_IN_BLOCK, MarkdownBlock, blocks, count_marks
from parley.extraction.html.passages import ImportedPassage, cut_passages, without_lost_pictures
from parley.extraction.text.rendering import block_to_html

_KEPT_AS_HTML = (
    "abbr", "bdi", "bdo", "cite", "dfn", "ins", "kbd", "mark", "q", "ruby", "rt", "rp", "samp", "small", "sub", "sup",
    "time", "u", "var", "wbr",
)  # fmt: skip
# HTML that Markdown renders in another form with the same meaning.
_EQUIVALENTS = (
    (re.compile(r"<(/?)b>"), r"<\1strong>"),
    (re.compile(r"<(/?)i>"), r"<\1em>"),
    (re.compile(r"<(/?)del>"), r"<\1s>"),
    (re.compile(r"<br>\s*(</(?:strong|em)>)"), r"\1<br>"),
    (re.compile(r"<li>\s*<p>((?:(?!</?p\b).)*)</p>\s*</li>", re.DOTALL), r"<li>\1</li>"),
    (re.compile(r"</?(?:thead|tbody)>"), ""),
    (re.compile(r"<a rel=\"[^\"]*\">([^<]*)</a>"), r"\1"),
    # Which of several references to a note it is, only the whole article says (extraction/notes/linking.py).
    (re.compile(r' id="fnref-[^"]*"'), ""),
    (re.compile(r'<a [^>]*role="doc-backlink"[^>]*></a>'), ""),
    (re.compile(r"(<aside[^>]*>)<p>((?:(?!</?p\b).)*)</p>\s*</aside>", re.DOTALL), r"\1\2</aside>"),
    (re.compile(r"<pre>(?:<code>)?(.*?)\n?(?:</code>)?</pre>", re.DOTALL), r"<pre>\1</pre>"),
)
_RULE_BELOW = re.compile(r"^\|(?: --- \|)+$", re.MULTILINE)
_RULES_BELOW = {"center": ":---:", "end": "---:"}
# The base address for articles without one, which stored pictures need. Other relative links are removed afterwards.
_PLACEHOLDER = "https://here.invalid/"
_PLACEHOLDER_LINK = re.compile(rf' href="{re.escape(_PLACEHOLDER)}[^"]*"')
_BLOCKS = "aside|blockquote|caption|dd|dl|dt|figcaption|figure|h[1-6]|img|li|ol|p|table|td|th|tr|ul"
_SPACE_AROUND_BLOCKS = re.compile(rf"(?:\s|&nbsp;)*(</?(?:{_BLOCKS})\b[^>]*>|<br>)(?:\s|&nbsp;)*")
# Converting takes about a millisecond for each passage and each ten of these characters. More are shown as HTML.
MOST_SHOWN = 50_000
# A paragraph without Markdown or HTML characters, as most are. It needs no conversion.
_PLAIN_PARAGRAPH = re.compile(r"<p>([^\W\d_][^\\`*_\[\]<>&#|~\n]*[^\s\\`*_\[\]<>&#|~])</p>")


class _Converter(MarkdownConverter):
    """Keeps the inline elements that Markdown cannot express as HTML."""

    def __init__(self, *, escapes_more: bool) -> None:
        super().__init__(
            heading_style=ATX, bullets="-", newline_style=BACKSLASH, autolinks=False, escape_misc=escapes_more,
            keep_inline_images_in=["td", "th"],
        )  # fmt: skip
        for name in _KEPT_AS_HTML:
            setattr(self, f"convert_{name}", partial(_as_html, name))

    def convert_a(self, el: Tag, text: str, parent_tags: Any) -> str:
        """A link; a reference to a note as Markdown writes it."""
        if el.get("role") == "doc-noteref":
            return f"[^{el.get('aria-label')}]"
        return str(super().convert_a(el, text, parent_tags))  # type: ignore[misc] # markdownify has no types

    def convert_aside(self, el: Tag, text: str, parent_tags: object) -> str:  # noqa: ARG002 as markdownify calls it
        return f"[^{str(el.get('id', '')).removeprefix('fn-')}]: {text.strip()}"

    def convert_table(self, el: Tag, text: str, parent_tags: Any) -> str:
        """A table, with the alignment of each column below its head."""
        whole = str(super().convert_table(el, text, parent_tags))  # type: ignore[misc] # markdownify has no types
        first = el.find("tr")
        cells = first.find_all(["th", "td"]) if isinstance(first, Tag) else []
        rules = " | ".join(_RULES_BELOW.get(str(cell.get("data-align")), "---") for cell in cells)
        return _RULE_BELOW.sub(f"| {rules} |", whole, count=1)

    def convert_math(self, el: Tag, text: str, parent_tags: object) -> str:  # noqa: ARG002 as markdownify calls it
        tex, sign = el.get("alttext"), "$$" if el.get("display") == "block" else "$"
        return f"{sign}{tex}{sign}" if tex else str(el)


def _as_html(name: str, element: Tag, text: str, parent_tags: object) -> str:  # noqa: ARG001 as markdownify calls it
    attributes = "".join(f' {key}="{escape(str(value))}"' for key, value in element.attrs.items())
    return f"<{name}{attributes}>" if name == "wbr" else f"<{name}{attributes}>{text}</{name}>"


_CONVERTERS = _Converter(escapes_more=False), _Converter(escapes_more=True)


def sources(passages: Sequence[StoredPassage], base_url: str | None, pictures: Attributes) -> list[MarkdownBlock]:
    """Return the Markdown that renders to each passage, or its HTML where there is none or it would take too long."""
    found: list[MarkdownBlock] = []
    marks = 0
    for passage in passages:
        if passage.kind == "paragraph" and (words := _PLAIN_PARAGRAPH.fullmatch(passage.html)):
            found.append(MarkdownBlock(words[1]))
            continue
        of_passage = count_marks(passage.html)
        if of_passage > MOST_IN_BLOCK or marks + of_passage > MOST_SHOWN:
            found.append(_html_source(passage))
            continue
        marks += of_passage
        found.append(source(passage, base_url, pictures))
    return found


def source(passage: StoredPassage, base_url: str | None, pictures: Attributes) -> MarkdownBlock:
    """Return the Markdown that renders to `passage`, or its HTML if there is none."""
    level = passage.level or 1 if passage.kind == "item" else 0
    for converter in _CONVERTERS:
        markdown = converter.convert(_tidy(passage.html)).strip()
        if [block.source for block in blocks(markdown)] == [markdown]:
            made = render(MarkdownBlock(markdown, level), base_url, pictures)
            if len(made) == 1 and (made[0].kind, _canonical(made[0].html)) == (passage.kind, _canonical(passage.html)):
                return MarkdownBlock(markdown, level)
    return _html_source(passage)


def _html_source(passage: StoredPassage) -> MarkdownBlock:
    """Return the HTML of a passage in one line."""
    html, level = passage.html.strip(), passage.level or 1 if passage.kind == "item" else 0
    return MarkdownBlock(html.replace("\n", "&#10;") if "<pre" in html else " ".join(html.split()), level)


def render(block: MarkdownBlock, base_url: str | None, pictures: Attributes) -> list[ImportedPassage]:
    """Render a block to passages, usually one. `pictures` are the stored pictures that it may show."""
    made = cut_passages(block_to_html(block.source), base_url=base_url or _PLACEHOLDER)
    made = without_lost_pictures(
        with_stored_pictures(passage, pictures) if "<img" in passage.html else passage for passage in made
    )
    made = [msgspec.structs.replace(passage, html=_PLACEHOLDER_LINK.sub("", passage.html)) for passage in made]
    return [
        msgspec.structs.replace(passage, level=block.level) if passage.kind == "item" and block.level else passage
        for passage in made
    ]


def _tidy(html: str) -> str:
    for pattern, instead in _EQUIVALENTS:
        html = pattern.sub(instead, html)
    return html if "<pre" in html else " ".join(html.split())


def _canonical(html: str) -> bytes:
    """A canonical form, equal for equivalent HTML."""
    html = _tidy(html)
    if "<pre" not in html:
        html = _SPACE_AROUND_BLOCKS.sub(r"\1", html)
    return etree.tostring(lxml.html.fragment_fromstring(html, create_parent="div"), method="c14n")
