"""PDFs are read in the order of their words, and what cannot be read is refused in words."""

import base64
import io
import re

import msgspec
import pytest
from PIL import Image

from parley.extraction.errors import CannotImport
from parley.extraction.html.passages import without_lost_pictures
from parley.extraction.html.pictures import DRAWN
from parley.extraction.pdf.document import MOST_PAGES
from parley.extraction.pdf.reading import read_pdf
from tests.pdfs import At, of_streams, paragraph, pdf, stream, wide

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


def test_a_page_that_was_printed_has_its_site_in_its_title_and_both_dates_in_a_line() -> None:
    facts = At(200, 122, "14 March 2024 - Updated 16 March 2024 - 5 min read")
    printed = pdf([[*HEAD[:2], facts, *paragraph(ONE, 160)]], Title="A Modest Title | The Ledger")

    article, passages = read_pdf(printed)

    assert (article.title, article.byline) == ("A Modest Title", ("Ada Osei",))
    assert (str(article.published_at)[:10], str(article.updated_at)[:10]) == ("2024-03-14", "2024-03-16")
    assert [one.text for one in passages] == [ONE.strip()]


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
        (pdf([[At(80, 100 + 12 * row, "!021#3547680:9<; =?>A@ CBEDF0F>G=#4H. !0IB%J") for row in range(9)]]), "OCR"),
        (pdf([[]]), "is empty"),
        (of_streams([b"q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q"] * 3), "is a scan"),
    ],
)
def test_what_has_no_text_is_refused_in_words(data: bytes, says: str) -> None:
    with pytest.raises(CannotImport, match=says):
        read_pdf(data)


SCAN = b"q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q"


def test_pages_without_text_are_shown_as_pictures_in_their_place_and_told() -> None:
    written = [stream([*HEAD, *paragraph(ONE, 160)]), stream(paragraph(TWO, 80))]

    article, passages = read_pdf(of_streams([written[0], SCAN, written[1], SCAN, b""]))

    assert [(one.kind, one.page, DRAWN in one.html) for one in passages] == [
        ("paragraph", 1, False),
        ("figure", 2, True),
        ("paragraph", 3, False),
        ("figure", 4, True),
    ]
    assert (article.where["pages"], article.where["picture_pages"], article.where["missing_pages"]) == ("5", "2, 4", "")


def test_a_table_of_contents_with_leaders_of_dots_does_not_make_a_pdf_unreadable() -> None:
    contents = [At(80, 80 + 12 * row, f"{row}. Topic {'.' * 90} {row}") for row in range(50)]

    _, passages = read_pdf(pdf([contents] * 12 + [[*HEAD, *paragraph(ONE, 160)]]))

    assert ONE.strip() in [one.text for one in passages]


def test_an_accent_that_is_drawn_over_a_letter_belongs_to_it() -> None:
    # Widths in Times at 10 points: J 3.89, o 5, a 4.44, ~ 3.33, L 6.11, e 4.44, i 2.78, t 2.78.
    drawn = [
        At(200, 105, "Jo"),
        At(209.3, 105, "\u02dc"),
        At(208.9, 105, "ao"),
        At(221, 105, "Leit"),
        At(237.7, 105, "\u02dc"),
    ]
    drawn += [At(237.1, 105, "ao"), At(300, 130, "a \u02dc b", 9)]

    article, _ = read_pdf(pdf([[HEAD[0], *drawn, *paragraph(ONE, 160), *paragraph(TWO, 196, indent=12)]]))

    assert article.byline == ("João Leitão",)


def test_the_cover_that_a_site_puts_before_a_paper_is_left_out() -> None:
    cover = [At(80, 80, "See discussions, stats, and author profiles for this publication at: https://site.example")]

    article, passages = read_pdf(pdf([[*cover, At(80, 120, "Conference Paper", 24)], [*HEAD, *paragraph(ONE, 160)]]))

    assert (article.title, article.byline) == ("A Modest Title", ("Ada Osei",))
    assert [(one.text, one.page) for one in passages] == [(ONE.strip(), 2)]


def test_labels_and_marks_of_notes_in_the_head_are_no_names() -> None:
    head = [At(180, 80, "A Modest Title *", 20, "B"), At(240, 105, "Position Paper"), At(240, 117, "Ada Osei")]
    head += [At(240, 129, "Erlangen Germany")]

    article, _ = read_pdf(pdf([[*head, *paragraph(ONE, 160), *paragraph(TWO, 196, indent=12)]]))

    assert (article.title, article.byline) == ("A Modest Title", ("Ada Osei",))


CAPTION = "Figure 1. What a towel costs."
CHART = b"0.8 0.2 0.2 rg 150 442 60 150 re f 0.2 0.2 0.8 rg 240 442 60 90 re f 0 0 0 RG 140 440 260 1 re S "


def test_what_is_drawn_above_a_caption_is_its_figure_and_the_labels_in_it_are_no_text() -> None:
    text = [*HEAD, *paragraph(ONE, 160), At(160, 330, "loads"), At(80, 430, CAPTION), *paragraph(TWO, 480, indent=12)]

    _, passages = read_pdf(of_streams([CHART + stream(text)]))

    figure = next(one for one in passages if one.kind == "figure")
    assert (figure.text, figure.page) == (CAPTION, 1)
    assert [one.text for one in passages if one.kind == "paragraph"] == [ONE.strip(), TWO.strip()]
    assert f"<figcaption>{CAPTION}</figcaption>" in figure.html
    data = figure.html.partition(DRAWN)[2].partition('"')[0]
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    # The drawing is 260 by 150 points; red stands left and blue right of its middle.
    assert picture.size[0] > 500 and 290 < picture.size[1] < 350
    assert picture.getpixel((80, 200))[0] > 180 and picture.getpixel((260, 250))[2] > 180  # type: ignore[index]


def test_a_figure_without_a_caption_is_a_picture_in_place_of_its_labels() -> None:
    labels = [At(160, 330, "loads"), At(170, 350, "of dirt"), At(250, 380, "soap")]
    text = [*HEAD, *paragraph(ONE, 160), *labels, *paragraph(TWO, 480, indent=12)]

    _, passages = read_pdf(of_streams([CHART + stream(text)]))

    assert [one.text for one in passages if one.kind == "paragraph"] == [ONE.strip(), TWO.strip()]
    [figure] = [one for one in passages if one.kind == "figure"]
    assert figure.text == "loads of dirt soap"
    assert f'alt="{figure.text}"' in figure.html


def test_a_table_with_rules_is_a_picture_with_its_words_and_its_caption() -> None:
    caption = "Table 1. What a towel costs."
    rows = [At(left, 330 + 15 * row, f"{row}{left}") for row in range(4) for left in (100, 220, 340)]
    rules = b"".join(b"80 %d 300 0.5 re f " % top for top in (525, 505, 455))
    text = [*HEAD, *paragraph(ONE, 160), At(80, 305, caption), *rows, *paragraph(TWO, 480, indent=12)]

    _, passages = read_pdf(of_streams([rules + stream(text)]))

    assert [one.text for one in passages if one.kind == "paragraph"] == [ONE.strip(), TWO.strip()]
    [figure] = [one for one in passages if one.kind == "figure"]
    assert figure.text == caption
    assert 'alt="0100 0220 0340 1100' in figure.html


def test_a_displayed_formula_is_a_picture_with_its_letters_as_the_alternative() -> None:
    formula = [At(200, 330, "abg = xyz", font="S"), At(200, 345, "2n"), At(420, 335, "(1)")]
    text = [*HEAD, *paragraph(ONE, 160), *formula, *paragraph(TWO, 480, indent=12)]

    _, passages = read_pdf(of_streams([stream(text)]))

    assert [one.text for one in passages if one.kind == "paragraph"] == [ONE.strip(), TWO.strip()]
    [figure] = [one for one in passages if one.kind == "figure"]
    assert {"2n", "(1)"} <= set(figure.text.split())
    [words] = without_lost_pictures([msgspec.structs.replace(figure, html="<figure></figure>")])
    assert (words.kind, words.text, words.boxes) == ("paragraph", figure.text, figure.boxes)


@pytest.mark.parametrize("drawn", [b"", b"0 0 0 rg 80 430 435 0.5 re f ", b"0.9 g 0 0 595 842 re f "])
def test_a_caption_with_nothing_drawn_beside_it_stays_a_line_of_text(drawn: bytes) -> None:
    lines = [*HEAD, *paragraph(ONE, 160), At(80, 430, CAPTION), *paragraph(TWO, 480, indent=12)]

    _, passages = read_pdf(of_streams([drawn + stream(lines)]))

    assert [one.kind for one in passages if one.text == CAPTION] == ["paragraph"]


def test_short_sentences_below_the_title_are_text() -> None:
    lines = [
        At(80, 160 + 30 * row, f"Sentence {row} of this page is short, as they are in newspapers.") for row in range(5)
    ]

    _, passages = read_pdf(pdf([[*HEAD, *lines]]))

    assert len(passages) == len(lines)


def test_a_script_without_spaces_is_read_without_spaces_at_the_ends_of_lines() -> None:
    text = "町の小さな学校は昨年の末に閉じられ、それ以来、親たちは市役所の返事を待っている。"
    lines = [At(80, 80, "小さな学校", 20), At(80, 120, "佐藤美咲"), At(80, 140, "2024年3月14日")]
    lines += [At(80, 180 + 12 * row, text[10 * row : 10 * row + 10]) for row in range(4)]

    article, passages = read_pdf(of_streams([b"".join(map(wide, lines))]))

    assert (article.title, str(article.published_at)[:10]) == ("小さな学校", "2024-03-14")
    assert [one.text for one in passages] == [text[:40]]


def test_a_page_in_two_columns_is_read_one_column_after_the_other() -> None:
    columns = [[f"{side} line {row} has a few more words for us" for row in range(8)] for side in ("Left", "Right")]
    drawn = [
        At(left, 200 + 12 * row, line)
        for left, lines in zip((80, 320), columns, strict=True)
        for row, line in enumerate(lines)
    ]

    _, passages = read_pdf(pdf([[*HEAD, *sorted(drawn, key=lambda one: one.top)]]))

    assert " ".join(one.text for one in passages) == " ".join([*columns[0], *columns[1]])


def test_a_page_from_right_to_left_is_read_from_its_right_column() -> None:
    first = ["בשנת 2024 נסעו", "ילדים בקו 15 של", "City Bus Ltd", "ושילמו 25% פחות", "מן האחרים שם"]
    second = ["אחר כך חזרו כל", "הילדים הביתה עם", "ההורים (בשבת)", "ולא נסעו עוד עם", "האוטובוס הזה."]
    drawn = [
        At(end - 10 * len(line), 80 + 12 * row, turned(line))
        for end, column in ((520, first), (260, second))
        for row, line in enumerate(column)
    ]

    article, passages = read_pdf(of_streams([b"".join(map(wide, drawn))]))

    assert article.dir == "rtl"
    assert " ".join(one.text for one in passages) == " ".join([*first, *second])


def turned(line: str) -> str:
    """A Hebrew line as it is seen from left to right."""
    words = re.findall(r"[A-Z][\w ]+[a-z]|\S+", line)
    return " ".join(
        word if re.match(r"[\dA-Z]", word) else word[::-1].translate(str.maketrans("()", ")("))
        for word in reversed(words)
    )


@pytest.mark.parametrize("codes", ["\x0b \x0c \x0e \x0f", "\x1b \x1c \x1e \x1f"])
def test_ligatures_of_bitmap_fonts_are_read(codes: str) -> None:
    ff, fi, ffi, ffl = codes.split(" ")
    words = f"We {fi}nd a di{ff}erence in the o{ffi}ce, which sni{ffl}es at what we wrote about it in a letter."
    _, (passage,) = read_pdf(pdf([[*HEAD, At(80, 160, words)]]))
    assert passage.text.startswith("We find a difference in the office, which sniffles at")


def test_a_sentence_goes_on_in_a_line_that_is_all_bold() -> None:
    lines = [*paragraph("The difference is what this essay is about, and I say it as often as I can: it", 160)]
    _, passages = read_pdf(pdf([[*HEAD, *lines, At(80, 172, "is not small.", font="B"), *paragraph(ONE, 210)]]))
    assert [one.text[-21:] for one in passages][:1] == ["I can: it is not small."[-21:]]


def test_a_footnote_and_the_mark_in_the_text_are_tied_both_ways() -> None:
    pages = [
        [*HEAD, *paragraph(ONE, 160), At(80, 240, "A sentence that has a note."), At(195, 236, "*", 6)],
        [At(80, 240, "Another page has another note."), At(212, 236, "*", 6)],
    ]
    for number, page in enumerate(pages, 1):
        page += [
            *paragraph(ONE, 300),
            At(80, 696, "*", 5),
            At(85, 700, f"The note of page {number}, in small letters.", 8),
        ]
    _, passages = read_pdf(pdf(pages))

    notes = [one for one in passages if one.kind == "footnote"]
    assert [one.text for one in notes] == [
        "The note of page 1, in small letters.",
        "The note of page 2, in small letters.",
    ]
    for label, text in (
        ("1", "A sentence that has a note."),
        ("2", "Another page has another note."),
    ):
        referring = next(one for one in passages if f'href="#fn-{label}"' in one.html)
        assert referring.text == text
        assert f'href="#fnref-{label}"' in notes[int(label) - 1].html


@pytest.mark.parametrize("title", ["Contents", "Inhaltsverzeichnis"])
def test_a_contents_list_is_left_out_and_the_text_after_it_is_not(title: str) -> None:
    entries = [("1 Of kettles", "3"), ("1.1 Of water that", ""), ("boils . . . . . . . .", "3"), ("2 Of tea", "14")]
    listed = [At(80, 150, title, 14, "B")]
    for at, (words, page) in enumerate(entries):
        listed += [At(80, 170 + 12 * at, words), *([At(500, 170 + 12 * at, page)] if page else [])]
    _, passages = read_pdf(pdf([[*HEAD, *listed, At(80, 240, "1 Of kettles", 14, "B"), *paragraph(ONE, 262)]]))

    assert [one.text for one in passages] == ["1 Of kettles", ONE.strip()]


def test_a_section_called_contents_stays() -> None:
    _, passages = read_pdf(pdf([[*HEAD, At(80, 150, "Contents", 14, "B"), *paragraph(ONE, 170)]]))

    assert [one.text for one in passages] == ["Contents", ONE.strip()]


@pytest.mark.parametrize(
    ("line", "stated", "byline"),
    [
        ("Ada Osei, Ben Lund and the Kettle project", "", ()),
        ("Ada Osei, Ben Lund and others", "", ()),
        ("Authors: Ada Osei, Ben Lund", "", ("Ada Osei", "Ben Lund")),
        ("Ada Osei, Ben Lund", "Ada Osei", ("Ada Osei", "Ben Lund")),
        ("Ada Osei, Ben Lund", "Ada Osei; Ben Lund; Cy Ota", ()),
        ("Ada Osei, Ben Lund, kettle14", "", ()),
        ("Ada Osei, 14 March 2024", "", ("Ada Osei",)),
        ("Ada Osei, Senior Member, IEEE, Ben Lund", "", ("Ada Osei", "Ben Lund")),
        ("Ada Osei, Kettle University; Ben Lund, Cup Institute", "", ("Ada Osei", "Ben Lund")),
        ("Ada Osei, Kettle University, Ben Lund", "", ()),
    ],
)
def test_a_byline_is_complete_or_empty(line: str, stated: str, byline: tuple[str, ...]) -> None:
    head = [HEAD[0], At(180, 105, line), At(235, 122, "2024/03/14")]
    article, _ = read_pdf(pdf([[*head, *paragraph(ONE, 160)]], Author=stated))

    assert article.byline == byline
    assert str(article.published_at) == "2024-03-14 00:00:00+00:00"


def test_authors_are_neither_those_of_the_original_nor_a_group_nor_named_in_an_address() -> None:
    lines = ["Ada Osei", "Kettle Press", "based on the work of", "Ben Lund", "cy-ota@example.org"]
    below = [At(180, 105 + 14 * at, line) for at, line in enumerate(lines)]
    article, _ = read_pdf(pdf([[HEAD[0], *below, *paragraph(ONE, 200)]], Author="Cy Ota"))

    assert article.byline == ("Ada Osei",)


@pytest.mark.parametrize(
    ("lines", "byline"),
    [
        (["ADA OSEI", "University of Kettles", "and", "BEN LUND", "Cup Institute"], ("Ada Osei", "Ben Lund")),
        (["Ada Osei, Cy", "Ota, and Ben Lund"], ("Ada Osei", "Cy Ota", "Ben Lund")),
        (
            ["Dr. Ada Osei", "University of Kettles", "Cy Ota", "Ben Lund", "Cup Institute"],
            ("Ada Osei", "Cy Ota", "Ben Lund"),
        ),
        (["Ada Osei", "University of Kettles", "Palo Alto"], ("Ada Osei",)),
        (["Ada Osei and", "kettles"], ()),
        (["Ada Osei", "UC Berkeley"], ("Ada Osei",)),
    ],
)
def test_authors_in_several_lines_are_all_found_or_none(lines: list[str], byline: tuple[str, ...]) -> None:
    below = [At(180, 105 + 14 * at, line) for at, line in enumerate(lines)]
    article, _ = read_pdf(pdf([[HEAD[0], *below, *paragraph(ONE, 200)]]))

    assert article.byline == byline


@pytest.mark.parametrize(
    ("below", "title"),
    [
        ([At(180, 102, "On kettles and cups", 17, "B")], "A Modest Title On kettles and cups"),
        ([At(180, 102, "Version 3.2")], "A Modest Title"),
        ([At(310, 76, "1", 12, "B")], "A Modest Title"),
    ],
)
def test_a_subtitle_belongs_to_the_title_and_a_version_or_the_mark_of_a_note_does_not(
    below: list[At], title: str
) -> None:
    facts = [At(180, 125, "Ada Osei"), At(180, 145, "14th March 2024")]
    article, _ = read_pdf(pdf([[HEAD[0], *below, *facts, *paragraph(ONE, 180)]]))

    assert (article.title, article.byline) == (title, ("Ada Osei",))
    assert str(article.published_at)[:10] == "2024-03-14"
