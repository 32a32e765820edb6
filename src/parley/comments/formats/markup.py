"""The HTML of a comment of another site as Markdown."""

import re
from collections.abc import Callable, Container
from html import unescape
from typing import Any

import lxml.html
from lxml import etree
from markdownify import ATX, BACKSLASH, MarkdownConverter

# Of the text of a comment. Longer HTML, or HTML nested deeper, becomes plain text.
LONGEST_HTML = 60_000
DEEPEST = 100
DEEPEST_QUOTE = 10
PICTURE = "picture"
_BREAKS = re.compile(r"\n{3,}")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_TAG = re.compile("<[^<>]*>")
_HAS_BLOCKS = re.compile(r"<(?:p|div|br|ul|ol|pre|blockquote)\b", re.IGNORECASE)
_QUOTES = re.compile(r"(\[quote[^\]\n]{0,200}\]|\[/quote\])")
_QUOTED = re.compile(r'\[quote="?([^",\]]+)')
_PARAGRAPH_TAG = re.compile(r"</?p>", re.IGNORECASE)
_LINE_TAG = re.compile(r"<br ?/?>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n]+")


class Converter(MarkdownConverter):
    """Turns pictures into links, since comments show none; small ones within a line become the text they stand for."""

    def convert_img(self, el: Any, text: str, parent_tags: Container[str]) -> str:  # noqa: ARG002 as the library calls it
        words, address = el.get("alt") or el.get("title") or "", el.get("src") or ""
        if "avatar" in el.get("class", ()) or not address.startswith(("https://", "http://")):
            return ""
        if "emoji" in el.get("class", ()) or "a" in parent_tags:
            return words or PICTURE
        return f"[{words or PICTURE}]({address})"


_converter = Converter(heading_style=ATX, bullets="-", newline_style=BACKSLASH, strip=["script", "style"])


def as_markdown(html: str) -> str:
    """Return HTML as Markdown. Without blocks, empty lines separate its paragraphs."""
    if not _HAS_BLOCKS.search(html):
        html = "".join(f"<p>{part}</p>" for part in _PARAGRAPHS.split(html.replace("\r\n", "\n")))
    if (plain := _without_markup(html)) is not None:
        return plain
    try:
        tree = lxml.html.fragment_fromstring(html.replace("\x00", ""), create_parent="div")
    except (etree.ParserError, ValueError):
        return ""
    # The parser gives up on elements that are nested very deep, and returns nothing.
    is_empty = not tree.text_content().strip() and tree.find(".//img") is None
    if len(html) > LONGEST_HTML or _depth(tree) > DEEPEST or is_empty:
        return _BREAKS.sub("\n\n", unescape(_TAG.sub("", html[:LONGEST_HTML]))).strip()
    etree.strip_elements(tree, "script", "style", with_tail=False)
    converted: str = _converter.convert(lxml.html.tostring(tree, encoding="unicode"))
    return _BREAKS.sub("\n\n", converted).strip()


def _without_markup(html: str) -> str | None:
    """Return what most comments are, paragraphs and lines of plain text, as the converter does, forty times as fast.

    None if there is anything else, which the converter has to read.
    """
    paragraphs = [_LINE_TAG.split(part) for part in _PARAGRAPH_TAG.split(html) if part.strip()]
    if len(html) > LONGEST_HTML or any("<" in line or "\x00" in line for part in paragraphs for line in part):
        return None
    texts = [[_SPACES.sub(" ", unescape(line)).strip() for line in part] for part in paragraphs]
    if not all(line for part in texts for line in part):
        return None
    escape: Callable[[str, tuple[()]], str] = _converter.escape  # type: ignore[attr-defined] # its stubs lack it
    return "\n\n".join("\\\n".join(escape(line, ()) for line in part) for part in texts)


def quotes_as_markdown(text: str) -> str:
    """Return Discourse's Markdown with `[quote="name, post:3"]…[/quote]` as Markdown's quotes, which may be nested."""
    depth, parts = 0, []
    for part in _QUOTES.split(text):
        if part.startswith("[quote"):
            named = _QUOTED.match(part)
            parts.append(f"\n{'> ' * depth}\n" + (f"{'> ' * depth}{named[1]}:\n{'> ' * depth}\n" if named else ""))
            depth = min(depth + 1, DEEPEST_QUOTE)
        elif part == "[/quote]" and depth:
            depth -= 1
            parts.append(f"\n{'> ' * depth}\n")
        else:
            marks = "> " * depth
            parts.append("\n".join(f"{marks}{line}" for line in part.strip("\n").split("\n")) if depth else part)
    return _BREAKS.sub("\n\n", "".join(parts)).strip()


def _depth(tree: lxml.html.HtmlElement) -> int:
    """How deep the elements are nested, without recursion."""
    deepest = depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest
