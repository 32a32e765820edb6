from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parley.extraction.errors import CannotImport
from parley.extraction.html.extract import Extracted
from parley.extraction.html.passages import cut_passages
from parley.extraction.text.markdown import extract_markdown
from parley.extraction.text.pasted import detect_kind, extract_file, extract_pasted
from parley.extraction.text.plain import extract_text


def test_the_article_is_found_among_the_lines_a_page_puts_around_it(pages: Path) -> None:
    found = extract_text((pages / "paste.txt").read_text("utf-8"))
    assert (found.title, found.byline) == ("The kettle question", ("Ines Okafor",))
    assert found.updated_at == datetime(2026, 2, 5, tzinfo=UTC)
    assert found.where == {"title": "opening", "byline": "byline", "updated_at": "text"}
    assert [(passage.kind, passage.text.split()[0]) for passage in cut_passages(found.html, base_url=None)] == [
        ("paragraph", "Every"), ("heading", "What"), ("paragraph", "The"), ("paragraph", "“A"),
        ("heading", "Remedies"), ("item", "Pay"), ("item", "Buy"), ("paragraph", "I"),
    ]  # fmt: skip
    assert '<a href="https://hearth.example/rota">' in found.html


@pytest.mark.parametrize(
    "body", ["It began on a Tuesday.\n\nThen it went on.", "It began on a Tuesday.\n\n> Then\n\n**it** _went_ on."]
)
def test_text_with_a_title_of_its_own_keeps_its_first_line(body: str) -> None:
    found = extract_pasted(body, "On beginnings")
    assert (found.title, cut_passages(found.html, base_url=None)[0].text) == ("On beginnings", "It began on a Tuesday.")
    assert "title" not in found.where
    again = extract_pasted(f"On beginnings\n\n{body}", "On beginnings")
    assert (again.title, again.html) == (found.title, found.html)


@pytest.mark.parametrize("rest", ["It began.\n\nThen it went on.", "It began.\n\n## Later\n\nIt went on."])
def test_a_first_line_that_is_the_title_does_not_stand_twice(rest: str) -> None:
    found = extract_pasted(f"On beginnings\n\n{rest}")
    assert (found.title, cut_passages(found.html, base_url=None)[0].text) == ("On beginnings", "It began.")


def test_the_seed_article_is_read_as_a_person_would(real: Callable[[str], Path], tell: Callable[[str], None]) -> None:
    (file,) = real("seed-article").glob("*.txt")
    found = extract_file(file.name, file.read_bytes())
    passages = cut_passages(found.html, base_url=None, title=found.title)
    assert Counter(passage.kind for passage in passages) == {"heading": 5, "paragraph": 12}
    words = " ".join(passage.text for passage in passages)
    assert found.title
    assert found.title not in words
    assert found.byline
    assert found.updated_at == datetime(2026, 3, 16, tzinfo=UTC)
    assert not [chrome for chrome in ("Share:", "min read", "Related Posts", *found.byline) if chrome in words]
    quotes = [quote.split("”")[0] for quote in file.read_text("utf-8").split("“")[1:]]
    assert quotes
    assert all(quote in words for quote in quotes)
    tell(f"seed article: 5 headings, 12 paragraphs, {len(quotes)} quotes kept")


@pytest.mark.parametrize(
    ("lines", "byline", "is_dated"),
    [
        ("Von Änne Öhler\n16.03.2026", "Änne Öhler", True),
        ("Par Élodie Œuvrard", "Élodie Œuvrard", False),
        ("מאת עדה אוסיי", "עדה אוסיי", False),
        ("作者：歐阿達\n2026年3月16日", "歐阿達", True),
        ("오세이 기자\n2026년 3월 16일", "오세이", True),
        ("大江 亜田\n2026年3月16日", "大江 亜田", True),
        ("by Ada Osei · 16 March 2026 · 4 min read", "Ada Osei", True),
        ("Ada Osei, March 16, 2026", "Ada Osei", True),
    ],
)
@pytest.mark.parametrize("read", [extract_text, lambda text: extract_markdown(f"# {text}")])
def test_the_lines_below_the_title_name_the_author_in_many_languages(
    read: Callable[[str], Extracted], lines: str, byline: str, is_dated: bool
) -> None:
    found = read("\n\n".join(["Kettles", *lines.split("\n"), "It began on a Tuesday, when nobody was there."]))
    assert found.byline == (byline,)
    assert found.published_at == (datetime(2026, 3, 16, tzinfo=UTC) if is_dated else None)
    assert [one.text for one in cut_passages(found.html, base_url=None, title=found.title)] == [
        "It began on a Tuesday, when nobody was there."
    ]


@pytest.mark.parametrize("line", ["By the sea", "Von der Leyen kündigt Reformen an", "By Ada we mean a program."])
def test_a_line_below_the_title_that_names_nobody_stays(line: str) -> None:
    found = extract_text(f"Kettles\n\n{line}\n\nIt began on a Tuesday.")
    assert (found.byline, line in found.html) == ((), True)


def test_lines_that_were_only_wrapped_are_joined() -> None:
    lines = ["This is a line of a text that somebody wrapped at a width", "of some seventy letters, and so on."]
    found = extract_text("\n".join(["Title", "", *lines]))
    assert [passage.text for passage in cut_passages(found.html, base_url=None)] == [" ".join(lines)]


def test_a_first_line_as_long_as_a_paragraph_is_one() -> None:
    """Whoever types the title beside the text does not copy it along: no word of the text is lost."""
    opening = " ".join(["The model answers before it has understood what it was asked."] * 5)
    found = extract_text(f"{opening}\n\nNobody asked how much energy the answer cost.")
    assert not found.title
    assert cut_passages(found.html, base_url=None)[0].text == opening


def test_markup_in_plain_text_stays_text() -> None:
    found = extract_text("Title\n\nAn <img src=x onerror=alert(1)> & more.")
    assert "<img" not in found.html
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; more." in found.html


def test_plain_text_that_runs_from_right_to_left_says_so() -> None:
    assert extract_text("שאלת הקומקום\n\nבכל משרד יש קומקום שאיש אינו מנקה.").dir == "rtl"


def test_front_matter_names_a_markdown_article() -> None:
    found = extract_markdown(
        "---\ntitle: 'The kettle'\nauthor: Ines Okafor\ndate: 2026-02-03\n"
        "updated: 2026-02-05T10:00:00+01:00\nurl: https://hearth.example/kettle\nlang: en\n---\n\nWords and a [link](https://a.example/).\n"
    )
    assert (found.title, found.byline, found.lang) == ("The kettle", ("Ines Okafor",), "en")
    assert found.canonical_url == "https://hearth.example/kettle"
    assert found.published_at == datetime(2026, 2, 3, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 2, 5, 9, tzinfo=UTC)
    assert [passage.text for passage in cut_passages(found.html, base_url=None)] == ["Words and a link."]


def test_the_first_heading_names_a_markdown_article_and_is_said_once() -> None:
    found = extract_markdown("# The *kettle*\n\nWords.\n\n## Next\n\n> A quote.\n\n```\ncode\n```\n")
    assert found.title == "The kettle"
    kinds = [passage.kind for passage in cut_passages(found.html, base_url=None, title=found.title)]
    assert kinds == ["paragraph", "heading", "quote", "code"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<p>One</p>\n<p>Two</p>", "html"),
        ("<!doctype html><title>x</title>", "html"),
        ("# One\n\nwords", "markdown"),
        ("See [this](https://a.example/).", "markdown"),
        ("**One**\n\n- two\n- three", "markdown"),
        ("One\n\nTwo is less than three: 2 < 3, and a <b> is a tag.", "text"),
        ("- one\n- two", "text"),
        ("", "text"),
    ],
)
def test_the_kind_of_a_paste_is_seen(text: str, kind: str) -> None:
    assert detect_kind(text) == kind


def test_a_paste_of_any_kind_is_read() -> None:
    html = "<h1>The kettle</h1><p>Words about a kettle that nobody descales.</p>"
    for text in (html, "# The kettle\n\nWords.", "The kettle\n\nWords."):
        assert "Words" in extract_pasted(text).html


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.txt", b"", "no text in it"),
        ("a.md", b" \n\n ", "no text in it"),
        ("a.txt", b"...\n\n---", "no text"),
        ("a.txt", b"MZ\x90\0\x03\0\0\0\x04", "This cannot be read here"),
        ("a.exe", b"words", "This cannot be read here"),
        ("a.txt", b"x" * 2_000_001, "2 MB"),
        ("a.html", b"<p></p>", "No article"),
    ],
)
def test_a_file_that_holds_no_article_is_refused_in_words(name: str, data: bytes, says: str) -> None:
    with pytest.raises(CannotImport, match=says):
        extract_file(name, data)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_in_any_usual_charset_is_read(charset: str) -> None:
    found = extract_file("a.TXT", "Zoë’s café\n\nEvery café has a kettle.".encode(charset))
    assert found.title == "Zoë’s café"
