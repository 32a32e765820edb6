"""Passages as Markdown for editing, and back.

What a passage's Markdown cannot say must not be lost by looking at it. So the Markdown is rendered again at once, and
where that is not the passage, the passage's HTML stands in its place, in one line.
"""

import re
from functools import partial
from html import escape

import lxml.html
import msgspec
from bs4 import Tag
from lxml import etree
from markdownify import ATX, BACKSLASH, MarkdownConverter

from parley.articles.blocks import MarkdownBlock, blocks
from parley.articles.importing.passages import ImportedPassage, cut
from parley.articles.importing.rendering import to_html
from parley.articles.pictures import Attributes, with_ours
from parley.articles.versions import Kept

_KEPT_AS_HTML = (
    "abbr", "bdi", "bdo", "cite", "dfn", "ins", "kbd", "mark", "q", "ruby", "rt", "rp", "samp", "small", "sub", "sup",
    "time", "u", "var", "wbr",
)  # fmt: skip
# Say the same in Markdown as in HTML.
_SAME = (
    (re.compile(r"<(/?)b>"), r"<\1strong>"),
    (re.compile(r"<(/?)i>"), r"<\1em>"),
    (re.compile(r"<(/?)del>"), r"<\1s>"),
    (re.compile(r"<br>\s*(</(?:strong|em)>)"), r"\1<br>"),
    (re.compile(r"<li>\s*<p>((?:(?!</?p\b).)*)</p>\s*</li>", re.DOTALL), r"<li>\1</li>"),
    (re.compile(r"</?(?:thead|tbody)>"), ""),
    (re.compile(r"<a rel=\"[^\"]*\">([^<]*)</a>"), r"\1"),
    (re.compile(r"<pre>(?:<code>)?(.*?)\n?(?:</code>)?</pre>", re.DOTALL), r"<pre>\1</pre>"),
)
# Completes the addresses of our own pictures where the article has none; other short addresses then lead nowhere.
_NOWHERE = "https://here.invalid/"
_LEADING_NOWHERE = re.compile(rf' href="{re.escape(_NOWHERE)}[^"]*"')
_BLOCKS = "blockquote|caption|dd|dl|dt|figcaption|figure|h[1-6]|img|li|ol|p|table|td|th|tr|ul"
_AROUND = re.compile(rf"(?:\s|&nbsp;)*(</?(?:{_BLOCKS})\b[^>]*>|<br>)(?:\s|&nbsp;)*")
# A paragraph of words that mean themselves in Markdown: most are, and need no reading to be sure.
_WORDS = re.compile(r"<p>([^\W\d_][^\\`*_\[\]<>&#|~\n]*[^\s\\`*_\[\]<>&#|~])</p>")


class _Converter(MarkdownConverter):
    """Keeps the inline elements that Markdown has no sign for."""

    def __init__(self, *, careful: bool) -> None:
        super().__init__(
            heading_style=ATX, bullets="-", newline_style=BACKSLASH, autolinks=False, escape_misc=careful,
            keep_inline_images_in=["td", "th"],
        )  # fmt: skip
        for name in _KEPT_AS_HTML:
            setattr(self, f"convert_{name}", partial(_as_html, name))


def _as_html(name: str, element: Tag, text: str, parent_tags: object) -> str:  # noqa: ARG001 as markdownify calls it
    attributes = "".join(f' {key}="{escape(str(value))}"' for key, value in element.attrs.items())
    return f"<{name}{attributes}>" if name == "wbr" else f"<{name}{attributes}>{text}</{name}>"


_PLAIN, _CAREFUL = _Converter(careful=False), _Converter(careful=True)


def source(passage: Kept, base_url: str | None, pictures: Attributes) -> MarkdownBlock:
    """The Markdown that renders to `passage`; its HTML where there is none."""
    if passage.kind == "paragraph" and (words := _WORDS.fullmatch(passage.html)):
        return MarkdownBlock(words[1])
    level = passage.level or 1 if passage.kind == "item" else 0
    for converter in (_PLAIN, _CAREFUL):
        markdown = converter.convert(_tidy(passage.html)).strip()
        if [one.source for one in blocks(markdown)] == [markdown]:
            made = render(MarkdownBlock(markdown, level), base_url, pictures)
            if len(made) == 1 and (made[0].kind, _plain(made[0].html)) == (passage.kind, _plain(passage.html)):
                return MarkdownBlock(markdown, level)
    html = passage.html.strip()
    return MarkdownBlock(html.replace("\n", "&#10;") if "<pre" in html else " ".join(html.split()), level)


def render(block: MarkdownBlock, base_url: str | None, pictures: Attributes) -> list[ImportedPassage]:
    """The passages that a block's source says, usually one; `pictures` are those of ours that it may show."""
    made = cut(to_html(block.source), base_url=base_url or _NOWHERE)
    made = [with_ours(one, pictures) if "<img" in one.html else one for one in made]
    made = [msgspec.structs.replace(one, html=_LEADING_NOWHERE.sub("", one.html)) for one in made]
    return [ImportedPassage(one.kind, block.level, one.html, one.text) if _is_item(one, block) else one for one in made]


def _is_item(passage: ImportedPassage, block: MarkdownBlock) -> bool:
    return passage.kind == "item" and block.level > 0


def _tidy(html: str) -> str:
    for pattern, instead in _SAME:
        html = pattern.sub(instead, html)
    return html if "<pre" in html else " ".join(html.split())


def _plain(html: str) -> bytes:
    """The same for HTML that says the same."""
    html = _tidy(html)
    if "<pre" not in html:
        html = _AROUND.sub(r"\1", html)
    return etree.tostring(lxml.html.fragment_fromstring(html, create_parent="div"), method="c14n")
