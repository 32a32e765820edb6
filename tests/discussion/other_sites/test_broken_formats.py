"""What real exports of other sites have: broken XML, empty fields, private notes, quotes of a dialect."""

import gzip
import json
from pathlib import Path

import pytest

from parley.discussion.other_sites.formats import discourse, markup
from parley.discussion.other_sites.formats.markup import as_markdown
from parley.platform.errors import CommandFailed
from parley.site.cli.discussion_files import as_lines, read_all, shortfalls
from tests.discussion.other_sites.test_formats import (
    DISCOURSE,
    DISQUS,
    EXPECTED,
    HYPOTHESIS,
    WORDPRESS,
    lines,
    read_format,
    written,
)


@pytest.mark.parametrize(
    ("was", "broken", "said"),
    [
        ("<title>A</title>", "<title>A & B &nbsp; &copy;</title>", "Reply."),
        ("Reply.", "Caf\xe9", "Caf\xe9"),
    ],
)
def test_invalid_xml_as_sites_write_it_is_read(tmp_path: Path, was: str, broken: str, said: str) -> None:
    file = tmp_path / "export.xml"
    file.write_bytes(WORDPRESS.replace(was, broken).encode("windows-1252"))
    assert [one.body for one in read_format(file, "wordpress", None)][1] == said


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="ends in the middle"):
        read_format(written(tmp_path, WORDPRESS[:-60]), "wordpress", None)


def test_names_are_not_html_and_local_times_are_read(tmp_path: Path) -> None:
    old = WORDPRESS.replace("[Jon]", "[O&#039;Neil &amp; Co]").replace(
        "<wp:comment_date_gmt>2015-03-01 10:00:00<",
        "<wp:comment_date>2015-03-01 10:00:00</wp:comment_date><wp:comment_date_gmt>0000-00-00 00:00:00<",
    )
    found = read_format(written(tmp_path, old), "wordpress", None)[0]
    assert (found.author, found.created_utc) == ("O'Neil & Co", 1_425_204_000)


@pytest.mark.parametrize(
    "hidden",
    ["<wp:status>private</wp:status>", "<wp:status>trash</wp:status>", "<wp:post_password>x</wp:post_password>"],
)
def test_comments_of_posts_that_not_everybody_can_read_are_left_out(tmp_path: Path, hidden: str) -> None:
    public = WORDPRESS.replace("<title>A</title>", "<wp:status>publish</wp:status><wp:post_password/>")
    assert len(read_format(written(tmp_path, public), "wordpress", None)) == 2
    with pytest.raises(CommandFailed, match="no comments"):
        read_format(written(tmp_path, WORDPRESS.replace("<title>A</title>", hidden)), "wordpress", None)


def test_private_notes_are_left_out_and_a_reply_stays_below_what_is_there(tmp_path: Path) -> None:
    rows = HYPOTHESIS["rows"]
    assert isinstance(rows, list)
    private = rows[0] | {"id": "p", "permissions": {"read": ["acct:jon@hypothes.is"]}}
    reply = rows[1] | {"id": "c", "references": ["a", "gone"], "permissions": {"read": ["group:__world__"]}}
    found = read_format(written(tmp_path, {"rows": [*rows, private, reply]}), "hypothesis", None)
    assert [(one.id, one.parent_id) for one in found][2:] == [("hypothesis:c", "hypothesis:a")]


def test_a_highlight_without_words_is_left_out_unless_somebody_answered_it(tmp_path: Path) -> None:
    [root, reply] = HYPOTHESIS["rows"]
    result = {"total": 3, "rows": [root | {"text": ""}, reply, root | {"id": "c", "text": " "}]}

    found = read_format(written(tmp_path, result), "hypothesis", None)

    assert [(one.id, one.state) for one in found] == [
        ("hypothesis:a", "deleted_by_author"), ("hypothesis:b", "visible"),
    ]  # fmt: skip


def test_an_item_without_a_time_or_children_is_read(tmp_path: Path) -> None:
    item = {"id": 2, "type": "comment", "author": "jon", "created_at_i": None, "text": "One.", "children": None}
    found = read_format(written(tmp_path, {"id": 1, "children": [item]}), "hackernews", None)
    assert [(one.body, one.created_utc) for one in found] == [("One.", 0)]


@pytest.mark.parametrize(
    ("was", "broken"),
    [
        (' xmlns:dsq="http://disqus.com/disqus-internals"', ""),
        ("http://disqus.com/disqus-internals", "http://www.disqus.com/"),
        ('<?xml version="1.0" encoding="utf-8"?>', '\ufeff\n\n<?xml version="1.0" encoding="utf-8"?>'),
        ('<?xml version="1.0" encoding="utf-8"?>', "<!-- cut by hand -->"),
    ],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_file_that_was_cut_joined_or_packed_is_read(
    tmp_path: Path, was: str, broken: str, *, is_packed: bool
) -> None:
    file, content = tmp_path / "export", DISQUS.replace(was, broken).encode()
    assert content != DISQUS.encode()
    file.write_bytes(gzip.compress(content) if is_packed else content)
    assert lines(read_format(file, "disqus", "https://blog.example/a")) == EXPECTED["disqus"][1]


def test_tags_of_an_undeclared_prefix_are_read(tmp_path: Path) -> None:
    content = WORDPRESS.replace(' xmlns:wp="http://wordpress.org/export/1.2/"', "")
    assert lines(read_format(written(tmp_path, content), "wordpress", None)) == EXPECTED["wordpress"][1]


def test_a_truncated_compressed_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "export.xml.gz"
    file.write_bytes(gzip.compress(DISQUS.encode())[:-20])
    with pytest.raises(CommandFailed, match=r"export.xml.gz"):
        read_format(file, "disqus", "https://blog.example/a")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_that_was_saved_on_windows_is_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "export"
    file.write_text(json.dumps(HYPOTHESIS), encoding=encoding)
    assert len(read_format(file, "hypothesis", None)) == 2


def test_what_was_hidden_with_its_page_or_never_approved_is_not_shown(tmp_path: Path) -> None:
    hidden = DISQUS.replace("<title>A again</title>", "<isDeleted>true</isDeleted>")
    waiting = DISQUS.replace(
        "</isSpam>\n  <author><name>Ada", "</isSpam><isApproved>false</isApproved><author><name>Ada"
    )
    for content in (hidden, waiting):
        assert content != DISQUS
        assert read_format(written(tmp_path, content), "disqus", "https://blog.example/a") == []


@pytest.mark.parametrize("name", ["disqus", "wordpress", "discourse", "hypothesis"])
def test_a_file_without_comments_is_reported(tmp_path: Path, name: str) -> None:
    content = "<rss><channel/></rss>" if name in ("disqus", "wordpress") else {"rows": [], "posts": []}
    with pytest.raises(CommandFailed, match=f"no comments in the format {name}"):
        read_format(written(tmp_path, content), name, None)


def nested(deep: int) -> str:
    comments = "".join(
        f'{{"id":{one},"type":"comment","author":"a","text":"x","children":[' for one in range(2, deep + 2)
    )
    return f'{{"id":1,"children":[{comments}{"]}" * deep}]}}'


def test_long_chains_of_replies_are_read(tmp_path: Path) -> None:
    found = read_format(written(tmp_path, nested(5_000)), "hackernews", None)
    assert [one.parent_id for one in found][-2:] == ["hackernews:4999", "hackernews:5000"]


def test_replies_that_are_nested_too_deep_are_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="too deep.*JSON lines"):
        read_format(written(tmp_path, nested(30_000)), "hackernews", None)


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("discourse", {**DISCOURSE, "posts_count": 446}, 3),
        ("hypothesis", HYPOTHESIS | {"total": 446}, 2),
    ],
)
def test_a_page_of_a_longer_discussion_says_how_much_is_missing(
    tmp_path: Path, name: str, content: object, count: int
) -> None:
    found = read_all([written(tmp_path, content)], name)
    assert shortfalls(found)[0].partition(" has ")[2].startswith(f"446 comments there, and {count} were found.")
    assert shortfalls([one for one in found for _ in range(223)]) == []


def test_notices_of_a_topic_count_but_are_not_comments(tmp_path: Path) -> None:
    found = read_all([written(tmp_path, DISCOURSE | {"posts_count": 3})], "discourse")

    assert shortfalls(found) == []
    assert [one.id for one in as_lines(found)] == ["discourse:9/1", "discourse:9/3"]


def test_the_newest_posts_of_a_site_are_several_discussions(tmp_path: Path) -> None:
    [first, *_] = DISCOURSE["post_stream"]["posts"]
    found = read_all([written(tmp_path, {"latest_posts": [first, first | {"topic_id": 10}]})], "discourse")
    assert [one.id for one in found] == ["discourse:9/1", "discourse:10/1"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p>So <img class="emoji" alt=":smile:" src="https://e.example/s.png"></p>', "So :smile:"),
        ('<img src="https://e.example/cat.png" alt="A cat">', "[A cat](https://e.example/cat.png)"),
        ('<a href="https://e.example"><img src="https://e.example/cat.png"></a>', "[picture](https://e.example)"),
        ('<p>x <img class="avatar" src="https://e.example/me.png"></p>', "x"),
    ],
)
def test_a_picture_becomes_a_link(html: str, expected: str) -> None:
    assert as_markdown(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>See https://e.example/a_b and a_b</p>", "See https://e.example/a_b and a\\_b"),
        ("<p>1. One<br>2. Two</p><p># no, 1.5 - 1</p>", "1\\. One\\\n2\\. Two\n\n\\# no, 1.5 - 1"),
        ("<p>&gt; Said<br>---</p>", "\\> Said\\\n\\---"),
        ("<p>One<br></p><p>Two<br/>\n<br></p>", "One\n\nTwo"),
        ("<pre><code>a<br>b</code></pre>", "```\na\nb\n```"),
        ('<p><a class="mention" href="/u/bob">@bob</a><a href="#n1">[1]</a></p>', "@bob\\[1\\]"),
        ('<a href="//e.example/a.pdf" title="//e.example/a.pdf">a</a>', "[a](https://e.example/a.pdf)"),
        ('<a href="https://e.example"><img src="//e.example/a.png" alt="a"><div class="meta">9 KB</div></a>',
         "[a](https://e.example)"),
    ],
)  # fmt: skip
def test_markdown_says_what_the_html_says(html: str, expected: str) -> None:
    assert as_markdown(html) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("One\r\n<b>two</b>\n- three\n\nFour", "One\\\n**two**\\\n\\- three\n\nFour"),
        ("One\n\n<blockquote>Two</blockquote>\nThree\nfour\n\nFive", "One\n> Two\n\nThree\\\nfour\n\nFive"),
        ("<pre>a\n\nb</pre>\nc", "```\na\n\nb\n```\n\nc"),
    ],
)
def test_lines_of_wordpress_stay_lines(tmp_path: Path, typed: str, expected: str) -> None:
    said = WORDPRESS.replace("<wp:comment_content>Reply.", f"<wp:comment_content><![CDATA[{typed}]]>")

    [_, one] = read_format(written(tmp_path, said), "wordpress", None)

    assert one.body == expected


def test_links_through_disqus_lead_to_their_address(tmp_path: Path) -> None:
    link = "http://disq.us/url?url=https%3A%2F%2Fe.example%2F%3Fa%3D1%26b%3AAb-1_567890123456789012345&amp;cuid=1"
    said = DISQUS.replace("https://x.example", link).replace("See ", "@jon_b:disqus see ")

    [_, one, *_] = read_all([written(tmp_path, said)], "disqus")

    assert one.body.startswith("@jon\\_b see [this](https://e.example/?a=1&b)")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("*As typed*, with [a link](/t/9) :smile:", "*As typed*, with [a link](https://f.example/t/9) :smile:"),
        ('[quote="ada, post:3"]\nHers.\n[/quote]\nMine.', "From the HTML."),
        ("![plan|690x388](upload://4q.jpeg)", "From the HTML."),
        ("<b>x</b>", "From the HTML."),
    ],
)
def test_posts_with_markup_of_discourse_are_read_from_their_html(tmp_path: Path, raw: str, expected: str) -> None:
    post = {"topic_id": 9, "post_number": 2, "username": "jon", "created_at": "2015-03-01T10:00:00.000Z",
            "raw": raw, "cooked": "<p>From the HTML.</p>"}  # fmt: skip

    found = read_all([written(tmp_path, {"latest_posts": [post]})], "discourse")

    assert [one.body for one in discourse.of_forum(found, "https://f.example/")[1]] == [expected]


@pytest.mark.parametrize(
    "html",
    [
        "<p>One <br>two &amp; *three*</p>\n<p>Four_five</p>",
        "<P>One<br/>two<br />three</P>",
        "<p> &nbsp; </p><p>x</p>",
        "<p>&lt;b&gt; 1. x</p>",
    ],
)
def test_plain_text_becomes_what_the_converter_makes_of_it(monkeypatch: pytest.MonkeyPatch, html: str) -> None:
    plain = as_markdown(html)
    monkeypatch.setattr(markup, "_without_markup", lambda _: None)
    assert "".join(plain.split()) == "".join(as_markdown(html).split())


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h2>One</h2><br>\n<table><tr><td>x</td></tr></table>", "## One\n\n|  |\n| --- |\n| x |"),
        ("<b>One</b><br><h3>Two</h3><br>x", "**One**\n\n### Two\n\nx"),
        ("<p><i>One<br></i></p><p>Two<br>&nbsp;</p>", "*One*\n\nTwo"),
        ("<br>One<br>Two", "One\\\nTwo"),
    ],
)
def test_line_breaks_beside_blocks_leave_no_backslash(html: str, expected: str) -> None:
    assert as_markdown(html) == expected
