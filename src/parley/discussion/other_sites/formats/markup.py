"""The HTML of a comment of another site as Markdown."""

import re
from collections.abc import Container
from html import unescape
from typing import Any

import lxml.html
from lxml import etree
from markdownify import ATX, BACKSLASH, MarkdownConverter

from parley.platform.text.markdown import literal

# Of the text of a comment. Longer HTML, or HTML nested deeper, becomes plain text.
LONGEST_HTML = 60_000
DEEPEST = 100
PICTURE = "picture"
LINKED = ("https://", "http://", "mailto:", "/")
# Classes of Discourse: links that mean something only there, pictures that say nothing, and what is beside the words.
MENTIONS = {"mention", "mention-group", "hashtag", "hashtag-cooked"}
ICONS = {"avatar", "site-icon"}
BESIDE = ("meta", "poll-info")
# Elements that Markdown does not have. The text in them is joined with that around it, so that marks are seen whole.
WITHOUT_MARKUP = (
    "abbr", "acronym", "bdi", "bdo", "big", "center", "cite", "dfn", "font", "ins", "label", "mark", "nobr", "small",
    "span", "sub", "sup", "time", "u", "var", "wbr",
)  # fmt: skip
_AUTOLINK = re.compile(r"https?://[^\s<>]+")
_EMPTY_LINES = re.compile(r"\A[ \n]*\n")
_FENCE = re.compile("`{3,}")
# In the address of a link, these would end it.
_ENCODED = str.maketrans({" ": "%20", "(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "\\": "%5C"})
_BREAKS = re.compile(r"\n{3,}")
_PARAGRAPHS = re.compile(r"\n\s*\n")
# Elements around whose text the lines end anyway.
BLOCKS = "p|div|h[1-6]|ul|ol|li|dl|dt|dd|pre|blockquote|hr|table|thead|tbody|tfoot|tr|th|td|figure|figcaption|section"
_SPACE, _BREAK = r"(?:\s|&nbsp;)*", r"<br ?/?>"
# A line break at the end of a block shows nothing, and would be a backslash in Markdown; so would one at the end of
# emphasis.
_LAST_BREAKS = re.compile(
    rf"((?:{_BREAK}\s*)+)((?:</(?:a|b|i|u|s|q|em|strong|span|small|font|del|ins|cite)>\s*)+)?", re.IGNORECASE
)
_BREAKS_BY_BLOCKS = re.compile(
    rf"(?P<block>(?:\A|</?(?:{BLOCKS})\b[^<>]*>){_SPACE})?(?:{_BREAK}{_SPACE})+(?P<next>(?=</?(?:{BLOCKS})\b|\Z))?",
    re.IGNORECASE,
)
_TAG = re.compile("<[^<>]*>")
_HAS_BLOCKS = re.compile(r"<(?:p|div|br|ul|ol|pre|blockquote)\b", re.IGNORECASE)
_PARAGRAPH_TAG = re.compile(r"</?p>", re.IGNORECASE)
_LINE_TAG = re.compile(r"<br ?/?>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n]+")


class Converter(MarkdownConverter):
    """Turns pictures into links, since comments show none; small ones within a line become the text they stand for."""

    def escape(self, text: str, parent_tags: Container[str]) -> str:
        return literal(text, in_link="a" in parent_tags)

    def convert_a(self, el: Any, text: str, parent_tags: Container[str]) -> str:
        """Leave only the words of links to members, to notes, and to addresses within the other site's page."""
        address = el.get("href") or ""
        if not address.startswith(LINKED) or not MENTIONS.isdisjoint(el.get("class", ())):
            return text
        if el.get_text() == address and _AUTOLINK.fullmatch(address):
            return f"<{address}>"
        if el.get("title") == address:
            del el["title"]
        el["href"] = _absolute(address).translate(_ENCODED)
        link: str = super().convert_a(el, text, parent_tags)  # type: ignore[misc] # its stubs lack what it calls
        return link

    def convert_br(self, el: Any, text: str, parent_tags: Container[str]) -> str:
        if "_noformat" in parent_tags:
            return "\n"
        line: str = super().convert_br(el, text, parent_tags)  # type: ignore[misc] # as above
        return line

    def convert_code(self, el: Any, text: str, parent_tags: Container[str]) -> str:
        code: str = super().convert_code(el, text, parent_tags)  # type: ignore[misc] # as above
        # In a table, | ends a cell also within code.
        return code.replace("|", r"\|") if "table" in parent_tags else code

    def convert_img(self, el: Any, text: str, parent_tags: Container[str]) -> str:  # noqa: ARG002 as the library calls it
        words, address = el.get("alt") or el.get("title") or "", el.get("src") or ""
        if not ICONS.isdisjoint(el.get("class", ())) or not address.startswith(("https://", "http://", "//")):
            return ""
        if "emoji" in el.get("class", ()) or "a" in parent_tags:
            return literal(words or PICTURE, in_link=True)
        return f"[{literal(words or PICTURE, in_link=True)}]({_absolute(address).translate(_ENCODED)})"

    def convert_pre(self, el: Any, text: str, parent_tags: Container[str]) -> str:  # noqa: ARG002 as the library calls it
        """Code between fences that are longer than any in it."""
        fence = max(_FENCE.findall(text), default="``") + "`"
        return f"\n\n{fence}\n{_EMPTY_LINES.sub('', text).rstrip()}\n{fence}\n\n" if text else ""


_converter = Converter(heading_style=ATX, bullets="-", newline_style=BACKSLASH, strip=["script", "style"])


def as_markdown(html: str) -> str:
    """Return HTML as Markdown. Without blocks, empty lines separate its paragraphs."""
    if not _HAS_BLOCKS.search(html):
        html = "".join(f"<p>{part}</p>" for part in _PARAGRAPHS.split(html.replace("\r\n", "\n")))
    html = _BREAKS_BY_BLOCKS.sub(_unless_by_block, _LAST_BREAKS.sub(r"\2\1", html))
    if (plain := _without_markup(html)) is not None:
        return plain
    try:
        tree = lxml.html.fragment_fromstring(html.replace("\x00", ""), create_parent="div")
    except (etree.ParserError, ValueError):
        return ""
    # The parser gives up on elements that are nested very deep, and returns nothing.
    is_empty = not tree.text_content().strip() and tree.find(".//img") is None
    if len(html) > LONGEST_HTML or _depth(tree) > DEEPEST or is_empty:
        paragraphs = _PARAGRAPHS.split(unescape(_TAG.sub("", html[:LONGEST_HTML])))
        return "\n\n".join(literal(" ".join(part.split())) for part in paragraphs if part.strip())
    etree.strip_tags(tree, *WITHOUT_MARKUP)
    etree.strip_elements(tree, "script", "style", with_tail=False)
    for beside in [element for name in BESIDE for element in tree.find_class(name)]:
        beside.drop_tree()
    converted: str = _converter.convert(lxml.html.tostring(tree, encoding="unicode"))
    return _BREAKS.sub("\n\n", converted).strip()


def _unless_by_block(match: re.Match[str]) -> str:
    beside_block = match["block"] is not None or match["next"] is not None
    return match["block"] or "" if beside_block else match[0]


def _without_markup(html: str) -> str | None:
    """Convert paragraphs and lines of plain text, which most comments are, forty times as fast as the converter.

    None if there is anything else.
    """
    paragraphs = [_LINE_TAG.split(part) for part in _PARAGRAPH_TAG.split(html) if part.strip()]
    if len(html) > LONGEST_HTML or any("<" in line or "\x00" in line for part in paragraphs for line in part):
        return None
    texts = [[_SPACES.sub(" ", unescape(line)).strip() for line in part] for part in paragraphs]
    if not all(line for part in texts for line in part):
        return None
    return "\n\n".join("\\\n".join(map(literal, part)) for part in texts)


def _absolute(address: str) -> str:
    return f"https:{address}" if address.startswith("//") else address


def _depth(tree: lxml.html.HtmlElement) -> int:
    """How deep the elements are nested, without recursion."""
    deepest = depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest
