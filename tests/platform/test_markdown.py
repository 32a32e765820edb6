"""Markdown becomes safe HTML: nothing that runs, nothing that looks like the site's own, nothing that takes long."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from time import thread_time
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from parley.discussion.comments.rules import LONGEST_COMMENT
from parley.platform.text import markdown
from parley.platform.text.cleaning import shorten, shorten_to_clause
from parley.platform.text.markdown import (
    ATTRIBUTES,
    MOST_MARKS,
    TAGS,
    count_links,
    excerpt,
    render,
    stored_excerpt,
    without_embeds,
)
from tests.conftest import SHARED

SANITIZER = SHARED / "sanitizer"
needs_payloads = pytest.mark.skipif(
    not SANITIZER.is_dir(), reason="the payload lists are not here (../shared/data/sanitizer)"
)
HREF = re.compile(r"(?i)(https?:|mailto:|[^a-z]|[a-z][a-z0-9+.-]*($|[^a-z0-9+.:-])|$)")
BUDGET_SECONDS = 0.1

OWN_PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](javascript&colon;alert(1))",
    "[a](\x01javascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    '[a](https://a.example "onmouseover=alert(1)")',
    "<javascript:alert(1)>",
    "![a](javascript:alert(1))",
    "[a]: javascript:alert(1)\n\n[a]",
    "<div hx-get=/c/1/delete hx-trigger=load>",
    '<a href="https://a.example" style="position:fixed" id="main" class="button">x</a>',
    "`<script>`",
    "    <script>alert(1)</script>",
    '```"><script>\nx\n```',
    "| <b onclick=x> |\n|---|\n| <i> |",
]


def strings(data: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        yield from (text for value in data.values() for text in strings(value))
    elif isinstance(data, list):
        yield from (text for value in data for text in strings(value))


def read(file: Path) -> Iterator[str]:
    raw = file.read_text(errors="replace")
    if file.suffix == ".jsonl":
        for line in raw.splitlines():
            yield from strings(json.loads(line))
    elif file.suffix == ".json":
        yield from strings(json.loads(raw))
    else:
        yield raw
        yield from raw.splitlines()


def payloads() -> list[str]:
    """The lists' texts, of feeds what they carry too."""
    found = {text for file in sorted(SANITIZER.rglob("*")) if file.is_file() for text in read(file)}
    for line in (SANITIZER / "feedparser-sanitize" / "tests.jsonl").read_text().splitlines():
        found.add(base64.b64decode(json.loads(line)["feed_b64"]).decode(errors="replace"))
    return sorted(text[:5_000] for text in found if "<" in text or ":" in text)


def tight(html: str) -> str:
    """Without the line ends between tags, which mean nothing."""
    return html.replace(">\n<", "><")


def assert_safe(html: str, source: str) -> None:
    for element in lxml.html.fragment_fromstring(html, create_parent="body").iterdescendants():
        assert element.tag in TAGS, (element.tag, source)
        allowed = ATTRIBUTES.get(element.tag, set()) | ({"rel"} if element.tag == "a" else set())
        assert set(element.attrib) <= allowed, (element.attrib, source)
        if element.tag == "a":
            assert HREF.match(element.get("href", "")), (element.get("href"), source)
            assert element.get("rel") == "nofollow ugc noopener"


@pytest.mark.parametrize("payload", OWN_PAYLOADS)
def test_what_runs_elsewhere_is_only_text_here(payload: str) -> None:
    assert_safe(render(payload), payload)


@needs_payloads
def test_no_known_payload_survives() -> None:
    tried = payloads()
    for payload in tried:
        assert_safe(render(payload), payload)
    lines = [" ".join(payload.split()) for payload in tried if len(payload) < 300]
    for dressed in ("[a]({})", "<{}>", "![a](<{}>)", "> - {}", "[a]: {}\n\n[a]", "`{}"):
        for start in range(0, len(lines), 10):
            source = "\n\n".join(map(dressed.format, lines[start : start + 10]))
            assert_safe(render(source), source)
    assert len(tried) > 1_000


@given(st.text(st.sampled_from("<>[]()!&#;:/\\\"'`*_~|-\n\t \x00javscriptonhe=xmlw1"), max_size=80))
def test_no_text_becomes_unsafe(source: str) -> None:
    assert_safe(render(source), source)


@pytest.mark.parametrize(
    ("typed", "exported"),
    [
        ("![a](http://a.b/c)", "\\![a](http://a.b/c)"),
        ("\\![a](http://a.b/c) \\\\![a][b]", "\\![a](http://a.b/c) \\\\\\![a][b]"),
        ("<img\nsrc=c> <IMG/src=c>", "\\<img\nsrc=c> \\<IMG/src=c>"),
        ("<style>@import 'c'</style>", "\\<style>@import 'c'</style>"),
        ("- <b>\n<img src=c>\n</b>", "- \\<b>\n\\<img src=c>\n\\</b>"),
        ("<http://a.b> a<3 vec<int> !", "<http://a.b> a<3 vec<int> !"),
    ],
)
def test_an_editor_loads_nothing_for_what_is_exported(typed: str, exported: str) -> None:
    assert without_embeds(typed) == exported


@given(
    st.lists(st.sampled_from(["!", "[", "](http://a.b)", "<img src=c>", "\\", "`", "\n", ">", " ", "a", "<", "/", "-"]))
)
def test_no_parser_finds_a_picture_or_a_tag_with_attributes_in_it(parts: list[str]) -> None:
    tokens = MarkdownIt("commonmark").parse(without_embeds("".join(parts)))
    found = [token for one in tokens for token in (one, *(one.children or ()))]
    assert [token.content for token in found if token.type == "image"] == []
    assert [token.content for token in found if "html" in token.type and re.search(r"<\w+[\s/]", token.content)] == []


@needs_payloads
def test_markdown_is_read_as_its_specification_says() -> None:
    """Our parser but for what differs on purpose: raw HTML, images, links of odd schemes, bare addresses."""
    ours = markdown._parser.__wrapped__().enable("image").disable("linkify")
    ours.validateLink = lambda _url: True  # type: ignore[method-assign]
    raw, escaped = MarkdownIt("commonmark"), MarkdownIt("commonmark", {"html": False})
    examples = json.loads((SANITIZER / "commonmark" / "spec.json").read_text())
    without_html = [one for one in examples if raw.render(one["markdown"]) == escaped.render(one["markdown"])]

    wrong = [one["example"] for one in without_html if tight(ours.render(one["markdown"])) != tight(one["html"])]

    assert wrong == []
    assert len(without_html) > 500


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("# Top", "<h3>Top</h3>"),
        ("###### Low", "<h6>Low</h6>"),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("3. three", '<ol start="3">\n<li>three</li>\n</ol>'),
        ("![a cat](https://a.example/cat.png)", 'href="https://a.example/cat.png"'),
        ("[a](https://a.example)", 'rel="nofollow ugc noopener"'),
        ("[a](/t/1)", 'href="/t/1"'),
        (
            "see https://a.example/x.",
            '<a href="https://a.example/x" rel="nofollow ugc noopener">https://a.example/x</a>.',
        ),
        ("**https://a.example/x_(y)**)", '<strong><a href="https://a.example/x_(y)" '),
        ("[see https://a.example/x](https://b.example)", '<a href="https://b.example" '),
        ("“https://a.example/x”, he said", '<a href="https://a.example/x" '),
        ("https://日本語.example/ä", '<a href="https://日本語.example/ä" '),
        ("HTTP://a.example", '<a href="HTTP://a.example" '),
        (
            "http://xn--/ http://a- http://a_b.example http://:80",
            "<p>http://xn--/ http://a- http://a_b.example http://:80</p>",
        ),
        ("//a.example mailto:a@b.example xhttp://a.example", "<p>//a.example mailto:a@b.example xhttp://a.example</p>"),
        ("node.js and a.b@c.example", "<p>node.js and a.b@c.example</p>"),
        ("[a](//a.example/x:y)", 'href="//a.example/x:y"'),
        ("<ada@a.example>", 'href="mailto:ada@a.example"'),
        ("a < b && c", "a &lt; b &amp;&amp; c"),
        ("| a |\n|---|\n| b |", "<td>b</td>"),
    ],
)
def test_markdown_becomes_what_it_should(source: str, html: str) -> None:
    assert html in render(source)


HARD = {
    "brackets": "[" * LONGEST_COMMENT,
    "links in links": "[a](" * (LONGEST_COMMENT // 4),
    "open links": "[" * (LONGEST_COMMENT // 2) + "](" * (LONGEST_COMMENT // 4),
    "images": "![" * (LONGEST_COMMENT // 2),
    "quotes": "> " * (LONGEST_COMMENT // 2),
    "nested quotes": "\n".join(">" * depth + " a" for depth in range(1, 280)),
    "nested lists": "\n".join("  " * depth + "- a" for depth in range(190)),
    "one-line lists": "- " * (LONGEST_COMMENT // 2),
    "stars": "*a " * (LONGEST_COMMENT // 3),
    "emphasis": "**a *b " * (LONGEST_COMMENT // 7),
    "closing emphasis": "*" * (LONGEST_COMMENT // 2) + "a" + "*" * (LONGEST_COMMENT // 2 - 1),
    "underscores": "_" * LONGEST_COMMENT,
    "tildes": "~~a" * (LONGEST_COMMENT // 3),
    "backticks": "".join("`" * length + "a" for length in range(1, 280)),
    "fences": "```\n" * (LONGEST_COMMENT // 4),
    "autolinks": "<a:" * (LONGEST_COMMENT // 3),
    "angles": "<" * LONGEST_COMMENT,
    "comments": "<!--" * (LONGEST_COMMENT // 4),
    "processing": "<?" * (LONGEST_COMMENT // 2),
    "entities": "&#" * (LONGEST_COMMENT // 2),
    "backslashes": "\\" * LONGEST_COMMENT,
    "references": "".join(f"[{number}]: /a\n" for number in range(3_000)),
    "one reference": "[a]: /b\n\n" + "[a]" * (LONGEST_COMMENT // 4),
    "titles": '[a](b "' * (LONGEST_COMMENT // 7),
    "wide table": "|a" * 5_000 + "\n" + "|-" * 5_000 + "\n" + "|\n" * 5_000,
    "long table": "|a|b|\n|-|-|\n" + "|a|b|\n" * 6_000,
    "headings": "# a\n" * (LONGEST_COMMENT // 4),
    "list": "- a\n" * (LONGEST_COMMENT // 4),
    "many short paragraphs": "a\n\n" * (LONGEST_COMMENT // 3),
    "narrow table": "|a" * 900 + "\n" + "|-" * 900 + "\n" + "|\n" * 900,
    "at the limit: list": "- a\n" * (MOST_MARKS // 4),
    "at the limit: headings": "# a\n" * (MOST_MARKS // 5),
    "at the limit: brackets": "[" * (MOST_MARKS // 2),
    "at the limit: images": "![" * (MOST_MARKS // 4),
    "at the limit: table": "|a" * 60 + "\n" + "|-" * 60 + "\n" + "|\n" * 64,
    "rules": "---\n" * (LONGEST_COMMENT // 4),
    "blank lines": "\n" * LONGEST_COMMENT,
    "spaces": " " * (LONGEST_COMMENT - 1) + "a",
    "one word": "a" * LONGEST_COMMENT,
    "emoji": "😀" * LONGEST_COMMENT,
    "zalgo": "Z\u0351\u036b\u0343" * (LONGEST_COMMENT // 4),
    "right to left": "\u202e\u2066" * (LONGEST_COMMENT // 2),
}


@pytest.mark.parametrize("written", ["\u202e", "&#x202e;", "&#8238;", "\u202d", "&#8237;"])
def test_no_link_is_shown_with_its_letters_reversed(written: str) -> None:
    assert ">elpmaxe.live</a>" in render(f"[{written}elpmaxe.live](https://evil.example/)")
    assert written not in render("*" * (MOST_MARKS + 1) + written)


def test_two_slashes_take_no_longer_than_other_marks() -> None:
    """One anonymous preview of this text held a web process for 7 seconds.

    curl -w '%{time_total}\\n' -o /dev/null --data-urlencode "body=$(python3 -c 'print("://" * 13000)')" \\
        http://localhost:8000/preview
    """
    started = thread_time()
    render("://" * 13_000)

    assert thread_time() - started < BUDGET_SECONDS


@pytest.mark.parametrize("name", HARD)
def test_nothing_takes_long(name: str) -> None:
    source = HARD[name][:LONGEST_COMMENT]
    times = []
    for _ in range(3):
        started = thread_time()
        html = render(source)
        times.append(thread_time() - started)

    assert min(times) < BUDGET_SECONDS
    assert len(html) < 40 * LONGEST_COMMENT
    assert_safe(html, name)


def test_what_is_nearly_all_markup_is_shown_as_typed() -> None:
    assert render("*a* <b> " * 2_000).startswith("<pre><code>*a* &lt;b&gt; *a*")
    assert "<td>b</td>" in render("|a|\n|-|\n" + "|b|\n" * 500)


def test_a_long_ordinary_text_is_no_dense_one() -> None:
    text = "Some *words* and [a link](https://a.example), then `code`, to fill a line of text.\n\n" * 250

    assert len(text) > 20_000
    assert "<em>words</em>" in render(text)


def test_links_are_counted_where_they_are_links() -> None:
    assert count_links(render("[a](https://a.example) <https://b.example> `[c](d)` [e](javascript:f)")) == 2


def test_nobody_is_quoted_with_the_words_of_somebody_else() -> None:
    quoted = "<blockquote><p>It thinks.</p><blockquote><p>It does.</p></blockquote><p>Ha.</p></blockquote>"

    assert stored_excerpt(f"{quoted}<p>No, it does not.</p>") == "No, it does not."
    assert stored_excerpt("<p>Look:</p><pre><code>x = 1</code></pre><p>That is all.</p>") == "Look: That is all."
    assert stored_excerpt("<blockquote><p>Only this.</p></blockquote>") == "Only this."


def test_an_excerpt_is_as_long_as_it_may_be_where_each_character_takes_six() -> None:
    assert excerpt(render('"' * 5_000), 300) == '"' * 299 + "…"
    assert excerpt(render("'" * 5_000 + "\n" * 2_000 + "a"), 300) == "'" * 299 + "…"


def test_an_excerpt_ends_at_a_word() -> None:
    assert excerpt(render("**Some** words & *more*")) == "Some words & more"
    assert excerpt("<p>" + "word " * 100 + "</p>", 22) == "word word word word…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("twelve chars", "twelve chars"),
        ("ends at, and more", "ends at…"),
        ("a comma, stood there", "a comma…"),
        ("没有空格的文字也要切断才行吧", "没有空格的文字也要切断…"),
        ("I " + "x" * 20, "I xxxxxxxxx…"),
    ],
)
def test_a_shortened_text_fits_and_ends_at_a_word_where_there_are_any(text: str, shown: str) -> None:
    assert shorten(text, 12) == shown
    assert len(shown) <= 12


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It costs little. It helps.", "It costs little. It helps."),
        ("It costs very little. But it helps a lot.", "It costs very little. …"),
        ("It costs little, as people say, but it helps.", "It costs little, as people say…"),
        ("It is so. They draft, test, and write programs.", "It is so. They draft, test…"),
        ("It is so. They always write long programs.", "It is so. They always write long…"),
        ("Costs are low – or so the people say at least.", "Costs are low…"),
        ("It works, e.g. for us, and it costs little.", "It works, e.g. for us…"),
    ],
)
def test_a_text_is_cut_at_a_sentence_or_a_clause_that_fits(text: str, shown: str) -> None:
    assert shorten_to_clause(text, 34) == shown
