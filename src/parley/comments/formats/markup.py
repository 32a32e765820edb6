"""The HTML of a comment of another site as Markdown."""

import re
from html import unescape

import lxml.html
from lxml import etree
from markdownify import ATX, BACKSLASH, MarkdownConverter

# Of the text of a comment. Longer HTML, or HTML nested deeper, becomes plain text.
LONGEST = 60_000
DEEPEST = 100
_BREAKS = re.compile(r"\n{3,}")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_TAG = re.compile("<[^<>]*>")
_HAS_BLOCKS = re.compile(r"<(?:p|div|br|ul|ol|pre|blockquote)\b", re.IGNORECASE)
_converter = MarkdownConverter(
    heading_style=ATX, bullets="-", newline_style=BACKSLASH, strip=["img", "script", "style"]
)


def as_markdown(html: str) -> str:
    """Return HTML as Markdown. Without blocks, empty lines separate its paragraphs."""
    if not _HAS_BLOCKS.search(html):
        html = "".join(f"<p>{part}</p>" for part in _PARAGRAPHS.split(html.replace("\r\n", "\n")))
    try:
        tree = lxml.html.fragment_fromstring(html.replace("\x00", ""), create_parent="div")
    except (etree.ParserError, ValueError):
        return ""
    # The parser gives up on elements that are nested very deep, and returns nothing.
    if len(html) > LONGEST or _depth(tree) > DEEPEST or not tree.text_content().strip():
        return _BREAKS.sub("\n\n", unescape(_TAG.sub("", html[:LONGEST]))).strip()
    etree.strip_elements(tree, "script", "style", with_tail=False)
    converted: str = _converter.convert(lxml.html.tostring(tree, encoding="unicode"))
    return _BREAKS.sub("\n\n", converted).strip()


def _depth(tree: lxml.html.HtmlElement) -> int:
    """How deep the elements are nested, without recursion."""
    deepest = depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest
