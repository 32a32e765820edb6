"""What a page states about its article: data before text, and nothing implausible."""

from datetime import UTC, datetime

import pytest

from parley.extraction.html.page import parse
from parley.extraction.metadata.licences import licence_name, reservations
from parley.extraction.metadata.reading import Metadata, read_metadata

URL = "https://news.example/2026/kettle"


LONG = "He was dismissed for an essay on kettles, which was found too hot."


def read(head: str, body: str = "<h1>The kettle question</h1><p>Words.</p>") -> Metadata:
    return read_metadata(parse(f"<html><head>{head}</head><body>{body}</body></html>", URL), URL)


def json_ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    "title",
    [
        "The kettle question | Example News", "The kettle question - Example News",
        "Example News – The kettle question", "The kettle question – news.example – 03.02.2026",
        "The kettle question_Example News",
    ],
)  # fmt: skip
def test_a_title_is_without_the_name_of_its_site(title: str) -> None:
    found = read(f'<title>{title}</title><meta property="og:site_name" content="Example News">', "<p>Words.</p>")
    assert found.title == "The kettle question"


def test_the_heading_of_the_article_is_preferred_to_that_of_the_site() -> None:
    head = '<meta property="og:title" content="The kettle question"><title>Hearth: The kettle question</title>'
    found = read(head, "<h1>Hearth</h1><h1>The Kettle Question</h1><p>Words.</p>")
    assert (found.title, found.where["title"]) == ("The Kettle Question", "heading")


def test_a_smaller_heading_is_the_title_where_the_main_heading_is_the_site_s_name() -> None:
    found = read(
        "<title>The kettle question_Tea_Hearth Daily</title>", "<h1>Hearth Daily</h1><h2>The kettle question</h2>"
    )
    assert (found.title, found.where["title"]) == ("The kettle question", "heading")


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("<h1>Why the kettle matters</h1>", "Why the kettle matters"),
        ('<h1><a href="/">Tea and other things</a></h1><h1>Why the kettle matters</h1>', "Why the kettle matters"),
        ("<h1>Why the kettle matters</h1><h1>What else we read this week</h1>", "Boil water cheaply: 9 tips"),
        ("<h1>Kitchen news</h1>", "Boil water cheaply: 9 tips"),
    ],
)
def test_the_only_main_heading_is_preferred_to_a_title_for_search_engines(body: str, title: str) -> None:
    assert read("<title>Boil water cheaply: 9 tips</title>", f"{body}<p>Words.</p>").title == title


@pytest.mark.parametrize(
    "body",
    [
        '<h1><a href="/">Talking Kettles</a></h1><h3>The kettle question</h3>',
        "<h1>Kettle</h1><h1>The kettle question</h1>",
    ],
)
def test_the_heading_closest_to_the_stated_title_is_preferred(body: str) -> None:
    head = '<meta property="og:title" content="The kettle question"><title>Talking Kettles: The kettle question</title>'
    assert read(head, f"{body}<p>Words.</p>").title == "The kettle question"


def test_people_are_preferred_to_the_organisation_that_publishes_them() -> None:
    data = """{"@graph": [{"@type": "NewsArticle", "headline": "The kettle question", "publisher": {"@id": "#us"},
        "author": [{"@id": "#us"}, {"@id": "#ada"}]}, {"@type": "Person", "@id": "#ada", "name": "Ada Osei"},
        {"@type": "Organization", "@id": "#us", "name": "Example News"}]}"""
    found = read(json_ld(data))
    assert (found.byline, found.site, found.where["byline"]) == (("Ada Osei",), "Example News", "json-ld")


def test_a_site_that_names_itself_as_the_author_is_not_believed() -> None:
    site = '<meta property="og:site_name" content="Example News"><meta name="author" content="Example News">'
    found = read(site, '<h1>The kettle question</h1><p class="author">von Ada Osei, Example News</p>')
    assert found.byline == ("Ada Osei",)


@pytest.mark.parametrize(
    "who", ["Example News", "Redaktion", "mh", "Institute of Kettles", "Kettle24 Redaktion", "Kettle staff reporter"]
)
def test_who_is_stated_and_no_person_is_the_author_where_nobody_else_is_named(who: str) -> None:
    assert read(f'<meta name="author" content="{who}">').byline == (who,)


@pytest.mark.parametrize(
    "line",
    [
        "<p>Text: Ada Osei</p>", "<h4>Author</h4><p><a>Ada Osei</a></p>", "<p><em>Von Ada Osei</em></p>",
        "<p>12.05.2026 | 13:10 Uhr | Ada Osei</p>", "<p>12.05.2026 13:30 von Ada Osei</p>",
        "<p>Written by: Ada Osei</p>", "<p><b><i>Ada Osei</i></b></p>",
    ],
)  # fmt: skip
def test_the_author_may_be_named_below_the_text(line: str) -> None:
    assert read("", f"<h1>The kettle question</h1>{'<p>Words of the article.</p>' * 30}{line}").byline == ("Ada Osei",)


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("<p><strong>Ada Osei/Ben Lund</strong></p>", ("Ada Osei", "Ben Lund")),
        ("<p><b>ADA OSEI</b></p>", ("Ada Osei",)),
        ("<p>A summary of the article.</p><p><b>Ada Osei</b></p>", ("Ada Osei",)),
        ("<p><b>Key Points</b></p>", ()),
        ("<p><b>Ada Osei</b> writes about tea</p>", ()),
        ("<p>Ada Osei</p>", ()),
    ],
)
def test_the_authors_may_be_named_in_bold_above_the_text(line: str, byline: tuple[str, ...]) -> None:
    text = "<p>The key to a good kettle are three points, which this article explains. " + "Words. " * 30 + "</p>"
    assert read("", f"<h1>The kettle question</h1>{line}{text}").byline == byline


def test_the_byline_below_the_heading_is_preferred_to_who_is_stated() -> None:
    posted = json_ld('{"@type": "Article", "author": {"@type": "Person", "name": "Ben Lund"}}')
    account = '<a rel="author" href="/author/ben">Ben Lund</a>'
    assert read(posted, f"<h1>The kettle question</h1><p>By Ada Osei</p><p>Words.</p>{account}").byline == ("Ada Osei",)


def test_by_lines_that_name_different_people_are_of_other_articles() -> None:
    others = "<div><p>A teaser.</p><h6>By Ada Osei</h6><p>A teaser.</p><h6>By Ben Lund</h6></div>"
    assert read("", f"<h1>The kettle question</h1>{'<p>Words of the article.</p>' * 30}{others}").byline == ()


@pytest.mark.parametrize(
    "line",
    [
        "<p>12.05.2026 | Law & Order</p>",
        "<p><b>Read On</b></p>",
        "<p><b>More Kettles</b></p><h2>Tea</h2>" + 3 * "<p>Words.</p>",
    ],
)
def test_a_line_below_the_text_that_names_nobody_is_no_byline(line: str) -> None:
    assert read("", f"<h1>The kettle question</h1>{'<p>Words of the article.</p>' * 30}{line}").byline == ()


def test_the_author_in_the_data_of_a_link_s_preview_is_read() -> None:
    head = '<meta name="twitter:label1" content="Verfasst von"><meta name="twitter:data1" content="Ada Osei @ada">'
    assert (read(head).byline, read(head).where["byline"]) == (("Ada Osei",), "meta twitter:data")


def test_the_byline_that_readers_see_is_preferred_to_the_account_that_posted_the_article() -> None:
    head = '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Ben Lund">'
    line = '<div class="tease-small"><a rel="author">Cy Roe</a></div>By <b class="author">Ada Osei</b>'
    assert read(head, f"<h1>The kettle question</h1>{line}").byline == ("Ada Osei",)


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ('<meta name="author" content="Big House"><meta name="copyright" content="Copyright (c) Big House 2026">', ""),
        (json_ld('{"@type":"Article","author":{"@type":"Person","name":"Eve Roe"}}'), "Editor : <a>Eve Roe</a>"),
        (json_ld('{"@type":"Article","author":{"@type":"Person","@id":"/author/admin/","name":"News D"}}'), ""),
    ],
)
def test_publishers_editors_and_the_site_s_account_are_not_authors(head: str, line: str) -> None:
    byline = '<div class="author-2">Ada Osei</div>'
    assert read(head, f"<h1>The kettle question</h1>{byline}<p>Words.</p><p>{line}</p>").byline == ("Ada Osei",)


def test_a_person_may_write_as_the_admin_of_a_blog() -> None:
    data = json_ld('{"@type":"Article","author":{"@type":"Person","url":"/author/admin/","name":"Ada"}}')
    assert read(data, '<h1>The kettle question</h1><p>Ada</p><a rel="author">Ben Lund</a>').byline == ("Ada",)


STATED = json_ld('{"@type": "Article", "author": {"@type": "Person", "name": "Añita Osei"}}')
WORDPRESS = '<img src="/wp-content/uploads/kettle.png">'


@pytest.mark.parametrize(
    ("body", "byline"),
    [
        (WORDPRESS, ()),
        (f"{WORDPRESS}<script>{{'by': 'A\\u00f1ita Osei'}}</script>", ("Añita Osei",)),
        (f'{WORDPRESS}<a href="/author/añita-osei">All articles</a>', ("Añita Osei",)),
        ("<p>Words.</p>", ("Añita Osei",)),
        ("<p>By Ben Lund</p>", ("Ben Lund",)),
    ],
)
def test_who_posted_an_article_is_its_author_only_if_the_page_names_them(body: str, byline: tuple[str, ...]) -> None:
    assert read(STATED, f"<h1>The kettle question</h1>{body}").byline == byline


def test_a_design_s_box_around_the_article_is_no_teaser() -> None:
    box = '<div class="elementor-widget"><p>By Ada Osei</p>' + "<p>Words of the article.</p>" * 8 + "</div>"
    assert read("", f"<div><h1>The kettle question</h1></div><p>{'Long words. ' * 20}</p>{box}").byline == ("Ada Osei",)


@pytest.mark.parametrize(
    ("marked", "byline"),
    [
        ('<footer><span class="author vcard">Ada</span></footer>', ("Ada",)),
        ('<div class="elementor-widget-container"><span class="post-author">Ada Osei</span></div>', ("Ada Osei",)),
        ('<a rel="author">Ada osei</a>', ("Ada osei",)),
        ('<span class="author">Ada</span>', ("Ada",)),
        ('<div id="author-line">Ada Osei</div>', ("Ada Osei",)),
        ('<span class="byline author">von Redaktion,</span>', ("Redaktion",)),
        ('<span class="author">Beitrag von ada » 12.05.2026</span>', ()),
    ],
)
def test_the_article_s_own_markup_names_its_author(marked: str, byline: tuple[str, ...]) -> None:
    page = f"<article><h1>The kettle question</h1><p>{'Words. ' * 30}</p>{marked}</article><footer>By Ben Lund</footer>"
    assert read("", page).byline == byline


@pytest.mark.parametrize(
    "line",
    [
        "12 May 2026", "Erstellt am: 12.05.2026", "Dienstag, 12. Mai 2026 - 14:30", "2026年05月12日 12時00分更新",
        "2026년 5월 12일", "12 de mayo de 2026", "Publié le 12 mai 2026 à 10h00", "12 мая 2026",
    ],
)  # fmt: skip
def test_the_date_beside_the_heading_is_preferred_to_others_in_the_text(line: str) -> None:
    body = f"<h1>The kettle question</h1><span>Updated 3 June 2026</span><p>{line}</p><p>Bought on 1 March 2020.</p>"
    assert read("", body).published_at == datetime(2026, 5, 12, tzinfo=UTC)


def test_a_date_in_an_address_or_far_below_the_heading_is_not_that_of_publication() -> None:
    body = f"<h2>Monday, 4 May 2026</h2><h1>The kettle question</h1><p>{'Words. ' * 80}</p><p>2 May 2010</p>"
    address = "<p>https://news.example/2010/05/18/world/</p>"
    for one in (body, body.replace("<p>", f"{address}<p>", 1)):
        assert read("", one).published_at == datetime(2026, 5, 4, tzinfo=UTC)


def test_a_date_beside_the_heading_that_is_labelled_as_an_update_s_is_not_that_of_publication() -> None:
    found = read("", "<h1>The kettle question</h1><b>Updated:</b> <i>June 3, 2026</i><p>Words.</p>")
    assert (found.published_at, found.updated_at) == (None, datetime(2026, 6, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    "marked",
    [
        '<figure><img src="/k.png"><figcaption>A <span class="author">Ben Lund</span></figcaption></figure>',
        '<div class="pull-quote">Tea! <span class="author">Ben Lund</span></div>',
        '<blockquote>Tea! <span class="author">Ben Lund</span></blockquote>',
        '<div class="tweet"><span class="tweet-author">Ben Lund</span></div>',
        f"<p>It was fired for an <a href='/op-ed'>op-ed</a> by Ben Lund, which argued this. {'Words. ' * 60}</p>",
        '<p>Listen to us: <a href="/one">Apple Podcasts</a></p>',
        '<a href="/categories/fruit">Fruit & Tools</a><p class="author">Fruit & Tools</p>',
        '<p class="author"><a rel="tag" href="/fruit-news">Fruit News</a></p>',
        '<p class="author"><b itemtype="https://schema.org/ListItem"><a href="/fruit-news">Fruit News</a></b></p>',
        '<p class="typewriter">Kyodo</p>',
        "<h3>Redaktion</h3><p>Leave A Reply</p>",
        '<div itemprop="review">Good tea. <span itemprop="author">Ben Lund</span></div>',
    ],
)
def test_who_is_quoted_or_took_the_picture_did_not_write_the_article(marked: str) -> None:
    assert read("", f"<article><h1>The kettle question</h1>{marked}</article>").byline == ()


@pytest.mark.parametrize(
    "marked",
    [
        '<aside><address><a rel="author">Ada Osei</a> and <a rel="author">Ben Lund</a></address></aside>',
        '<div><footer><a rel="author">Ada Osei</a>, <a rel="author">Ben Lund</a></footer></div>',
    ],
)
def test_all_authors_beside_or_below_the_text_are_named(marked: str) -> None:
    found = read("", f"<article><h1>The kettle question</h1><p>Words.</p>{marked}</article>")
    assert found.byline == ("Ada Osei", "Ben Lund")


@pytest.mark.parametrize(
    ("stated", "shown", "date"),
    [
        ("2026-05-12T22:30:00-05:00", "", datetime(2026, 5, 12, tzinfo=UTC)),
        ("2026-05-11T22:00:00Z", "12 May 2026", datetime(2026, 5, 12, tzinfo=UTC)),
        ("2026-05-13T03:37:00Z", "12.05.2026", datetime(2026, 5, 12, tzinfo=UTC)),
        ("2026-05-12T10:00:00Z", "12 May 2026", datetime(2026, 5, 12, 10, tzinfo=UTC)),
        ("2026-05-12T10:00:00Z", "3 May 2026", datetime(2026, 5, 12, 10, tzinfo=UTC)),
        ("2026-05-12", "13 May 2026", datetime(2026, 5, 12, tzinfo=UTC)),
    ],
)
def test_the_day_of_a_stated_time_is_that_of_its_place(stated: str, shown: str, date: datetime) -> None:
    head = f'<meta property="article:published_time" content="{stated}">'
    assert read(head, f"<h1>The kettle question</h1><p>{shown}</p><p>Words.</p>").published_at == date


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_date_that_no_article_has_is_left_out(date: str) -> None:
    assert read(f'<meta property="article:published_time" content="{date}">').published_at is None


@pytest.mark.parametrize("date", ["1762300800", "1762300800000"])
def test_a_time_in_seconds_since_1970_is_read(date: str) -> None:
    found = read(f'<meta name="pubdate" content="{date}">').published_at
    assert found is not None
    assert found.date().isoformat() == "2025-11-05"


@pytest.mark.parametrize("line", ["Oct. 13, 2016", "13 Oct. 2016", "Published: Oct. 13, 2016, 9:05 a.m."])
def test_a_month_may_be_shortened_with_a_point(line: str) -> None:
    found = read("", f"<h1>The kettle question</h1><p>{line}</p><p>Words.</p><p>August 9, 2022</p>").published_at
    assert found is not None
    assert found.date().isoformat() == "2016-10-13"


@pytest.mark.parametrize("line", ["<b>Registered:</b> <i>12 May 2016</i>", "<p>1975年1月28日（农历腊月十七）</p>"])
def test_a_person_s_date_beside_the_heading_is_not_the_article_s(line: str) -> None:
    body = f"<h1>The kettle question</h1>{line}<p>{'Words. ' * 20}</p><b>Date</b> 12.05.2026"
    assert read("", body).published_at == datetime(2026, 5, 12, tzinfo=UTC)


def test_authors_of_comments_and_other_articles_are_left_out() -> None:
    around = '<aside><a rel="author">Ben Lund</a></aside><div class="comments"><b class="author">Cy Roe</b></div>'
    assert read("", f"<h1>The kettle question</h1><p>Words.</p>{around}").byline == ()


BLOG = '<h1>The kettle question</h1><p class="byline">Posted on <a href="/2020">2 May 2020</a> by {}</p><p>Words.</p>'


@pytest.mark.parametrize(
    "marked",
    [
        '<span class="author vcard"><a class="url fn n" href="/author/c1ph4/">c1ph4</a></span>',
        '<a rel="author" href="/x">c1ph4</a>',
        '<a class="author" href="https://a.example/author/c1ph4">c1ph4</a>',
    ],
)
def test_what_is_marked_as_the_author_may_be_no_usual_name(marked: str) -> None:
    assert read("", BLOG.format(marked)).byline == ("c1ph4",)


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ('<a rel="author" href="/a">Ada Ose<span class="last-letter">i</span></a>', "Ada Osei"),
        ('<a rel="author" href="/a"><b>A</b>da Osei</a>', "Ada Osei"),
        ('<a rel="author" href="/a"><i class="given-name">Ada B.</i> <i class="surname">Osei</i></a>', "Ada B. Osei"),
        ('<a rel="author" href="/a">Ada Osei F.</a>', "Ada Osei F."),
        (f'<div class="author">{" " * 110}<a href="/a">Ada Osei</a></div>', "Ada Osei"),
        ("<ul><li><span>Author, </span><span>Ada Osei</span></li></ul>", "Ada Osei"),
    ],
)
def test_a_name_is_read_whole(marked: str, name: str) -> None:
    assert read("", f"<h1>The kettle question</h1>{marked}<p>Words.</p>").byline == (name,)


@pytest.mark.parametrize(
    "marked",
    [
        f"<p>{LONG} It was <a href='/e'>by Ben Lund</a>. {LONG}</p>",
        '<a itemprop="author" href="/140k">140k</a>',
    ],
)
def test_who_is_named_in_the_text_is_not_its_author(marked: str) -> None:
    assert read("", f"<h1>The kettle question</h1>{marked}<p>Words.</p>").byline == ()


def test_a_person_may_have_the_name_of_their_site() -> None:
    own = '<span class="author vcard"><a rel="author" href="/author/ada">ada</a></span>'
    assert read('<meta property="og:site_name" content="Ada">', BLOG.format(own)).byline == ("ada",)


def test_a_line_below_the_heading_names_the_author() -> None:
    assert read("", "<h1>The kettle question</h1><p>By <b>Ada Osei</b></p><p>Words.</p>").byline == ("Ada Osei",)


def test_scholarly_pages_name_the_last_name_first() -> None:
    head = '<meta name="citation_author" content="Osei, Ada"><meta name="citation_author" content="Lund, Ben T.">'
    assert read(head).byline == ("Ada Osei", "Ben T. Lund")


def test_an_update_is_kept_without_a_date_of_publication() -> None:
    found = read('<meta property="article:modified_time" content="2026-02-05T10:00:00Z">')
    assert found.updated_at == datetime(2026, 2, 5, 10, tzinfo=UTC)


def test_a_date_with_slashes_is_read() -> None:
    assert read('<meta name="citation_date" content="2020/04/07">').published_at == datetime(2020, 4, 7, tzinfo=UTC)


@pytest.mark.parametrize("broken", ["{", "[1, 2", '{"@type": 7}', '{"author": {"name": {"name": 3}}}', "[" * 90_000])
def test_broken_data_spoils_nothing(broken: str) -> None:
    assert read(json_ld(broken)).title == "The kettle question"


@pytest.mark.parametrize(
    ("head", "licence"),
    [
        ('<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">', "https://creativecommons.org/licenses/by/4.0/"),
        (json_ld('{"@type": "Article", "headline": "The kettle question", "license": "/terms/reuse"}'), "https://news.example/terms/reuse"),
        ('<meta name="dcterms.rights" content="CC BY-SA 3.0">', "CC BY-SA 3.0"),
        ('<meta name="dc.rights" content="All rights reserved.">', None),
        ('<link rel="license" href="javascript:alert(1)">', None),
        ('<link rel="license" href="https://news.example/">', None),
        (json_ld('{"@type": "Article", "headline": "The kettle question"}'), None),
        ('<link rel="license" href="#reuse">', None),
    ],
)  # fmt: skip
def test_a_licence_is_an_address_or_names_one(head: str, licence: str | None) -> None:
    found = read(f"{head}<title>The kettle question</title>")
    assert found.licence == licence
    assert ("licence" in found.where) == (licence is not None)


def test_the_licence_of_a_picture_is_not_the_article_s() -> None:
    picture = (
        '<figure><img src=a.png><a rel="license" href="https://creativecommons.org/licenses/by/2.0/">CC</a></figure>'
    )
    assert read("", f"<h1>The kettle question</h1>{picture}<p>Words.</p>").licence is None


@pytest.mark.parametrize(
    ("licence", "name"),
    [
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/", "CC BY-NC-SA 4.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
        ("https://www.news.example/reuse", "news.example"),
        ("CC BY 4.0", "CC BY 4.0"),
    ],
)
def test_a_licence_has_a_short_name(licence: str, name: str) -> None:
    assert licence_name(licence) == name


@pytest.mark.parametrize(
    ("robots", "tdm", "reserved"),
    [
        (["noai, NOIMAGEAI"], None, ("noai", "noimageai")),
        (["index, max-snippet:50"], "0", ("max-snippet",)),
        (["max-snippet:-1, max-image-preview:large"], None, ()),
        (["otherbot: noarchive"], "1", ("tdm-reservation",)),
        ([], None, ()),
    ],
)
def test_what_a_page_reserves_is_read(robots: list[str], tdm: str | None, reserved: tuple[str, ...]) -> None:
    assert reservations(robots, tdm) == reserved
    head = "".join(f'<meta name="robots" content="{one}">' for one in robots)
    assert read(head + (f'<meta name="tdm-reservation" content="{tdm}">' if tdm else "")).reservations == reserved


def test_the_section_and_what_is_said_about_the_only_author() -> None:
    bio = "Ada Osei writes about machines and those who repair them."
    node = '{"@type": "Article", "headline": "The kettle question", "articleSection": ["Opinion"], "author": %s}'
    found = read(json_ld(node % f'{{"name": "Ada Osei", "description": "{bio}"}}'))
    assert (found.section, found.bio) == ("Opinion", bio)
    both = f'[{{"name": "Ada Osei", "description": "{bio}"}}, {{"name": "Ben Lund"}}]'
    assert read(json_ld(node % both)).bio is None


def test_data_in_cdata_is_read_and_a_date_keeps_its_day_in_its_own_zone() -> None:
    data = '{"@type": "Article", "headline": "The kettle question", "author": {"name": "Ada Osei"}, '
    found = read(json_ld(f'//<![CDATA[\n{data} "datePublished": "2024-03-01T23:30:00-05:00"}}\n//]]>'))
    assert found.byline == ("Ada Osei",)
    assert found.published_at == datetime(2024, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "beside",
    [
        "<aside><h3><a href=/y>Another story</a></h3><time datetime=2020-01-01>1 January 2020</time></aside>",
        "<table class=infobox><tr><th>Founded</th><td><time datetime=1998-09-04>4 September 1998</time></table>",
    ],
)
def test_the_date_of_another_story_or_of_the_subject_is_none_of_the_article(beside: str) -> None:
    assert read("", f"<h1>The kettle question</h1><p>{LONG}</p>{beside}").published_at is None
