"""PDFs are read in the order of their words, and what cannot be read is refused in words."""

import pytest

from parley.importing.errors import CannotImport
from parley.importing.pdf.document import MOST_PAGES
from parley.importing.pdf.reading import read_pdf
from pdfs import At, of_streams, paragraph, pdf

ONE = "The first paragraph says what it says at some length, and goes on for a second line of the page. " * 2
TWO = "The second one begins further right, as books do it, and says something else at the same length. " * 2
HEAD = [At(180, 80, "A Modest Title", 20, "B"), At(240, 105, "Ada Osei"), At(235, 122, "14 March 2024")]


def test_the_title_the_byline_and_the_date_are_found_above_the_text() -> None:
    article, passages = read_pdf(pdf([[*HEAD, *paragraph(ONE, 160), *paragraph(TWO, 196, indent=12)]]))

    assert (article.title, article.byline) == ("A Modest Title", ("Ada Osei",))
    assert str(article.published_at) == "2024-03-14 00:00:00+00:00"
    assert [(one.kind, one.text, one.page) for one in passages] == [
        ("paragraph", ONE.strip(), 1),
        ("paragraph", TWO.strip(), 1),
    ]


def test_a_paragraph_goes_on_over_a_page_and_a_hyphen_at_its_end_is_undone() -> None:
    broken = [At(80, 790, "and so the words that begin on this page are some of the many that are contin-")]
    rest = [At(80, 80, "ued on the next one, which is how it goes.")]

    _, passages = read_pdf(pdf([[*HEAD, *paragraph(ONE, 160), *broken], rest]))

    assert passages[-1].text.endswith("that are continued on the next one, which is how it goes.")
    assert passages[-1].page == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.7\n", "damaged"),
        (pdf([[]] * (MOST_PAGES + 1)), "501 pages"),
        (of_streams([b"q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q"] * 3), "is a scan"),
    ],
)
def test_what_has_no_text_is_refused_in_words(data: bytes, says: str) -> None:
    with pytest.raises(CannotImport, match=says):
        read_pdf(data)
