"""Imported discussions: complete, without duplicates, with scores as base scores."""

from collections import Counter
from pathlib import Path

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.other_sites.formats import ForeignComment
from parley.discussion.other_sites.loading import ImportLine, Summary, import_discussion
from parley.moderation.decisions.rules import Choice, ThreadReference
from parley.moderation.modqueue import in_place
from parley.platform import db
from parley.platform.errors import CommandFailed, NotFound
from parley.site.cli.discussion import each_to_its_thread
from parley.site.cli.discussion_files import read
from tests import make, ranking
from tests.conftest import SHARED

pytestmark = pytest.mark.anyio

REDDIT = SHARED / "threads" / "reddit-praw"
FILES = sorted(REDDIT.glob("*.jsonl"))

OWN = """
{"id": "t3_0", "kind": "post", "title": "ignored"}
{"id": "c", "parent_id": "b", "author": "carol", "created_utc": 1600000003, "body": "Before its parent.", "score": -4}
{"id": "a", "parent_id": "t3_0", "author": "ada", "created_utc": 1600000001, "body": "First, **loud**.", "score": 7}
{"id": "b", "parent_id": "a", "author": "[deleted]", "created_utc": "1600000002.5", "body": "[deleted]", "score": 1}

{"id": "d", "parent_id": null, "author": null, "created_utc": 1600000004, "body": "[removed]", "score": 0}
{"id": "e", "parent_id": "unknown", "author": "e", "created_utc": 1600000005, "body": "<b>a</b> <script>alert()"}
{"id": "f", "parent_id": "g", "author": "fay", "created_utc": 1600000006, "body": "Round", "score": 0}
{"id": "g", "parent_id": "f", "author": "gus", "created_utc": 1600000007, "body": "and round.", "score": 0}
"""


class Kept(msgspec.Struct, frozen=True):
    imported_id: str
    parent: str | None
    depth: int
    author: str | None
    state: str
    score: int
    best: float


KEPT = """
select c.imported_id, p.imported_id as parent, c.depth, c.imported_author as author, c.state,
       c.base_ups - c.base_downs as score, c.best
from comment c left join comment p on p.id = c.parent where c.thread = $1 order by c.imported_id
"""


async def loaded(thread: int, lines: list[ImportLine]) -> Summary:
    return await import_discussion(thread, lines, lambda _done: None)


@pytest.fixture
def own(tmp_path: Path) -> list[ImportLine]:
    file = tmp_path / "own.jsonl"
    file.write_text(OWN)
    return read(file)


async def test_a_small_discussion_is_imported_completely(app: Litestar, own: list[ImportLine]) -> None:
    thread = await make.thread()

    summary = await loaded(thread, own)
    kept = {row.imported_id: row for row in await db.fetch(Kept, KEPT, thread)}

    assert summary == Summary(added=7, known=0, skipped=1)
    assert kept["a"] == Kept("a", None, 0, "ada", "visible", 7, pytest.approx(ranking.best(7, 0)))
    assert kept["b"] == Kept("b", "a", 1, None, "deleted_by_author", 1, pytest.approx(ranking.best(1, 0)))
    assert kept["c"] == Kept("c", "b", 2, "carol", "visible", -4, pytest.approx(ranking.best(0, 4)))
    assert (kept["d"].state, kept["d"].parent) == ("removed", None)
    assert (kept["e"].state, kept["e"].parent) == ("visible", None)
    assert {kept["f"].parent, kept["g"].parent} in ({None, "f"}, {None, "g"})
    assert await db.value("select comment_count from thread where id = $1", thread) == 7


async def test_importing_again_adds_only_new_comments(app: Litestar, own: list[ImportLine]) -> None:
    thread = await make.thread()
    await loaded(thread, own)
    before = await db.fetch(Kept, KEPT, thread)

    again = await loaded(thread, own)
    more = await loaded(thread, [*own, ImportLine("h", "a", "hal", 1_600_000_009, "Late.", 2)])

    assert (again.added, again.known, more.added) == (0, 7, 1)
    after = await db.fetch(Kept, KEPT, thread)
    assert [row for row in after if row.imported_id != "h"] == before
    assert await db.value("select reply_count from comment where imported_id = 'a'") == 2


async def test_importing_again_leaves_comments_in_the_thread_that_they_were_moved_to(
    app: Litestar, own: list[ImportLine]
) -> None:
    moderator, origin, destination = await make.member(role="moderator"), await make.thread(), await make.thread()
    # Both threads have the discussion, so that the destination has these numbers too.
    await loaded(origin, own)
    await loaded(destination, own)
    moved = await db.value("select id from comment where thread = $1 and imported_id = 'a'", origin)
    choice = Choice(0, 0, "move", None, "It is about the other article.", to=ThreadReference(destination))
    await in_place.decide_on(moderator, "comment", moved, origin, choice)

    again = await loaded(origin, own)
    more = await loaded(origin, [*own, ImportLine("h", "a", "hal", 1_600_000_009, "Late.", 2)])

    assert (again.added, again.known, more.added) == (0, 7, 1)
    late = "select thread || ' ' || parent || ' ' || depth from comment where imported_id = 'h'"
    assert await db.value(late) == f"{destination} {moved} 1"
    counts = await db.values("select comment_count from thread where id = any($1) order by id", [origin, destination])
    assert counts == [4, 11]
    assert (await loaded(destination, own)).added == 0
    assert await db.value("select reply_count from comment where id = $1", moved) == 2


async def test_the_same_file_fills_two_threads(app: Litestar, own: list[ImportLine]) -> None:
    first, second = await make.thread(), await make.thread()

    assert (await loaded(first, own)).added == (await loaded(second, own)).added == 7


async def test_the_page_shows_imported_names_and_tombstones_without_their_markup(
    client: httpx.AsyncClient, own: list[ImportLine]
) -> None:
    thread = await make.thread()
    await loaded(thread, own)

    page = (await client.get(await make.address(thread))).text

    assert "<p>First, <strong>loud</strong>.</p>" in page
    assert "This comment was deleted by its author." in page
    assert "This comment was removed by a moderator." in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert()" in page
    assert 'href="/u/ada"' not in page  # a name from elsewhere is no member of ours


async def test_replies_are_counted_across_files_and_circles(app: Litestar) -> None:
    thread = await make.thread()
    first = [ImportLine("child", "parent"), ImportLine("a", "b"), ImportLine("b", "a"), ImportLine("self", "self")]
    await loaded(thread, first)
    await loaded(thread, [ImportLine("parent"), *first, ImportLine("late", "b")])

    rows = await db.values(COUNTED, thread)
    assert rows == ["a: 1", "b: 1", "child: 0", "late: 0", "parent: 0", "self: 0"]


COUNTED = """
select imported_id || ': ' || reply_count from comment where thread = $1 order by imported_id
"""


async def test_each_discussion_of_an_archive_goes_to_the_thread_at_its_address(app: Litestar) -> None:
    thread = await make.thread(make.text(url="https://www.blog.example/a", fetched=True))

    def found(number: int, address: str) -> ForeignComment:
        return ForeignComment(address, f"disqus:{number}", None, "Jon", 0, "Words.")

    archive = [
        found(1, "http://blog.example/a"),
        found(2, "https://blog.example/a/"),
        found(3, "https://blog.example/b"),
    ]

    planned = await each_to_its_thread(archive, dry_run=True)
    assert (planned["comments"], planned["without_thread"]) == (2, ["https://blog.example/b"])
    assert await db.value("select count(*) from comment") == 0

    done = [await each_to_its_thread(archive, dry_run=False) for _ in range(2)]
    assert [(one["added"], one["known"]) for one in done] == [(2, 0), (0, 2)]
    assert "1 discussion was left out" in done[0]["text"]
    assert await db.values("select imported_id from comment where thread = $1 order by 1", thread) == [
        "disqus:1",
        "disqus:2",
    ]


async def test_odd_names_and_times_of_other_sites_are_corrected(app: Litestar) -> None:
    thread = await make.thread()
    await loaded(
        thread, [ImportLine("a", None, "\u202eZo\u00eb \t K.", 4e9, "Words."), ImportLine("b", None, "\u202e")]
    )
    known = "select concat(imported_author, ' ', created_at <= clock_timestamp()) from comment order by imported_id"
    assert await db.values(known) == ["Zo\u00eb K. t", " t"]


async def test_votes_count_on_top_of_the_base_score(app: Litestar, own: list[ImportLine]) -> None:
    thread = await make.thread()
    await loaded(thread, own)
    comment = await db.value("select id from comment where imported_id = 'a'")

    await make.vote(await make.member(), comment, "quality", -1)

    assert await db.value("select best from comment where id = $1", comment) == pytest.approx(ranking.best(7, 1))


async def test_a_missing_thread_is_reported(app: Litestar, own: list[ImportLine]) -> None:
    with pytest.raises(NotFound, match="no thread 999"):
        await loaded(999_999, own)


@pytest.mark.parametrize(
    "raw",
    [
        "{",
        "[]",
        '{"body": "no id"}',
        '{"id": "a", "score": "many"}',
        '{"id": "b", "text": "?"}',
        '{"id": "%s", "body": "B.", "created_utc": 1}' % ("b" * 81),
        '{"id": "b\\u0000", "body": "B.", "created_utc": 1}',
        '{"id": "b", "body": "B.", "created_utc": 1e20}',
        '{"id": "b", "body": "B.", "created_utc": "NaN"}',
        '{"id": "b", "body": "B.", "created_utc": 1, "score": 3000000000}',
    ],
)
def test_an_unreadable_line_is_reported(tmp_path: Path, raw: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"id": "a", "body": "A.", "created_utc": 1}\n' + raw)

    with pytest.raises(CommandFailed, match=r"Line 2 of bad\.jsonl"):
        read(file)


@pytest.mark.skipif(not FILES, reason="the real discussions are not here (../shared/data/threads)")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_a_real_discussion_keeps_its_count_tree_and_scores(client: httpx.AsyncClient, file: Path) -> None:
    lines = read(file)
    wanted = {line.id: line for line in lines if line.kind == "comment"}
    thread = await make.thread()

    first, again = await loaded(thread, lines), await loaded(thread, lines)
    kept = {row.imported_id: row for row in await db.fetch(Kept, KEPT, thread)}

    assert (first.added, again.added) == (len(wanted), 0)
    assert kept.keys() == wanted.keys()
    for line in wanted.values():
        assert kept[line.id].parent == (line.parent_id if line.parent_id in wanted else None)
        assert kept[line.id].score == line.score
    replies = Counter(row.parent for row in kept.values() if row.parent)
    counted = await db.values(
        "select imported_id || ' ' || reply_count from comment where thread = $1 and reply_count > 0", thread
    )
    assert dict(one.rsplit(" ", 1) for one in counted) == {one: str(n) for one, n in replies.items()}
    for sort in ("best", "new", "old", "controversial"):
        assert (await client.get(await make.address(thread), params={"sort": sort})).status_code == 200
