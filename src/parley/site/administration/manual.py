"""The documents of this version, which come with the software."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from parley.platform.http.assets import folder

# Those for people who run a site come first; what else is there is for its developers.
FIRST = ("operating", "upgrading", "moderation", "publishers", "recipes", "api")
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
LINK = re.compile(r"^(?:(?:\.\./|docs/)?([\w-]+)\.md)?(#[\w-]+)?$")


@cache
def documents() -> dict[str, Path]:
    """The files by the names in their addresses, such as `operating`."""
    root = folder("docs")
    files = {file.stem: file for file in sorted([*root.glob("*.md"), *root.parent.glob("CHANGELOG.md")])}
    others = [name for name in files if name not in FIRST]
    return {name: files[name] for name in (*FIRST, *others)}


def title(name: str) -> str:
    found = TITLE.search(documents()[name].read_text("utf-8"))
    return found[1] if found else name


@cache
def html(name: str) -> Markup:
    """A document as HTML, with the anchors that its links name. It is ours, so nothing of it is removed."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = parser.parse(documents()[name].read_text("utf-8"))
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", _anchor(inline.content))
        for child in opening.children or ():
            _lead(child)
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 see the docstring


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _lead(token: Token) -> None:
    """Lead a link to the page of another document; to a file that is not here, nowhere."""
    href = str(token.attrGet("href") or "")
    if token.type != "link_open" or href.startswith("https:"):
        return
    found = LINK.match(href)
    if found and found[1] in {None, *documents()}:
        token.attrSet("href", (f"/docs/{found[1]}" if found[1] else "") + (found[2] or ""))
    else:
        token.attrs.pop("href")
