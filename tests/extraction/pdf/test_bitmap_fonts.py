"""Letters of fonts that are pictures, as TeX made them."""

import string

from parley.extraction.pdf.reading import read_pdf
from tests.pdfs import HEIGHT, At, of_objects, paragraph

TEXT = "The first paragraph says what it says at some length, and goes on for a second line of the page. " * 2


def test_bitmap_fonts_are_as_large_as_their_tallest_letters() -> None:
    drawn = [At(80, 80, "A Modest Title", 0.16), *(one._replace(size=0.1) for one in paragraph(TEXT, 160))]
    article, passages = read_pdf(with_bitmap_font(drawn))

    assert article.title == "A Modest Title"
    assert [(one.kind, len(one.text.split())) for one in passages] == [("paragraph", len(TEXT.split()))]


def with_bitmap_font(drawn: list[At]) -> bytes:
    """A page in a font of pictures, as TeX made them: capitals of 70 units, and small letters of 45."""
    names = " ".join(f"/{letter}" for letter in string.ascii_letters)
    procs = " ".join(
        f"/{letter} {5 if letter.isupper() or letter in 'bdfhklt' else 6} 0 R" for letter in string.ascii_letters
    )
    font = (
        "<</Type/Font/Subtype/Type3/FontMatrix[1 0 0 1 0 0]/FontBBox[0 0 50 70]/FirstChar 65/LastChar 122"
        f"/Widths[{'50 ' * 58}]/CharProcs<<{procs}>>/Encoding<</Differences[65 {names[:77]} 97 {names[78:]}]>>>>"
    )
    streams = [b"50 0 0 0 50 70 d1 0 0 45 70 re f", b"50 0 0 0 50 45 d1 0 0 45 45 re f", shown(drawn).encode()]
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 4 0 R>>>>/Contents 7 0 R>>"
    bodies = [b"<</Length %d>>stream\n%s\nendstream" % (len(one), one) for one in streams]
    kids = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    return of_objects([b"<</Type/Catalog/Pages 2 0 R>>", kids, page.encode(), font.encode(), *bodies])


def shown(drawn: list[At]) -> str:
    return "\n".join(
        f"BT /F {one.size} Tf 1 0 0 1 {one.left + 50 * one.size * at} {HEIGHT - one.top} Tm ({letter}) Tj ET"
        for one in drawn
        for at, letter in enumerate(one.words)
        if letter.isalpha()
    )
