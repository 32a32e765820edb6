"""Titles, authors and dates as real papers set them: found, or left empty."""

import string

import pytest

from parley.extraction.pdf.reading import read_pdf
from tests.pdfs import At, paragraph, pdf

TITLE = At(180, 80, "A Modest Title", 20, "B")
TEXT = "The first paragraph says what it says at some length, and goes on for a second line of the page. " * 2


def byline(*below: At) -> tuple[str, ...]:
    article, _ = read_pdf(pdf([[TITLE, *below, *paragraph(TEXT, 200)]]))
    return article.byline


def lines(*words: str) -> list[At]:
    return [At(80, 105 + 14 * at, line) for at, line in enumerate(words)]


@pytest.mark.parametrize(
    "below",
    [
        ["ADA OSEI AND BEN LUND"],
        ["Ada Osei$#, Ben Lund?"],
        ["Ada Osei, Ben Lund", "Kettle AB"],
        ["Ada Osei, Ben Lund, University of Kettles, Santa Cruz"],
        ["Ada Osei, Ben Lund E-mail"],
        ["Ada Osei, Ben Lund", "Dept. of Computer Science,", "Ithaca NY 14853"],
        ["Ada Osei, Ben Lund", "September 1996"],
    ],
)
def test_what_stands_beside_names_is_none_of_them(below: list[str]) -> None:
    assert byline(*lines(*below)) == ("Ada Osei", "Ben Lund")


def test_names_with_a_wider_space_between_them_are_of_several_authors() -> None:
    assert byline(At(80, 105, "Ada M. Osei"), At(146, 105, "Ben Lund")) == ("Ada M. Osei", "Ben Lund")


def test_initials_without_a_space_belong_to_a_name() -> None:
    assert byline(*lines("Ada Osei, V.K.Lund")) == ("Ada Osei", "V.K. Lund")


def test_a_long_list_of_authors_is_no_paragraph() -> None:
    given = string.ascii_uppercase.replace("X", "").replace("Y", "")
    names = [f"{letter}da M. Osei" for letter in given]
    rows = [", ".join(names[at : at + 6]) + ("," if at < 18 else "") for at in range(0, 24, 6)]

    assert byline(*lines(*rows)) == tuple(names)


@pytest.mark.parametrize("line", ["Report TR-94-29 November 1994", "Received 16 December 2001", "November 1994"])
def test_the_day_of_a_review_and_the_number_of_a_report_are_no_dates(line: str) -> None:
    article, _ = read_pdf(pdf([[TITLE, *lines("Ada Osei", line), *paragraph(TEXT, 200)]]))

    assert article.published_at is None


def test_a_title_as_large_as_the_text_is_found_above_its_authors() -> None:
    head = [At(160, 80, "A MODEST TITLE IN CAPITALS", 10, "B"), At(218, 105, "ADA OSEI", 8)]
    article, _ = read_pdf(pdf([[*head, *paragraph(TEXT, 160)]]))

    assert (article.title, article.byline) == ("A MODEST TITLE IN CAPITALS", ("Ada Osei",))


@pytest.mark.parametrize("words", ["dE=- 23 hC~#+2.", "broken down into tests for what is allowed if"])
def test_large_signs_and_parts_of_sentences_are_no_title(words: str) -> None:
    article, _ = read_pdf(pdf([[At(80, 80, words, 16), *paragraph(TEXT, 160)]]))

    assert article.title is None


def test_all_covers_before_a_paper_are_left_out() -> None:
    cover = [At(80, 80, "This is a repository copy of A Modest Title.", 12), *paragraph(TEXT, 160)]
    article, _ = read_pdf(pdf([cover, cover, [TITLE, *lines("Ada Osei"), *paragraph(TEXT, 160)]]))

    assert (article.title, article.byline) == ("A Modest Title", ("Ada Osei",))
