"""Files of other sites: every thread and reply in its place. Written after the documentation of each format."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments import anchor_moves
from parley.discussion.other_sites.formats.markup import as_markdown
from parley.discussion.other_sites.loading import ImportLine, import_discussion
from parley.platform import db
from parley.platform.errors import CommandFailed
from parley.site.cli.discussion_files import as_lines, of_discussion, read_all
from tests import make
from tests.conftest import SHARED

DISQUS = """<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<thread dsq:id="1"><id /><forum>x</forum><link>https://blog.example/a</link><title>A</title></thread>
<thread dsq:id="2"><id /><link>https://blog.example/a</link><title>A again</title></thread>
<thread dsq:id="3"><id /><link>https://blog.example/b</link><title>B</title></thread>
<post dsq:id="10"><id /><message><![CDATA[<p>First <b>words</b>.</p>]]></message>
  <createdAt>2015-03-01T10:00:00Z</createdAt><isDeleted>true</isDeleted><isSpam>false</isSpam>
  <author><name>Jon</name><username>jon</username></author><thread dsq:id="1" /></post>
<post dsq:id="11"><message><![CDATA[<p>See <a href="https://x.example">this</a>.<br>Two</p><script>x</script>]]></message>
  <createdAt>2015-03-01T11:00:00Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>
  <author><name>Ada</name></author><thread dsq:id="2" /><parent dsq:id="10" /></post>
<post dsq:id="12"><message>Buy!</message><createdAt>2015-03-01T11:00:00Z</createdAt><isDeleted>false</isDeleted>
  <isSpam>true</isSpam><author><name>Spam</name></author><thread dsq:id="1" /></post>
<post dsq:id="13"><message>B.</message><createdAt>x</createdAt><author><name>Eve</name></author>
  <thread dsq:id="3" /></post>
</disqus>"""
WORDPRESS = """<?xml version="1.0"?>
<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item><title>A</title><link>https://blog.example/a</link>
<wp:comment><wp:comment_id>5</wp:comment_id><wp:comment_author><![CDATA[Jon]]></wp:comment_author>
  <wp:comment_date_gmt>2015-03-01 10:00:00</wp:comment_date_gmt><wp:comment_content><![CDATA[One.

Two <em>here</em>.]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved>
  <wp:comment_type></wp:comment_type><wp:comment_parent>0</wp:comment_parent></wp:comment>
<wp:comment><wp:comment_id>6</wp:comment_id><wp:comment_content>Ping</wp:comment_content>
  <wp:comment_approved>1</wp:comment_approved><wp:comment_type>pingback</wp:comment_type></wp:comment>
<wp:comment><wp:comment_id>7</wp:comment_id><wp:comment_author>Ada</wp:comment_author>
  <wp:comment_date_gmt>2015-03-02 10:00:00</wp:comment_date_gmt><wp:comment_content>Reply.</wp:comment_content>
  <wp:comment_approved>1</wp:comment_approved><wp:comment_type>comment</wp:comment_type>
  <wp:comment_parent>5</wp:comment_parent></wp:comment>
<wp:comment><wp:comment_id>8</wp:comment_id><wp:comment_content>Held.</wp:comment_content>
  <wp:comment_approved>0</wp:comment_approved><wp:comment_parent>5</wp:comment_parent></wp:comment>
</item></channel></rss>"""
HACKER_NEWS = {
    "id": 1, "type": "story", "author": "pg", "children": [
        {"id": 2, "type": "comment", "author": "jon", "created_at_i": 1_425_204_000, "text": "One.<p>Two.",
         "children": [
            {"id": 3, "type": "comment", "author": None, "created_at_i": 1_425_204_060, "text": None, "children": [
                {"id": 4, "type": "comment", "author": "ada", "created_at_i": 1_425_204_120, "text": "It&#x27;s so.",
                 "children": []}]}]}]}  # fmt: skip
HYPOTHESIS = {"total": 2, "rows": [
    {"id": "a", "created": "2015-03-01T10:00:00.123456+00:00", "uri": "https://blog.example/a", "text": "Why?",
     "user": "acct:jon@hypothes.is", "references": [], "target": [{"source": "https://blog.example/a", "selector": [
         {"type": "RangeSelector", "startContainer": "/p[1]"},
         {"type": "TextQuoteSelector", "exact": "the words", "prefix": "", "suffix": ""}]}]},
    {"id": "b", "created": "2015-03-01T11:00:00+00:00", "uri": "https://blog.example/a", "text": "Because.",
     "user": "acct:ada@hypothes.is", "references": ["a"], "target": []}]}  # fmt: skip
DISCOURSE = {"post_stream": {"posts": [
    {"topic_id": 9, "post_number": 1, "username": "jon", "created_at": "2015-03-01T10:00:00.000Z",
     "cooked": "<p>Hello.</p>", "post_type": 1, "reply_to_post_number": None},
    {"topic_id": 9, "post_number": 2, "username": "system", "created_at": "2015-03-01T10:00:00.000Z",
     "cooked": "closed", "post_type": 3},
    {"topic_id": 9, "post_number": 3, "username": "ada", "created_at": "2015-03-01T10:00:00.000Z", "raw": "*Hi.*",
     "cooked": "<p><em>Hi.</em></p>", "post_type": 1, "reply_to_post_number": 1}]}}  # fmt: skip

CORAL = """{"id": "u1", "username": "jon", "email": "jon@example.org", "role": "COMMENTER"}
{"id": "s1", "url": "https://blog.example/a", "commentCounts": {}}
{"id": "a", "storyID": "s1", "parentID": null, "authorID": "u1", "status": "NONE", "actionCounts": {"REACTION": 3},\
 "createdAt": {"$date": "2015-03-01T10:00:00.000Z"},\
 "revisions": [{"body": "Old."}, {"body": "<div>New &amp; <b>so</b></div>"}]}
{"id": "b", "storyID": "s1", "parentID": "a", "authorID": "u2", "status": "REJECTED", "revisions": [{"body": "Rude."}],\
 "createdAt": {"$date": {"$numberLong": "1425290400000"}}}
{"id": "c", "storyID": "s1", "parentID": "b", "authorID": "u1", "status": "APPROVED",\
 "revisions": [{"body": "Reply."}],\
 "createdAt": {"$date": 1425376800000}}
{"id": "d", "storyID": "s1", "parentID": "b", "deletedAt": {"$date": "2016-03-03T10:00:00.000Z"}, "revisions": [],\
 "createdAt": {"$date": "2015-03-03T10:00:00.000Z"}}
"""

ANNOTATIONS = {"type": "AnnotationPage", "items": [
    {"id": "https://h.example/a/1", "motivation": "commenting", "created": "2015-03-01T10:00:00Z",
     "creator": {"type": "Person", "name": "Jon"},
     "body": [{"type": "TextualBody", "value": "Why?"}, {"purpose": "tagging", "value": "asks"}],
     "target": {"source": "https://blog.example/a", "selector": [{"type": "TextQuoteSelector", "exact": "words"}]}},
    {"id": "https://h.example/a/2", "motivation": "replying", "created": "2015-03-01T10:01:00Z", "creator": "Ada",
     "body": {"type": "TextualBody", "value": "<p><b>So.</b></p>", "format": "text/html"},
     "target": "https://h.example/a/1"},
    {"id": "https://h.example/a/3", "motivation": "replying", "created": "2015-03-01T10:02:00Z", "bodyValue": "Gone.",
     "target": "https://h.example/a/9"}]}  # fmt: skip

Found = list[tuple[str, str | None, str | None, str]]
EXPECTED: dict[str, tuple[object, Found]] = {
    "disqus": (DISQUS, [
        ("disqus:10", None, "Jon", "[deleted]"),
        ("disqus:11", "disqus:10", "Ada", "See [this](https://x.example).\\\nTwo"),
    ]),
    "wordpress": (WORDPRESS, [
        ("wordpress:5", None, "Jon", "One.\n\nTwo *here*."),
        ("wordpress:7", "wordpress:5", "Ada", "Reply."),
    ]),
    "hackernews": (HACKER_NEWS, [
        ("hackernews:2", None, "jon", "One.\n\nTwo."),
        ("hackernews:3", "hackernews:2", None, "[deleted]"),
        ("hackernews:4", "hackernews:3", "ada", "It's so."),
    ]),
    "hypothesis": (HYPOTHESIS, [
        ("hypothesis:a", None, "jon", "Why?"),
        ("hypothesis:b", "hypothesis:a", "ada", "Because."),
    ]),
    "coral": (CORAL, [
        ("coral:a", None, "jon", "New & **so**"),
        ("coral:b", "coral:a", None, "[removed]"),
        ("coral:c", "coral:b", "jon", "Reply."),
    ]),
    "annotations": (ANNOTATIONS, [
        ("annotation:https://h.example/a/1", None, "Jon", "Why?"),
        ("annotation:https://h.example/a/2", "annotation:https://h.example/a/1", "Ada", "**So.**"),
        ("annotation:https://h.example/a/3", None, None, "Gone."),
    ]),
    "discourse": (DISCOURSE, [
        ("discourse:9/1", None, "jon", "Hello."),
        ("discourse:9/3", "discourse:9/1", "ada", "*Hi.*"),
    ]),
}  # fmt: skip


def written(folder: Path, content: object) -> Path:
    file = folder / "export"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def read_format(file: Path, format_: str, from_: str | None) -> list[ImportLine]:
    return as_lines(of_discussion(read_all([file], format_), from_))


def lines(found: list[ImportLine]) -> Found:
    return [(one.id, one.parent_id, one.author, one.body) for one in found]


@pytest.mark.parametrize("name", EXPECTED)
def test_each_format_is_read_with_its_tree(tmp_path: Path, name: str) -> None:
    content, expected = EXPECTED[name]
    from_ = "https://blog.example/a" if name == "disqus" else None

    found = read_format(written(tmp_path, content), name, from_)

    assert lines(found) == expected
    assert all(one.created_utc > 1_425_000_000 for one in found)


def test_a_file_with_several_discussions_asks_for_one(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"2 discussions.*blog.example/a \(3\)"):
        read_format(written(tmp_path, DISQUS), "disqus", None)
    with pytest.raises(CommandFailed, match="no discussion elsewhere"):
        read_format(written(tmp_path, DISQUS), "disqus", "elsewhere")


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + ']><disqus xmlns="http://disqus.com"><post><message>&j;</message></post></disqus>'  # fmt: skip
FILE = (
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    '<disqus xmlns="http://disqus.com"><post><message>&a;</message></post></disqus>'
)


@pytest.mark.parametrize("content", [BOMB, FILE])
def test_entities_of_a_file_are_not_read(tmp_path: Path, content: str) -> None:
    found: list[ImportLine] = []
    with suppress(CommandFailed):
        found = read_format(written(tmp_path, content), "disqus", None)
    assert all(len(one.body) < 10 for one in found)


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("content", ["", "no file", "[" * 100_000, '{"rows": 1}'])
def test_a_file_of_another_kind_is_refused_or_empty(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises(CommandFailed, match="export"):
        read_format(written(tmp_path, content), name, None)


def test_a_control_character_does_not_end_an_xml_file(tmp_path: Path) -> None:
    broken = DISQUS.replace("See ", "See\x08 ")
    assert len(read_format(written(tmp_path, broken), "disqus", "https://blog.example/a")) == 2


def test_markup_that_is_too_deep_becomes_plain_text() -> None:
    assert as_markdown("<blockquote>" * 2_000 + "words" + "</blockquote>" * 2_000) == "words"
    assert as_markdown("<p>a</p><img src=x onerror=alert()><script>b</script>") == "a"


@pytest.mark.anyio
async def test_annotations_are_anchored_to_the_words_that_the_article_here_has(app: Litestar, tmp_path: Path) -> None:
    thread = await make.thread()
    [first, *_] = await make.lineages(thread)
    found = read_format(written(tmp_path, HYPOTHESIS), "hypothesis", None)
    [root, reply] = found
    assert root.quote == "the words"
    here = msgspec.structs.replace(root, id="x", quote="answers  before", stance="asks")

    await import_discussion(thread, [root, reply, here], lambda _: None)

    rows = {row.imported_id: row for row in await db.fetch(Imported, IMPORTED, thread)}
    assert rows["x"] == Imported("x", first, "answers before", "same", "asks", "Why?")
    assert rows["hypothesis:a"] == Imported("hypothesis:a", None, None, None, None, "> the words\n\nWhy?")
    async with db.atomic():
        await anchor_moves.after_revise(thread, 1, 1)


IMPORTED = "select imported_id, passage, quote, anchor, stance, body from comment where thread = $1"


class Imported(msgspec.Struct, frozen=True):
    imported_id: str
    passage: int | None
    quote: str | None
    anchor: str | None
    stance: str | None
    body: str


@pytest.mark.anyio
async def test_a_thread_moves_to_another_parley_with_its_tree_stances_and_anchors(
    app: Litestar, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    jon, old, new = await make.member("jon"), await make.thread(), await make.thread()
    [lineage, *_] = await make.lineages(old)
    root = await make.comment(old, jon, "It *does*.", stance="challenges", passage=lineage, quote="The model answers")
    gone = await make.comment(old, jon, "Gone.", parent=root)
    await make.comment(old, jon, "Why?", parent=gone)
    await make.vote(await make.member(), root)
    await editing.delete_comment(viewer=jon, comment_id=gone)
    download = await client.get(f"/t/{old}/export.json")

    await import_discussion(new, read_format(written(tmp_path, download.text), "parley", None), lambda _: None)

    [before, after] = [(await client.get(f"/t/{thread}/export.json")).json() for thread in (old, new)]
    assert [moved(one) for one in after["comments"]] == [moved(one) for one in before["comments"]]


@pytest.mark.anyio
async def test_annotations_of_a_thread_are_read_back(app: Litestar, client: httpx.AsyncClient, tmp_path: Path) -> None:
    jon, old, new = await make.member("jon"), await make.thread(), await make.thread()
    [lineage, *_] = await make.lineages(old)
    root = await make.comment(old, jon, "It *does*.", stance="challenges", passage=lineage, quote="The model answers")
    await make.comment(old, jon, "Why?", parent=await make.comment(old, jon, "Because.", parent=root))
    page = await client.get(f"/t/{old}/annotations.jsonld")

    await import_discussion(new, read_format(written(tmp_path, page.text), "annotations", None), lambda _: None)

    [before, after] = [(await client.get(f"/t/{thread}/annotations.jsonld")).json()["items"] for thread in (old, new)]
    kept = ("motivation", "created", "creator", "body")
    assert [[one[name] for name in kept] for one in after] == [[one[name] for name in kept] for one in before]
    assert [one["target"]["selector"] for one in (before[0], after[0])] == [before[0]["target"]["selector"]] * 2


def moved(comment: dict[str, Any]) -> tuple[Any, ...]:
    """What stays of a comment elsewhere."""
    author, anchor = comment["author"] or {}, comment["anchor"] or {}
    kept = ("state", "depth", "body", "stance", "score", "reply_count", "created_at")
    return (*(comment[name] for name in kept), author.get("name"), anchor.get("quote"))


@pytest.mark.anyio
async def test_pages_of_a_real_topic_are_imported_once_and_keep_their_tree(app: Litestar) -> None:
    folder = SHARED / "threads" / "discourse-cf"
    if not folder.is_dir():
        pytest.skip("the shared data is not there")
    thread = await make.thread()
    pages = [read_format(file, "discourse", None) for file in sorted(folder.glob("t_2108_posts*.json"))]

    for page in [*pages, *pages]:
        await import_discussion(thread, page, lambda _: None)

    known = {one.id: one for page in pages for one in page}
    assert set(await db.values("select imported_id from comment where thread = $1", thread)) == known.keys()
    assert await db.value("select count(*) from comment where author is not null") == 0
