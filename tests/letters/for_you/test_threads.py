"""What is new since a member's last visits: which threads and comments, in which context, and marking them as read."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments import states
from parley.discussion.comments.anchors import SELECT_PASSAGES
from parley.discussion.comments.queries import SELECT_COMMENTS
from parley.discussion.threads import ops as threads
from parley.discussion.threads import reading
from parley.discussion.votes.queries import SELECT_VOTES_ON_COMMENTS
from parley.letters.for_you import queries as unread_queries
from parley.letters.for_you import view
from parley.letters.for_you.queries import COUNT_UNREAD, SELECT_NEWEST_IDS, SELECT_THREADS
from parley.letters.notifications import counts, jobs
from parley.letters.notifications import ops as notifications
from parley.people.accounts import muted_words
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

SHOWN = re.compile(r'<article class="comment is-new" id="c(\d+)"|<li><a href="/c/(\d+)"')
SET_VISIT_TIME = """
update visit set seen_at = now() - make_interval(days => $3), read_until = now() - make_interval(days => $3)
where member = $1 and thread = $2
"""


@pytest.fixture
async def mira(app: Litestar, client: httpx.AsyncClient) -> Viewer:
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


@pytest.fixture
async def jon(app: Litestar) -> Viewer:
    return await make.member("jon")


async def visited_thread(who: Viewer, title: str = "", *, days: int = 2) -> int:
    """A thread that `who` opened some days ago."""
    thread = await make.thread(make.text(title=title) if title else None)
    await reading.open_thread(who.id, thread)
    await db.execute(SET_VISIT_TIME, who.id, thread, days)
    return thread


async def comment_from(
    thread: int, who: Viewer, body: str = "I see it otherwise.", *, hours: int = 1, **more: int
) -> int:
    """A comment written some hours ago.

    Tests run in one transaction, where now() never changes, so each comment is dated here.
    """
    comment = await make.comment(thread, who, body, **more)
    await db.execute("update comment set created_at = now() - make_interval(hours => $2) where id = $1", comment, hours)
    return comment


def shown(page: httpx.Response) -> list[int]:
    """The comments of a page, in order: their first words by thread, or all of one thread's."""
    return [int(whole or words) for whole, words in SHOWN.findall(page.text)]


async def test_comments_since_the_last_visit_are_listed_in_threads_the_latest_first(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer
) -> None:
    first, second = await visited_thread(mira, "The wager"), await visited_thread(mira, "The benchmark")
    await comment_from(first, jon, hours=72)
    late, early = await comment_from(first, jon, hours=1), await comment_from(first, jon, hours=5)
    other = await comment_from(second, jon, hours=3)
    await db.execute("update thread set last_activity_at = now() - interval '3 hours' where id = $1", second)

    page = await client.get("/for-you?part=threads")

    assert shown(page) == [late, early, other]
    assert page.text.index("The wager") < page.text.index("The benchmark")
    assert shown(await client.get(f"/for-you?thread={first}")) == [early, late]


async def test_a_reply_to_the_member_is_not_told_again_in_its_thread(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer
) -> None:
    thread = await visited_thread(mira, "The wager")
    own = await make.comment(thread, mira)
    await comment_from(thread, jon, hours=1, parent=own)
    other = await comment_from(thread, jon, hours=2)
    await jobs.handle_events()

    found = await unread_queries.count_parts(mira.id)
    assert (found["you"], found["threads"]) == (1, 1)
    assert shown(await client.get("/for-you?part=threads")) == [other]


async def test_comments_are_grouped_by_thread_in_whatever_order_they_are_read(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer
) -> None:
    first, second = await visited_thread(mira), await visited_thread(mira)
    ids = [await comment_from(thread, jon) for thread in (first, second, first)]

    sections = await view.sections(mira, await unread_queries.threads_with_unread(mira.id), ids, limit=10)

    listed = {section.thread.id: [comment.row.id for comment in section.comments] for section in sections}
    assert listed == {first: [ids[0], ids[2]], second: [ids[1]]}


async def test_the_page_of_one_thread_says_when_nothing_is_left(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await visited_thread(mira)

    assert "Nothing unread in this thread." in (await client.get(f"/for-you?thread={thread}")).text


@pytest.mark.parametrize("how", ["followed", "written in"])
async def test_a_thread_that_was_never_opened_counts_from_the_moment_it_is_followed_or_written_in(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer, how: str
) -> None:
    thread = await make.thread()
    if how == "followed":
        await notifications.follow_thread(mira.id, thread, "follow")
    else:
        await make.comment(thread, mira)
        await jobs.handle_events()
    await db.execute("update follow set since = now() - interval '2 hours'")
    await comment_from(thread, jon, hours=3)
    after = await comment_from(thread, jon, hours=1)

    assert shown(await client.get("/for-you?part=threads")) == [after]


async def test_replies_show_their_parent_and_perspectives_their_passage(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer
) -> None:
    thread = await visited_thread(mira)
    [lineage, *_] = await make.lineages(thread)
    root = await comment_from(thread, mira, "The *energy* counts too.")
    await comment_from(thread, jon, "It does not.", parent=root)
    await make.comment(thread, jon, passage=lineage, quote="answers before it has understood")
    await make.comment(thread, jon, passage=lineage)

    text = (await client.get(f"/for-you?thread={thread}")).text

    assert "You wrote: " in text
    assert "The energy counts too." in text
    assert f'#p{lineage}">answers before it has understood</a>' in text
    words = "The model answers before it has understood the question."
    assert f'#p{lineage}">On <q dir="auto">{words}' in text


@pytest.mark.parametrize("kind", ["block", "mute"])
async def test_a_blocked_or_muted_member_is_not_listed_counted_or_quoted(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer, kind: str
) -> None:
    thread, ada = await visited_thread(mira), await make.member("ada")
    hidden = await comment_from(thread, jon, "Words of jon.")
    reply = await comment_from(thread, ada, parent=hidden)
    await make.block(mira, jon, kind)
    await make.sign_in(client, mira)

    for address in ("/for-you", f"/for-you?thread={thread}"):
        page = await client.get(address)
        assert shown(page) == [reply]
        assert "Words of jon" not in page.text
    assert "In reply to a hidden comment" in page.text
    assert (await unread_queries.count_parts(mira.id))["threads"] == 1


@pytest.mark.parametrize("reason", ["deleted", "removed", "own", "muted thread", "muted topic"])
async def test_deleted_removed_own_and_muted_comments_are_not_listed(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer, reason: str
) -> None:
    thread = await visited_thread(mira)
    comment = await comment_from(thread, mira if reason == "own" else jon)
    match reason:
        case "deleted":
            await editing.delete_comment(viewer=jon, comment_id=comment)
        case "removed":
            async with db.atomic():
                await states.transition(await states.lock_comment(comment), "removed", actor=None)
        case "muted thread":
            await notifications.follow_thread(mira.id, thread, "mute")
        case "muted topic":
            await notifications.follow_topic(mira.id, "research", "mute", on=True)

    page = await client.get("/for-you?part=threads")

    assert shown(page) == []
    assert "You have read everything." in page.text
    assert (await unread_queries.count_parts(mira.id))["threads"] == 0


async def test_what_was_shown_of_a_thread_is_read_and_the_rest_is_not(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer
) -> None:
    thread, other = await visited_thread(mira), await visited_thread(mira)
    first, second, third = [await comment_from(thread, jon, hours=hours) for hours in (9, 6, 3)]
    elsewhere = await comment_from(other, jon)

    response = await client.post("/for-you/read", data={"thread": str(thread), "shown": f"{first},{second}"})

    assert (response.status_code, response.headers["location"]) == (303, "/for-you")
    assert set(shown(await client.get("/for-you?part=threads"))) == {third, elsewhere}


async def test_what_was_read_here_is_not_highlighted_in_its_thread(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer
) -> None:
    thread = await visited_thread(mira)
    read, fresh = await make.comment(thread, jon), await make.comment(thread, jon)
    await db.execute("update comment set created_at = now() - interval '1 minute' where id = $1", read)

    await client.post("/for-you/read", data={"thread": str(thread), "shown": str(read)})

    page = await client.get(await make.address(thread))
    assert re.findall(r'class="comment is-new[^"]*" id="c(\d+)"', page.text) == [str(fresh)]


async def test_marking_a_thread_as_read_never_makes_what_was_read_new_again(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer
) -> None:
    thread = await visited_thread(mira, days=1)
    old, fresh = await comment_from(thread, jon, hours=48), await comment_from(thread, jon, hours=1)

    await client.post("/for-you/read", data={"thread": str(thread), "shown": str(old)})

    assert shown(await client.get("/for-you?part=threads")) == [fresh]


async def test_comments_of_another_thread_are_ignored(client: httpx.AsyncClient, mira: Viewer, jon: Viewer) -> None:
    thread, other = await visited_thread(mira), await visited_thread(mira)
    comment, elsewhere = await comment_from(thread, jon, hours=5), await comment_from(other, jon, hours=1)

    await client.post("/for-you/read", data={"thread": str(thread), "shown": str(elsewhere)})

    assert set(shown(await client.get("/for-you?part=threads"))) == {comment, elsewhere}


async def test_all_can_be_marked_as_read_but_not_what_came_after_the_page(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer
) -> None:
    first, second = await visited_thread(mira), await visited_thread(mira)
    await comment_from(first, jon, hours=5)
    await comment_from(second, jon, hours=6)
    late = await comment_from(second, jon, hours=1)
    until = (datetime.now(UTC) - timedelta(hours=2)).isoformat()

    await client.post("/for-you/read", data={"until": until})

    assert shown(await client.get("/for-you?part=threads")) == [late]


async def test_marking_comments_as_read_marks_their_notifications(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer
) -> None:
    thread, other = await visited_thread(mira), await visited_thread(mira)
    mentions = [await make.comment(one, jon, "Hello @mira.") for one in (thread, other)]
    await jobs.handle_events()
    assert await counts.unread(mira.id) == 2

    await client.post("/for-you/read", data={"thread": str(thread), "shown": str(mentions[0])})
    assert await counts.unread(mira.id) == 1

    await client.post("/for-you/read", data={"until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()})
    assert await counts.unread(mira.id) == 0


@pytest.mark.parametrize("all_threads", [False, True])
async def test_a_notification_of_a_revision_stays_unread(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer, all_threads: bool
) -> None:
    thread = await visited_thread(mira)
    [first, *_] = await make.lineages(thread)
    await comment_from(thread, mira, passage=first, hours=5)
    await threads.revise_thread(
        thread, make.text("The model answers before it has read the question.", *make.WORDS[1:])
    )
    comment = await comment_from(thread, jon)
    await jobs.handle_events()
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    await client.post("/for-you/read", data={"until": until} if all_threads else {"thread": thread, "shown": comment})

    assert shown(await client.get("/for-you?part=threads")) == []
    assert await db.values("select kind from notification where read_at is null") == ["revised"]


@pytest.mark.parametrize("fields", [{}, {"until": "yesterday"}, {"until": "2026-01-01T00:00"}, {"thread": "x"}])
async def test_a_form_that_names_nothing_is_refused(
    client: httpx.AsyncClient, mira: Viewer, fields: dict[str, str]
) -> None:
    assert (await client.post("/for-you/read", data=fields)).status_code == 422


async def test_long_threads_and_many_of_them_have_pages(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread_queries, "THREADS_PER_PAGE", 2)
    monkeypatch.setattr(unread_queries, "COMMENTS_PER_THREAD", 2)
    monkeypatch.setattr(unread_queries, "COMMENTS_PER_CATCH_UP", 2)
    found = [await visited_thread(mira) for _ in range(3)]
    in_first = [await comment_from(found[0], jon, hours=9 - hour) for hour in range(4)]
    for thread in found[1:]:
        await comment_from(thread, jon)
    for minutes, thread in enumerate(found):
        await db.execute(
            "update thread set last_activity_at = now() - make_interval(mins => $2) where id = $1", thread, minutes
        )

    first = await client.get("/for-you?part=threads")
    second = await client.get(f"/for-you?part=threads&after={found[1]}")
    oldest = await client.get(f"/for-you?thread={found[0]}")
    rest = await client.get(f"/for-you?thread={found[0]}&after={in_first[1]}")

    assert f'/for-you?part=threads&amp;after={found[1]}"' in first.text
    assert len(shown(first)) == 3
    assert len(shown(second)) == 1
    assert "More threads" not in second.text
    assert shown(oldest) == in_first[:2]
    assert f"/for-you?thread={found[0]}&amp;after={in_first[1]}" in oldest.text
    assert shown(rest) == in_first[2:]
    assert "Later comments" not in rest.text


async def test_the_page_costs_the_same_number_of_queries_however_much_is_new(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer, queries: list[str]
) -> None:
    for number in (1, 12):
        for _ in range(number):
            thread = await visited_thread(mira)
            await comment_from(thread, jon, parent=await comment_from(thread, jon))
        queries.clear()
        assert (await client.get("/for-you?part=threads")).is_success
        assert [
            queries.count(one)
            for one in (SELECT_THREADS, SELECT_NEWEST_IDS, SELECT_COMMENTS, SELECT_VOTES_ON_COMMENTS, SELECT_PASSAGES)
        ] == [1, 1, 2, 1, 1]


@pytest.mark.parametrize(
    ("sql", "rest"), [(COUNT_UNREAD, []), (SELECT_THREADS, [None, None, 9])], ids=["the number", "the page"]
)
async def test_however_it_is_planned_each_unread_comment_is_searched_for_muted_words_once(
    mira: Viewer, jon: Viewer, sql: str, rest: list[int | None]
) -> None:
    """Where PostgreSQL knew little of a small table, it searched all comments again for each of the threads: 12 s."""
    for number in range(6):
        await comment_from(await visited_thread(mira, f"Thread {number}"), jon, "A comment about tariffs.")
    await muted_words.mute(mira, "tariffs", None)
    for kind in ("indexscan", "bitmapscan", "hashjoin", "mergejoin"):
        await db.execute(f"set local enable_{kind} = off")

    plan = await db.values(f"explain (analyze, timing off) {sql}", mira.id, *rest)

    searches = [int(loops) for line in plan for loops in re.findall(r"Subquery Scan on c.*loops=(\d+)", line)]
    assert searches == [6], plan


async def test_opening_a_thread_reads_nothing_and_what_is_read_there_is_counted_at_once(
    client: httpx.AsyncClient, mira: Viewer, jon: Viewer
) -> None:
    thread = await visited_thread(mira)
    comment = await comment_from(thread, jon)
    await client.post(f"/t/{thread}/seen", data={"passage": "1", "seq": "9"})
    assert (await unread_queries.count_parts(mira.id))["threads"] == 1

    await client.post(f"/t/{thread}/seen", data={"read": str(comment)})

    assert (await unread_queries.count_parts(mira.id))["threads"] == 0


async def test_a_visitor_is_asked_to_sign_in(client: httpx.AsyncClient, app: Litestar) -> None:
    response = await client.get("/for-you?part=threads")

    assert (response.status_code, response.headers["location"]) == (303, "/login?next=/for-you%3Fpart%3Dthreads")
