import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parley.extraction.errors import CannotImport
from parley.extraction.html.extract import extract_html, join_chunks
from parley.extraction.html.page import parse
from parley.extraction.html.passages import cut_passages
from parley.extraction.sandbox.reading import read_article

URL = "https://mirror.example/copy"


def essay(pages: Path) -> bytes:
    return (pages / "essay.html").read_bytes()


def test_the_article_is_found_and_what_is_around_it_is_not(pages: Path) -> None:
    found = extract_html(essay(pages), url=URL)
    words = " ".join(passage.text for passage in cut_passages(found.html, base_url=URL, title=found.title))
    assert words.startswith("Every office has a kettle")
    assert words.endswith("that I am wrong.")
    assert "somebody else’s work" in words
    for chrome in ("Front page", "cookies", "You might also like", "The fridge question", "rights reserved"):
        assert chrome not in words


def test_a_page_says_who_wrote_it_when_and_where(pages: Path) -> None:
    found = extract_html(essay(pages), url=URL)
    assert (found.title, found.byline, found.site) == ("The kettle question", ("Ines Okafor",), "Hearth Review")
    assert (found.lang, found.dir) == ("en-GB", "ltr")
    assert found.published_at == datetime(2026, 2, 3, 7, 30, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 2, 5, 10, tzinfo=UTC)
    assert found.canonical_url == "https://hearth.example/essays/2026/kettle"


def test_the_pages_own_markup_is_kept(pages: Path) -> None:
    found = extract_html(essay(pages), url=URL)
    passages = cut_passages(found.html, base_url=URL, title=found.title)
    html = {passage.kind: passage.html for passage in passages}
    assert [passage.kind for passage in passages] == [
        "paragraph", "figure", "heading", "paragraph", "table", "quote", "paragraph", "item", "item", "code",
        "paragraph",
    ]  # fmt: skip
    assert found.images == ("https://hearth.example/essays/2026/img/kettle.jpg",)
    assert "<b>January</b>" in html["figure"]
    assert "<caption>Turns kept</caption>" in html["table"]
    assert '<ol start="4"><li>Buy a second kettle, and see <code>kettle.ini</code>.</li></ol>' in html["item"]
    assert "[kettle]\ndescale = never" in html["code"]
    assert any('href="https://hearth.example/essays/2026/rota.html"' in passage.html for passage in passages)


def test_a_page_in_hebrew_runs_from_right_to_left(pages: Path) -> None:
    found = extract_html((pages / "hebrew.html").read_bytes(), url=URL)
    assert (found.title, found.dir) == ("שאלת הקומקום", "rtl")
    assert len(cut_passages(found.html, base_url=URL, title=found.title)) == 3


@pytest.mark.parametrize(
    "head",
    [
        '<html dir="rtl"><body>',
        '<html dir="ltr"><body dir="rtl">',
        '<html><article dir="RTL">',
        '<html lang="ar-EG">',
    ],
)
def test_a_page_that_says_its_direction_is_believed(head: str) -> None:
    words = "<p>Words, and words, and more words, that stand in a paragraph of their own.</p>" * 3
    assert extract_html(f"{head}{words}", url=URL).dir == "rtl"


@pytest.mark.parametrize(
    "picture",
    [
        '<img src="data:image/gif;base64,R0" data-src="/a.jpg">',
        '<img data-srcset="/small.jpg 300w, /a.jpg 900w">',
        '<picture><source srcset="/a.jpg"><img></picture>',
        '<img src="data:image/gif;base64,R0"><noscript><img src="/a.jpg"></noscript>',
    ],
)
def test_a_picture_that_loads_later_is_found(picture: str) -> None:
    words = "<p>Words, and words, and more words, that stand in a paragraph of their own, for long.</p>" * 4
    page = f"<html><body><article>{words}<figure>{picture}</figure>{words}</article></body></html>"
    assert extract_html(page, url="https://a.example/b/c").images == ("https://a.example/a.jpg",)


@pytest.mark.parametrize("page", ["", " ", "<html></html>", "<p>Loading…</p><script src=app.js></script>", "\0", "<"])
def test_a_page_without_an_article_is_refused_in_words(page: str) -> None:
    with pytest.raises(CannotImport, match=r"[Pp]aste"):
        extract_html(page, url=URL)


@pytest.mark.parametrize("url", ["http://[bad", "http://a.example:99999/", "not an address", "", None])
def test_an_odd_address_spoils_nothing(pages: Path, url: str | None) -> None:
    found = extract_html(essay(pages), url=url)
    assert len(cut_passages(found.html, base_url=url)) == 12


HOSTILE = {
    "many boxes": "<div>" * 50_000 + "words" * 20,
    "many elements": "<p>words</p>" * 100_000,
    "many links": "<p>" + "<a href=x>words</a> " * 4_000,
    "many attributes": "<p " + " ".join(f"a{n}=1" for n in range(4_000)) + ">words" * 20,
    "many comments": "<!-- -->" * 100_000 + "<p>" + "words and words " * 20,
    "deep JSON": '<script type="application/ld+json">' + "[" * 100_000 + "</script><p>" + "words " * 50,
    "one long word": "<p>" + "x" * 1_500_000,
    "many lines of links": "<p><a href=/x>Another article of ours</a></p>" * 5_000,
    "a long list": "<ol>" + "<li>words</li>" * 10_000,
    "many tables": "<table><tr><td>" * 3_000 + "words " * 50,
}


@pytest.mark.parametrize("page", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_costs_little(page: str) -> None:
    begun = time.thread_time()
    with suppress(CannotImport):
        cut_passages(extract_html(page, url=URL).html, base_url=URL)
    assert time.thread_time() - begun < 5


def test_the_source_under_a_quotation_is_kept() -> None:
    words = "<p>" + "A sentence with several words about the matter, which nobody has written before. " * 3 + "</p>"
    quotation = "<blockquote><p>One number is always wrong.</p><footer>A researcher</footer></blockquote>"
    page = f"<article><h1>A title</h1>{words}{quotation}{words.replace('matter', 'thing')}</article>"

    assert "<p><cite>A researcher</cite></p>" in extract_html(page, url="https://a.example/b").html


def test_an_article_in_several_boxes_with_advertisements_between_is_read_to_its_end() -> None:
    texts = [f"Part {number} of the essay goes on for long enough to be read. " * 6 for number in range(9)]
    chunk = '<div class="chunk"><div class="body"><p>{}</p><p>{}</p><p>{}</p></div></div><div class="ad"></div>'
    chunks = "".join(chunk.format(*texts[at : at + 3]) for at in (0, 3, 6))
    found = extract_html(f"<body><h1>An essay</h1><div><div>{chunks}</div></div></body>", url="https://a.example/b")
    assert [text for text in texts if text.strip() not in found.html] == []


def test_posts_under_each_other_are_not_made_one() -> None:
    post = '<div class="post"><div class="name">Written by {}</div><div class="body"><p>{}</p></div></div>'
    posts = "".join(post.format(name, f"What {name} says goes on for a while. " * 4) for name in ("Ada", "Ben", "Cy"))
    tree = parse(f"<body>{posts}</body>", None)
    join_chunks(tree)
    assert [len(box) for box in tree.find_class("body")] == [1, 1, 1]


def test_the_numbers_of_a_table_stay_at_the_end_of_their_cells() -> None:
    rows = '<tr><th>Year<th style="text-align: center">Sort<tr><td data-align="x">2024<td align="right">1,204'
    words = "<p>The table below says how often the kettle was filled, as the office counted it every day.</p>"
    found = extract_html(f"<article><h1>Kettles</h1>{words}<table>{rows}</table>{words}</article>", url=URL)
    assert '<th data-align="center">Sort</th>' in found.html
    assert '<td>2024</td><td data-align="end">1,204</td>' in found.html.replace("\n", "")


def test_a_page_that_is_only_an_article_keeps_its_short_parts() -> None:
    paragraph = (
        "This paragraph goes on for so many words that every reader of pages would take it for a part of the text."
    )
    items = "<ol><li>Words are cheap.</li><li>Burns are not.</li></ol>"
    page = f"<body><h1>Kettles</h1><p>{paragraph}</p><h2>Three things</h2>{items}<p>{paragraph}</p></body>"
    texts = [one.text for one in read_article(extract_html(page, url=None)).passages]
    assert texts == [paragraph, "Three things", "Words are cheap.", "Burns are not.", paragraph]
