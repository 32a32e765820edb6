"""Documents that are an archive of parts: Word's .docx, which mammoth reads, and books as .epub."""

import io
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable
from secrets import token_hex
from typing import Any
from xml.parsers.expat import ExpatError

import lxml.html
import mammoth  # type: ignore[import-untyped]
import msgspec
from lxml.etree import LxmlError
from mammoth.images import img_element  # type: ignore[import-untyped]

from parley.extraction.errors import TOO_LARGE, UNREADABLE, CannotImport
from parley.extraction.html.extract import Extracted
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.html.pictures import DRAWN
from parley.extraction.html.sanitiser import sanitise
from parley.extraction.limits import LARGEST_PDF
from parley.extraction.maths.finding import take_formulas
from parley.extraction.notes.finding import take_notes
from parley.extraction.pruning.furniture import drop_hidden
from parley.extraction.text.epub import read_epub
from parley.extraction.text.front_matter import FrontMatter
from parley.extraction.text.markdown import extract_markup
from parley.extraction.text.tokens import Tokens
from parley.platform.text.messages import N_

_STYLES = "p[style-name='Title'] => h1.title:fresh"
_UNPACKED = 100_000_000  # bytes
_MOST_PICTURES = 100
# What the readers raise for archives and XML that are damaged, encrypted, nested too deeply or full of entities.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError),
    *(LxmlError, ExpatError, LookupError, ValueError, SyntaxError, AttributeError, TypeError),
)
_DAMAGED = N_("This document is damaged, so it cannot be read. Open it yourself, copy the text, and paste it here.")


class Pictures:
    """The pictures of a document. Its markup has their places, and its passages get the pictures themselves."""

    def __init__(self) -> None:
        self._found: list[bytes] = []
        # Where a picture was, until its passage is cut out. No such host can exist, and no document can name it: each
        # place stands for one picture once.
        self._place = f"https://{token_hex(16)}.invalid/"

    def keep(self, data: bytes) -> str:
        """The address of a picture's place; empty for one too many."""
        total = len(data) + sum(map(len, self._found))
        if len(self._found) == _MOST_PICTURES or total > LARGEST_PDF:
            return ""
        self._found.append(data)
        return f"{self._place}{len(self._found) - 1}."

    def put_into(self, passage: ImportedPassage) -> ImportedPassage:
        html = passage.html
        for number, data in enumerate(self._found if self._place in html else []):
            html = html.replace(f"{self._place}{number}.", f"{DRAWN}{b64encode(data).decode()}")
        return msgspec.structs.replace(passage, html=html)


def extract_document(data: bytes, title: str = "") -> tuple[Extracted, Pictures]:
    """Read the article in a .docx or .epub file. Raises CannotImport for any other archive."""
    pictures = Pictures()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _UNPACKED:
                raise CannotImport(TOO_LARGE)
            names = set(archive.namelist())
            if "META-INF/container.xml" in names:
                html, stated = read_epub(archive, pictures.keep)
            elif "word/document.xml" in names:
                html, stated = _read_docx(data, pictures.keep)
            else:
                raise CannotImport(UNREADABLE)
    except _BROKEN:
        raise CannotImport(_DAMAGED) from None
    article = extract_markup(_safe(html), stated, title)
    where = {fact: place.replace("front matter", "document") for fact, place in article.where.items()}
    return msgspec.structs.replace(article, where=where), pictures


def _read_docx(data: bytes, keep: Callable[[bytes], str]) -> tuple[str, FrontMatter]:
    def address_of(picture: Any) -> dict[str, str]:
        with picture.open() as file:
            return {"src": keep(file.read())}

    # A document may name files outside itself as its pictures: mammoth leaves those out, unless it is told otherwise.
    html = mammoth.convert_to_html(io.BytesIO(data), convert_image=img_element(address_of), style_map=_STYLES).value
    titles = lxml.html.fragment_fromstring(html, create_parent="div").find_class("title")
    return html, FrontMatter(title=" ".join(titles[0].text_content().split()) if titles else None)


def _safe(html: str) -> str:
    """The markup of an article, sanitised, with its formulas and notes."""
    tree = lxml.html.fragment_fromstring(html, create_parent="div")
    tokens = Tokens(tree.text_content())
    take_formulas(tree, tokens)
    drop_hidden(tree)
    notes = take_notes(tree, None, tokens)
    text = sanitise("".join(lxml.html.tostring(part, encoding="unicode") for part in tree), boxes=True)
    return tokens.replaced(text + tokens.replaced(notes.referred(text, tokens)))
