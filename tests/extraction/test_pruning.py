"""What is on a page but not in its article is left out."""

import pytest

from parley.extraction.errors import CannotImport
from parley.extraction.html.extract import extract_html
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.sandbox.reading import read_article

URL = "https://a.example/essay"
TEXT = "This paragraph goes on for so many words that every reader of pages would take it for a part of the article. "

TEASER = '<li><h3><a href="https://a.example/other">Another article</a></h3><p>Its first words.</p></li>'


def between(html: str) -> list[ImportedPassage]:
    """The passages of an article that has a paragraph before and after `html`."""
    article = f"<article><h1>Kettles</h1><p>{TEXT * 2}</p>{html}<p>{TEXT * 3}</p></article>"
    page = f"<html><head><title>Kettles</title></head><body>{article}</body></html>"
    return read_article(extract_html(page, url=URL), URL).passages[1:-1]


@pytest.mark.parametrize(
    "html",
    [
        "<p hidden>Secret words that nobody should see on this page, though they are as long as a text.</p>",
        '<div style="display:none"><p>Secret words that nobody sees, though they are as long as a text.</p></div>',
        '<p style="color:red; visibility: hidden">Secret words that nobody sees, as long as a text.</p>',
        '<p aria-hidden="true">Decoration that is not read to anybody, though it is as long as a text.</p>',
        "<dialog><p>Please agree to all our cookies, of which there are more than you would think.</p></dialog>",
        '<div class="share-bar"><p>Share this article with your friends on all networks that there are.</p></div>',
        '<div class="relatedPosts"><h3>Related</h3><p>Another article about kettles, to read.</p></div>',
        '<div id="newsletter-signup"><p>Get the best of kettles, every week in your inbox, for nothing.</p></div>',
        "<p>Read more: How to boil water</p>",
        "<p>Lesen Sie auch: Wie man Wasser kocht</p>",
        '<p><a href="https://a.example/other">Another article of this site about water</a></p>',
        '<p>{"id":"x1","kind":"promo","visible":true,"title":"Subscribe now"}</p>',
        "<p>Photo: Ada Example / Example Pictures</p>",
        "<p>Crédits photos : Ada Example</p>",
        "<p>Ada Example/Shutterstock.com</p>",
        "<figure><figcaption>A kettle on a stove, seen from above in the evening.</figcaption></figure>",
        "<p>Advertisement</p>",
        "<p>Author of the article:</p>",
        '<h2 class="visually-hidden">The words of the article</h2>',
        '<p><span class="sr-only">Only for screen readers.</span></p>',
        f"<ul>{TEASER * 3}</ul>",
        f"<div>{TEASER.replace('li', 'div') * 4}</div>",
    ],
)
def test_what_is_not_the_article_is_left_out(html: str) -> None:
    assert between(html) == []


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ('<p class="shareholders">Shareholders and related parties share the costs, as we read.</p>', 1),
        ("<p>Read more than one book about it: that is what all who know water say.</p>", 1),
        ('<p><a href="https://b.example/other">A source elsewhere that the text names</a></p>', 1),
        ('<ul><li><a href="https://a.example/one">A list of links in the text</a></li><li>And words.</li></ul>', 2),
        ('<pre>{"id":"x1","kind":"promo","visible":true}</pre>', 1),
        ("<figure><pre>x = 1</pre><figcaption>Listing 1: a program</figcaption></figure>", 2),
        ("<h2>2024: a year of kettles</h2>", 1),
        ("<p>Their faces were sold by Getty Images.</p>", 1),
        (f"<ul>{TEASER * 2}</ul>", 2),
        (f"<ul>{TEASER.replace('https://a.example/other', '#below') * 3}</ul>", 3),
    ],
)
def test_what_only_looks_like_it_stays(html: str, kept: int) -> None:
    assert len(between(html)) == kept


def test_an_article_in_a_box_with_its_buttons_to_share_is_read() -> None:
    buttons = '<a href="/share">Send this to everybody you know</a>' * 40
    text = "".join(f"<p>{number}. {TEXT * 2}</p>" for number in range(6))
    box = f'<div class="post-share"><div>{buttons}</div><div>{text}</div></div>'
    page = f"<h1>Kettles</h1>{box}<footer>{'Words. ' * 3_000}</footer>"
    assert len(read_article(extract_html(page, url=URL), URL).passages) == 6


@pytest.mark.parametrize("line", ["12.05.2026 12:00", "2026年05月12日 12時00分更新"])
def test_a_date_above_the_text_is_left_out(line: str) -> None:
    text = "".join(f"<p>Paragraph {number} is long enough to be one of the article's own.</p>" for number in range(12))
    page = f"<body><article><h1>The kettle</h1><p>{line}</p>{text}</article></body>".encode()
    assert line not in [one.text for one in read_article(extract_html(page, url=URL), URL).passages]


@pytest.mark.parametrize(
    "line", ["16 March 2026 · Updated 20 March 2026 · 5 min read", "2 مايو 2026", "By Ada Osei", "بقلم Ada Osei"]
)
def test_the_facts_above_a_short_text_are_left_out(line: str) -> None:
    head = '<script type="application/ld+json">{"@type": "Article", "author": {"@type": "Person", "name": "Ada Osei"}}'
    page = f"<head>{head}</script></head><article><h1>The kettle</h1><p>{line}</p><p>{TEXT}</p><p>{TEXT * 2}</p>"
    texts = [one.text for one in read_article(extract_html(page, url=URL), URL).passages]
    assert texts == [TEXT.strip(), (TEXT * 2).strip()]


def test_numbers_of_likes_and_comments_below_the_text_are_left_out() -> None:
    page = f"<article><h1>The kettle</h1><p>{TEXT}</p><p>1984</p><p>{TEXT * 2}</p><p>184</p><p>17</p></article>"
    texts = [one.text for one in read_article(extract_html(page, url=URL), URL).passages]
    assert texts == [TEXT.strip(), "1984", (TEXT * 2).strip()]


def test_the_portrait_of_the_author_is_left_out() -> None:
    portrait = '<p><img src="https://a.example/ada.jpg" alt="Ada Osei"></p>'
    page = f'<meta name="author" content="Ada Osei"><article><h1>The kettle</h1>{portrait}<p>{TEXT * 3}</p></article>'
    assert [one.kind for one in read_article(extract_html(page, url=URL), URL).passages] == ["paragraph"]


def test_a_caption_that_is_only_a_class_belongs_to_its_picture() -> None:
    caption = '<p class="wp-caption-text">Steam, in the evening</p>'
    (figure,) = between(f'<div class="wp-caption"><img src="/k.jpg" alt="A kettle">{caption}</div>')
    assert "<figcaption> Steam, in the evening </figcaption>" in figure.html
    assert figure.text == "Steam, in the evening"


def test_an_article_that_a_script_would_show_is_read() -> None:
    page = (
        f'<html><body><nav>Menu</nav><div style="display:none"><p>{TEXT * 3}</p><p>{TEXT * 4}</p></div></body></html>'
    )
    assert len(read_article(extract_html(page, url=URL), URL).passages) == 2


def test_a_page_that_has_nothing_else_may_be_short() -> None:
    found = extract_html("<title>Short</title><body>Test</body>", url=URL)
    assert [passage.text for passage in read_article(found, URL).passages] == ["Test"]


@pytest.mark.parametrize(
    "more",
    [
        "<script>load()</script>",
        "<form><input name=password></form>",
        "<nav><a href=/>Home</a> <a href=/a>All that this site has around an article</a></nav>",
    ],
)
def test_a_short_page_whose_article_may_come_later_is_refused(more: str) -> None:
    with pytest.raises(CannotImport, match="may need JavaScript"):
        extract_html(f"<title>Short</title><body>Test{more}</body>", url=URL)
