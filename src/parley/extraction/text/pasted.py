"""Pasted texts and uploaded files: detecting HTML, Markdown and plain text, and refusing anything else."""

import re
from pathlib import PurePath
from typing import Literal

import msgspec

from parley.extraction.errors import EMPTY, UNREADABLE, CannotImport
from parley.extraction.html.extract import Extracted, extract_html
from parley.extraction.limits import LARGEST_FILE
from parley.extraction.text.decoding import decode_text
from parley.extraction.text.front_matter import read_front_matter
from parley.extraction.text.markdown import extract_markdown
from parley.extraction.text.plain import extract_text
from parley.platform.text.messages import N_

Kind = Literal["html", "markdown", "text"]

_KINDS: dict[str, Kind] = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown", ".html": "html",
    ".htm": "html", ".xhtml": "html",
}  # fmt: skip
_TAG = re.compile(
    r"<(?:!doctype|html|head|body|article|section|div|p|h[1-6]|ul|ol|table|br|blockquote)\b", re.IGNORECASE
)
# The brackets of a link exclude other brackets: otherwise each one would match against the rest of the text.
_SURE = re.compile(r"^#{1,6} \S|^```|\[[^\[\]\n]+\]\(https?://[^\s\[)]+\)|^\|[ :|-]+\|$", re.MULTILINE)
_WEAK = re.compile(r"^> \S|^[*-] \S|\*\*\S[^*\n]*\*\*|(?<!\w)_\S[^_\n]*_(?!\w)|^={3,}$|^-{3,}$", re.MULTILINE)
# Word documents, rich text and pictures.
_UNREADABLE = (b"\xd0\xcf\x11\xe0", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


def detect_kind(text: str) -> Kind:
    """Detect the kind of a pasted text. Markdown needs front matter, one certain sign or three weak ones."""
    if len(_TAG.findall(text)) > 1 or text.lstrip()[:9].lower().startswith(("<!doctype", "<html")):
        return "html"
    is_certain = _SURE.search(text) or any(read_front_matter(text)[0].where)
    return "markdown" if is_certain or len(_WEAK.findall(text)) > 2 else "text"  # noqa: PLR2004


def extract_pasted(text: str, title: str = "") -> Extracted:
    """Read the article in a pasted text of any kind. `title` is the one from the form. Raises CannotImport."""
    return _extract(detect_kind(text), text, title)


def extract_file(name: str, data: bytes, title: str = "", chosen: str | None = None) -> Extracted:
    """Like `extract_pasted`, for an uploaded .txt, .md or .html file, read in the `chosen` encoding if there is one.

    Raises CannotImport for anything else.
    """
    suffix = PurePath(name).suffix.lower()
    refuse_unreadable(data)
    if suffix not in _KINDS:
        raise CannotImport(UNREADABLE)
    if _KINDS[suffix] == "html":
        return extract_html(data, url=None, chosen=chosen)
    read = decode_text(data, chosen=chosen)
    text = read.text
    # Plain text in a Markdown file is read as plain text.
    kind: Kind = "text" if _KINDS[suffix] == "text" or detect_kind(text) == "text" else "markdown"
    return msgspec.structs.replace(_extract(kind, text, title), encoding=read.encoding, sure=read.sure)


def refuse_unreadable(data: bytes) -> None:
    """Raise CannotImport for bytes that are no text."""
    if not data.strip():
        raise CannotImport(EMPTY)
    if len(data) > LARGEST_FILE:
        raise CannotImport(N_("The file is larger than 2 MB. Paste the article's text instead."))
    if data.startswith(_UNREADABLE):
        raise CannotImport(UNREADABLE)


def _extract(kind: Kind, text: str, title: str) -> Extracted:
    match kind:
        case "html":
            return extract_html(text, url=None)
        case "markdown":
            return extract_markdown(text, title)
        case "text":
            return extract_text(text, title)
