"""Reading RSS, Atom, RDF and JSON feeds, lists of feeds and robots.txt, also hostile ones."""

import json
from datetime import UTC, datetime

import pytest

from parley.extraction.errors import CannotImport
from parley.interfaces.inbound_feeds import sandbox
from parley.interfaces.inbound_feeds.parsing import addresses, parse
from parley.interfaces.inbound_feeds.rules import FeedDocument

URL = "https://blog.example/feeds/all"
DAY = datetime(2026, 11, 2, 10, tzinfo=UTC)
RSS = b"""<rss version="2.0"><channel><title>A &amp; B</title><ttl>90</ttl>
<item><title>One &lt;i&gt;word&lt;/i&gt;</title><link>/one</link><guid>7</guid>
<description>&lt;p&gt;Some &lt;b&gt;words&lt;/b&gt;.&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;</description>
<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>A &amp; B</title><link rel="self" href="/self"/>
<entry><id>7</id><title type="html">One &lt;i>word&lt;/i></title>
<link rel="enclosure" href="/sound.mp3"/><link href="../one"/><summary>Some words.</summary>
<published>2026-11-02T11:00:00+01:00</published><updated>2026-11-03T10:00:00Z</updated></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>A &amp; B</title></channel>
<item rdf:about="https://blog.example/one"><title>One word</title><link>https://blog.example/one</link>
<description>Some words.</description><dc:date>2026-11-02T10:00:00Z</dc:date></item></rdf:RDF>"""
JSON = json.dumps({
    "version": "https://jsonfeed.org/version/1.1",
    "title": "A & B",
    "items": [{"id": 7, "url": "/one", "title": "One word", "content_html": "<p>Some <b>words</b>.</p>",
               "date_published": "2026-11-02T10:00:00Z"}, "no item", {"id": "x"}, {"url": 7}],
}).encode()  # fmt: skip


@pytest.mark.parametrize(
    "data", [RSS, ATOM, RDF, JSON, b"\xef\xbb\xbf" + JSON], ids=["rss", "atom", "rdf", "json", "bom"]
)
def test_every_format_says_the_same(data: bytes) -> None:
    found = parse(data, URL)

    assert found is not None
    assert found.title == "A & B"
    [entry] = found.entries
    assert (entry.url, entry.title, entry.published_at) == ("https://blog.example/one", "One word", DAY)
    assert entry.summary.startswith("Some words.")


@pytest.mark.parametrize(
    "data",
    [
        b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>7</id><link href="/one"/>
<title>Using &lt;dialog&gt; &amp;amp; lists</title><summary type="text">If a &lt;b and c</summary></entry></feed>""",
        json.dumps({
            "version": "https://jsonfeed.org/version/1",
            "items": [{"url": "/one", "title": "Using <dialog> &amp; lists", "content_text": "If a <b and c"}],
        }).encode(),
    ],
    ids=["atom", "json"],
)  # fmt: skip
def test_plain_text_keeps_its_angle_brackets(data: bytes) -> None:
    found = parse(data, URL)

    assert found is not None
    assert [(one.title, one.summary) for one in found.entries] == [("Using <dialog> & lists", "If a <b and c")]


@pytest.mark.parametrize("content_type", ["", "text/xml", "application/rss+xml; charset=utf-8"])
@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "windows-1252", None])
@pytest.mark.parametrize("written", ["utf-8", "windows-1252"])
def test_a_wrongly_declared_charset_is_corrected(written: str, declared: str | None, content_type: str) -> None:
    words = "Café – “naïve” résumé’s €5 Größe"
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    item = f"<item><title>{words}</title><link>/one</link></item>"
    found = parse(f"{declaration}<rss version='2.0'><channel>{item}</channel></rss>".encode(written), URL, content_type)

    assert found is not None
    assert [one.title for one in found.entries] == [words]


def test_an_id_is_used_as_link_only_if_it_is_a_full_address() -> None:
    ids = "".join(f"<item><guid>{one}</guid></item>" for one in ("abc123", "https://a.example/1"))
    found = parse(f"<rss version='2.0'><channel>{ids}</channel></rss>".encode(), URL)

    assert found is not None
    assert [one.url for one in found.entries] == ["https://a.example/1"]


def test_an_item_without_a_web_address_is_not_an_entry() -> None:
    links = (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://a.example/",
        "https://[",
        "",
        "https://a.example/" + "x" * 2_000,
    )
    items = "".join(f"<item><title>t</title><link>{one}</link></item>" for one in (*links, "https://a.example/"))
    found = parse(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), "")

    assert found is not None
    assert [one.url for one in found.entries] == ["https://a.example/"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'{"version": "https://jsonfeed.org/version/9", "items": 3}',
        b'{"version": "https://jsonfeed.org/version/1", "items": [' + b"[" * 50_000,
        b"<html><head><title>Sign in</title></head><body><p>Words</p></body></html>",
        b"https://blog.example/feed.xml",
        b"/etc/passwd",
        b"\x1f\x8b\x08\x00 no gzip",
        b"<rss version='2.0'><channel><item><pubDate>99999-99-99</pubDate><link>https://a.example/</link></item>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><updated>0000-00-00T00:00:00Z</updated></entry></feed>",
        "<rss version='2.0'><channel><title>\ud800\x00</title></channel></rss>".encode("utf-8", "surrogatepass"),
    ],
)
def test_any_bytes_are_read_as_a_feed_or_refused(data: bytes) -> None:
    found = parse(data, URL)

    assert found is None or isinstance(found, FeedDocument)


def test_entities_reach_no_file_and_do_not_multiply() -> None:
    doctype = '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    item = "<item><title>&f;&b;</title><link>https://a.example/</link></item>"
    found = parse(f"{doctype}<rss version='2.0'><channel>{item}</channel></rss>".encode(), URL)

    assert found is not None
    assert all("root:" not in one.title and len(one.title) < 100 for one in found.entries)


def test_opml_lists_each_feed_once() -> None:
    outlines = (
        '<outline text="Folder"><outline type="rss" xmlUrl="https://a.example/feed"/></outline>'
        '<outline xmlUrl="https://a.example/feed"/><outline xmlurl="http://b.example/rss"/>'
        '<outline xmlURL="feed://c.example/rss"/><outline XMLURL="feed:https://d.example/rss"/>'
        '<outline xmlUrl="file:///etc/passwd"/><outline htmlUrl="https://c.example/"/>'
    )

    assert addresses(f"<opml version='1.0'><body>{outlines}</body></opml>".encode()) == [
        "https://a.example/feed",
        "http://b.example/rss",
        "http://c.example/rss",
        "https://d.example/rss",
    ]
    assert addresses(b"<html/>") == addresses(b"") == addresses(b"words") == []


@pytest.mark.anyio
@pytest.mark.sandboxed
async def test_the_child_reads_feeds_and_is_ended_when_it_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    found = await sandbox.read_feed(RSS, URL, "application/rss+xml")
    monkeypatch.setattr(sandbox, "_SECONDS", 1)

    assert found == parse(RSS, URL, "application/rss+xml")
    with pytest.raises(CannotImport, match="too much time"):
        await sandbox.read_feed(b"<rss version='2.0'>" + b"<item><title>a</title></item>" * 150_000, URL)


@pytest.mark.anyio
async def test_only_the_newest_entries_of_a_very_long_feed_are_read() -> None:
    """The worker compared all 300,000 that fit into 10 MB: that took half a minute, in which no other job ran."""
    most, newest = sandbox.MOST_ENTRIES, "2026-11-02T10:00:00Z"
    items = [{"url": f"/{number}"} for number in range(most)] + [{"url": "/new", "date_published": newest}]
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}

    found = await sandbox.read_feed(json.dumps(feed).encode(), URL)

    assert found is not None
    assert [entry.url.rpartition("/")[2] for entry in found.entries] == ["new", *map(str, range(most - 1))]
