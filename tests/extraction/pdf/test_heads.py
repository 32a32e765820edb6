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
        ["Ada Osei, Ben Lund", "a@b.example.org", "Electrical and Computer Engineering"],
        ["Ada Osei, Ben Lund", "Recommended Citation"],
        ["Ada Osei, Ben Lund", "Master of Kettles"],
        ["Ada Osei, Ben Lund", "3C-404A, Bell Labs", "600 Mountain Avenue"],
        ["Ada Osei, Ben Lund", "TR-94-29"],
        ["Ada Osei, Ben Lund", "Kettle Nr: 230458", "Case Study"],
    ],
)
def test_what_stands_beside_names_is_none_of_them(below: list[str]) -> None:
    assert byline(*lines(*below)) == ("Ada Osei", "Ben Lund")


@pytest.mark.parametrize("broken", ["Mart()n Lund", "B. L~Nd"])
def test_a_name_in_signs_that_names_do_not_have_leaves_the_byline_empty(broken: str) -> None:
    assert byline(*lines("Ada Osei", broken)) == ()


def test_authors_above_their_addresses_are_all_found() -> None:
    blocks = [At(80, 105 + 42 * at, name, 12) for at, name in enumerate(["Ada Osei", "Ben Lund"])]
    places = [At(80, 119 + 42 * at, "51 avenue Kettle") for at in range(2)]
    mails = [At(80, 133 + 42 * at, "a@kettles.example.org", 12) for at in range(2)]

    assert byline(*blocks, *places, *mails) == ("Ada Osei", "Ben Lund")


def test_letters_that_are_spaced_apart_are_words() -> None:
    names = ["ADA", "OSEI", "AND", "BEN", "LUND"]
    starts = [80 + 10 * (sum(map(len, names[:at])) + at) for at in range(len(names))]
    letters = [
        At(start + 9 * at, 105, letter)
        for start, name in zip(starts, names, strict=True)
        for at, letter in enumerate(name)
    ]

    assert byline(*letters) == ("Ada Osei", "Ben Lund")


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


def test_a_heading_as_large_as_the_text_is_the_title_where_names_are_below() -> None:
    head = [At(80, 60, "Volume 30", 7), At(80, 80, "A modest title", 10, "B"), At(80, 105, "Ada Osei", 10, "B")]
    article, _ = read_pdf(pdf([[*head, *paragraph(TEXT, 160)]]))

    assert (article.title, article.byline) == ("A modest title", ("Ada Osei",))


@pytest.mark.parametrize(
    "rubric", ["Research Article", "FUNCTIONAL PEARL", "Journal of Kettles", "https://doi.example.org/1", "March 2024"]
)
def test_the_name_of_a_journal_and_the_kind_of_an_article_are_no_title(rubric: str) -> None:
    article, _ = read_pdf(pdf([[At(80, 50, rubric, 20), TITLE, *lines("Ada Osei"), *paragraph(TEXT, 200)]]))

    assert (article.title, article.byline) == ("A Modest Title", ("Ada Osei",))


def test_the_kind_of_an_article_is_left_out_above_a_title_in_the_same_look() -> None:
    article, _ = read_pdf(pdf([[At(180, 56, "Term Paper", 20, "B"), TITLE, *lines("Ada Osei"), *paragraph(TEXT, 200)]]))

    assert article.title == "A Modest Title"


def test_marks_of_notes_are_left_out_of_a_title() -> None:
    mark = At(306, 74, "1", 10, "B")
    article, _ = read_pdf(
        pdf([[TITLE, mark, At(318, 80, "or More", 20, "B"), *lines("Ada Osei"), *paragraph(TEXT, 200)]])
    )

    assert article.title == "A Modest Title or More"


@pytest.mark.parametrize(
    "words", ["The problem simpli#ed", "dE=- 23 hC~#+2.", "broken down into tests for what is allowed if"]
)
def test_large_signs_and_parts_of_sentences_are_no_title(words: str) -> None:
    article, _ = read_pdf(pdf([[At(80, 80, words, 16), *paragraph(TEXT, 160)]]))

    assert article.title is None


def test_all_covers_before_a_paper_are_left_out() -> None:
    cover = [At(80, 80, "This is a repository copy of A Modest Title.", 12), *paragraph(TEXT, 160)]
    article, _ = read_pdf(pdf([cover, cover, [TITLE, *lines("Ada Osei"), *paragraph(TEXT, 160)]]))

    assert (article.title, article.byline) == ("A Modest Title", ("Ada Osei",))
