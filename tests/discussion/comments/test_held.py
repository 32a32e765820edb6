"""Held comments: only the author sees them, and approving publishes them."""

from collections.abc import Iterator

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import drafts
from parley.discussion.commenting.drafts import CheckResult, Draft
from parley.discussion.comments import states, texts
from parley.discussion.other_sites.loading import ImportLine, import_discussion
from parley.discussion.threads.jobs import refresh_thread_stats
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

CANARY = "a canary in the queue"
MANY = 50
MANY_HELD = """
insert into comment (thread, author, state, body, html, html_version) select $1, $2, 'pending', $4, '', 1
from generate_series(1, $3::int) returning id
"""


async def hold(draft: Draft) -> CheckResult:
    return CheckResult(hold=CANARY in draft.body)


@pytest.fixture(autouse=True)
def holding() -> Iterator[None]:
    drafts.before_post.append(hold)
    yield
    drafts.before_post.remove(hold)


async def held(thread: int, author: Viewer, parent: int | None = None) -> int:
    return await make.comment(thread, author, CANARY, parent=parent)


async def test_the_author_sees_that_a_comment_waits(app: Litestar, client: httpx.AsyncClient) -> None:
    author, thread = await make.member(), await make.thread()
    await make.sign_in(client, author)

    answer = await client.post(f"/t/{thread}/comments", data={"body": CANARY})
    page = await client.get(answer.headers["location"])

    assert answer.status_code == 303
    assert CANARY in page.text and "Waiting for a moderator" in page.text


async def test_the_fragment_for_htmx_says_that_it_waits_too(app: Litestar, client: httpx.AsyncClient) -> None:
    author, thread = await make.member(), await make.thread()
    await make.sign_in(client, author)

    answer = await client.post(f"/t/{thread}/comments", data={"body": CANARY}, headers={"HX-Request": "true"})

    assert answer.status_code == 201
    assert CANARY in answer.text and 'class="comment"' not in answer.text


async def test_the_page_shows_the_newest_of_many_held_comments(app: Litestar, client: httpx.AsyncClient) -> None:
    """A member can have hundreds of the longest waiting; they made their own page so costly that all others waited."""
    author, thread = await make.member(), await make.thread()
    comments = await db.values(MANY_HELD, thread, author.id, MANY, "'" * 40_000)
    await make.sign_in(client, author)

    page = (await client.get(f"/t/{thread}")).text
    shown = await texts.held_comments(author.id, thread)

    assert [one.id for one in shown] == sorted(comments)[-2:]
    assert page.count('class="held"') == len(shown) and len(page) < 2**20
    assert f"{MANY - len(shown)} older comments of yours" in page


async def test_nobody_else_sees_a_held_comment(app: Litestar, client: httpx.AsyncClient) -> None:
    author, thread = await make.member("jonas"), await make.thread()
    parent = await make.comment(thread, author)
    comment = await held(thread, author, parent)
    root = await held(thread, author)

    for viewer in (None, await make.member(), await make.member(role="admin")):
        if viewer:
            await make.sign_in(client, viewer)
        for path in (
            f"/t/{thread}",
            f"/t/{thread}?view=all",
            f"/t/{thread}?sort=new",
            f"/t/{thread}?view=passage",
            f"/t/{thread}?focus={comment}",
            f"/t/{thread}?focus={parent}",
            f"/t/{thread}/comments?branch={parent}",
            f"/t/{thread}/comments?passage=whole",
            f"/c/{comment}",
            f"/c/{comment}/history",
            f"/c/{root}/reply",
            "/u/jonas",
            "/",
        ):
            answer = await client.get(path, follow_redirects=True)
            assert CANARY not in answer.text, path
            assert f'id="c{root}"' not in answer.text, path


async def test_an_approved_comment_is_counted_and_announced(app: Litestar, client: httpx.AsyncClient) -> None:
    author, thread = await make.member(), await make.thread()
    parent = await make.comment(thread, author)
    comment = await held(thread, author, parent)
    counts = "select comment_count, last_seq from thread where id = $1"
    replies = "select reply_count from comment where id = $1"
    seen = await db.value("select last_seq from thread where id = $1", thread)
    assert (await db.value(counts, thread), await db.value(replies, parent)) == (1, 0)

    async with db.atomic():
        await states.transition(await states.lock_comment(comment), "visible", actor=None)

    assert (await db.value(counts, thread), await db.value(replies, parent)) == (2, 1)
    assert await db.value("select kind from event where thread = $1 and seq = $2", thread, seen + 1) == "comment.posted"
    assert CANARY in (await client.get(f"/t/{thread}?view=all")).text


async def test_importing_a_discussion_does_not_count_it(app: Litestar) -> None:
    author, thread = await make.member(), await make.thread()
    parent = await make.comment(thread, author)
    await held(thread, author, parent)

    await import_discussion(thread, [ImportLine("a", body="From elsewhere.")], lambda _done: None)

    assert await db.value("select comment_count from thread where id = $1", thread) == 2
    assert await db.value("select reply_count from comment where id = $1", parent) == 0


async def test_a_held_comment_does_not_change_its_thread_on_the_home_page(app: Litestar) -> None:
    thread = await make.thread()
    await make.comment(thread, await make.member())
    await held(thread, await make.member())
    await db.execute("update thread_stats set refreshed_at = now() - interval '1 hour'")

    await refresh_thread_stats()

    shown = "select array[people, score] from thread_stats where thread = $1"
    assert await db.value(shown, thread) == [1, 1]


async def test_a_held_comment_cannot_be_answered_or_voted_on(app: Litestar) -> None:
    thread = await make.thread()
    comment = await held(thread, await make.member())
    other = await make.member()

    with pytest.raises(Exception, match="no longer exists"):
        await make.comment(thread, other, "An answer.", parent=comment)
    with pytest.raises(Exception, match=r"."):
        await make.vote(other, comment)
