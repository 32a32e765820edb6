"""Pseudocode and labels of charts: pictures, not paragraphs of a word."""

from parley.extraction.pdf.reading import read_pdf
from tests.pdfs import At, paragraph, pdf

TITLE = At(180, 80, "A Modest Title", 20, "B")
TEXT = "The first paragraph says what it says at some length, and goes on for a second line of the page. " * 2
CODE = ["while true do", "boil", "pour", "end"]


def test_short_lines_that_follow_each_other_are_a_picture_with_their_words() -> None:
    lines = [At(80 + 12 * (at % 3), 260 + 14 * at, line) for at, line in enumerate(CODE)]
    _, passages = read_pdf(pdf([[TITLE, *paragraph(TEXT, 160), *lines, *paragraph(TEXT, 360)]]))

    figure = next(one for one in passages if one.kind == "figure")
    assert figure.text == " ".join(CODE)
    assert [one.kind for one in passages] == ["paragraph", "figure", "paragraph"]
    assert figure.boxes


def test_a_few_short_lines_stay_text() -> None:
    lines = [At(80, 260 + 30 * at, line) for at, line in enumerate(["Hence", "and so"])]
    _, passages = read_pdf(pdf([[TITLE, *paragraph(TEXT, 160), *lines, *paragraph(TEXT, 360)]]))

    assert {one.kind for one in passages} == {"paragraph"}


def test_a_numbered_heading_in_small_capitals_is_a_heading() -> None:
    head = [At(250, 260, "I.", 10), At(262, 260, "I", 10), At(265.5, 260, "NTRODUCTION", 8)]
    _, passages = read_pdf(pdf([[TITLE, *paragraph(TEXT, 160), *head, *paragraph(TEXT, 290)]]))

    assert [one.text for one in passages if one.kind == "heading"] == ["I. INTRODUCTION"]
