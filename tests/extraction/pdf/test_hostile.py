"""Hostile PDFs end within the limits, with their text or with a sentence."""

import re
import zlib
from collections.abc import Callable

import pytest

from parley.extraction.errors import CannotImport
from parley.extraction.sandbox import reading as sandbox
from tests.pdfs import At, of_objects, of_streams, paragraph, pdf, stream

pytestmark = [pytest.mark.anyio, pytest.mark.sandboxed]

WORDS = "The words of a page that says what it says at some length, and then says it again. " * 6
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"


def bomb(megabytes: int) -> bytes:
    packed = zlib.compress(b" " * (megabytes * 1_000_000))
    drawn = b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed)
    return of_objects([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", PAGE, drawn])


def many_pages(number: int) -> bytes:
    kids = b"3 0 R " * number
    pages = b"<</Type/Pages/Count %d/Kids[%s]>>" % (number, kids)
    return of_objects([b"<</Type/Catalog/Pages 2 0 R>>", pages, PAGE, b"<</Length 0>>stream\n\nendstream"])


def endless_pages() -> bytes:
    """A list of pages that holds itself."""
    return of_objects([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]/Parent 2 0 R>>"])


def endless_form() -> bytes:
    """A drawing that draws itself twice."""
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>/Length 10>>"
    form += b"stream\n/X Do /X Do\nendstream"
    page = PAGE.replace(b"/Contents", b"/Resources<</XObject<</X 5 0 R>>>>/Contents")
    drawn = b"<</Length 6>>stream\n/X Do \nendstream"
    return of_objects([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, drawn, form])


# Made when it is needed, not in each process that collects the tests: the first holds 400 MB.
HOSTILE: dict[str, Callable[[], bytes]] = {
    "bomb": lambda: bomb(400),
    "pages": lambda: many_pages(10_000),
    "loop of pages": endless_pages,
    "loop of forms": endless_form,
    "nested": lambda: of_objects([b"[" * 200_000 + b"]" * 200_000]),
    "nested drawing": lambda: of_streams([b"[" * 300_000]),
    "states": lambda: of_streams([b"q " * 2_000_000]),
    "cut off": lambda: pdf([paragraph(WORDS, 80)])[:900],
    "noise": lambda: b"%PDF-1.7\n" + bytes(range(256)) * 4_000,
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_pdf_is_refused_in_words(name: str) -> None:
    with pytest.raises(CannotImport) as refused:
        await sandbox.sandboxed_file("a.pdf", HOSTILE[name]())
    assert re.search("PDF|document is damaged", str(refused.value))


async def test_a_page_full_of_words_on_top_of_each_other_is_read() -> None:
    lines = [At(10 + number % 7, number % 842, "word " * 20) for number in range(5_000)]
    found = await sandbox.sandboxed_file("a.pdf", of_streams([stream(lines)]))
    assert "word" in found.passages[0].text


async def test_a_pdf_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_PDF_SECONDS", 0)
    with pytest.raises(CannotImport, match="too large or too unusual"):
        await sandbox.sandboxed_file("a.pdf", pdf([paragraph(WORDS, 80)]))
