"""What members find when they come back: where they left off, and how much is new."""

import re

import httpx
import pytest

from parley.discussion.threads import ops
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio


@pytest.fixture
async def mira(client: httpx.AsyncClient) -> Viewer:
    found = await make.member("mira")
    await make.sign_in(client, found)
    return found


async def visit_before(client: httpx.AsyncClient, thread: int, **form: str) -> None:
    """Read a thread; then an hour goes by."""
    assert (await client.post(f"/t/{thread}/seen", data=form)).status_code == 204
    await db.execute(
        "update visit set seen_at = seen_at - interval '1 hour', read_until = read_until - interval '1 hour'"
    )


async def line(client: httpx.AsyncClient, thread: int) -> str | None:
    """The line at the article's head, its white space collapsed."""
    page = (await client.get(f"/t/{thread}/x")).text
    found = re.search(r'<p class="left-off"[^>]*>(.*?)</p>', page, re.DOTALL)
    return " ".join(found[1].split()) if found else None


async def test_the_article_says_where_a_member_left_off(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()
    second = (await make.lineages(thread))[1]
    await visit_before(client, thread, passage=str(second))

    words = "Nobody asked how much energy the answer cost."
    assert await line(client, thread) == f'<span>You read up to <a href="#p{second}">“<bdi>{words}</bdi>”</a></span>'


async def test_a_first_visit_shows_no_place_to_return_to(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()
    await make.comment(thread, await make.member())

    assert await line(client, thread) is None


async def test_the_comments_of_others_since_are_counted_and_the_first_is_linked(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    thread, jon = await make.thread(), await make.member("jon")
    await make.comment(thread, jon)
    await db.execute("update comment set created_at = now() - interval '1 day'")
    await visit_before(client, thread)
    gone = await make.comment(thread, jon)
    await db.execute("update comment set state = 'removed' where id = $1", gone)
    await make.comment(thread, mira)
    first = await make.comment(thread, jon)
    assert await line(client, thread) == f'<a href="#c{first}">1 unread comment</a>'
    await make.comment(thread, jon)

    page = (await client.get(f"/t/{thread}/x?sort=old")).text
    assert f'<a href="#c{first}">2 unread comments</a>' in page
    assert "Collapse read comments" in page
    assert page.count('class="comment is-new"') == 2


async def test_comments_that_wait_behind_a_button_are_still_new(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread, jon = await make.thread(), await make.member("jon")
    shown, waiting = await make.comment(thread, jon), await make.comment(thread, jon)
    for table, column in (("comment", "id"), ("event", "comment")):
        await db.execute(f"update {table} set created_at = now() - interval '2 days' where {column} = $1", shown)
        await db.execute(f"update {table} set created_at = now() - interval '1 day' where {column} = $1", waiting)
    seq = await db.value("select seq from event where comment = $1 and kind = 'comment.posted'", shown)
    unread = (
        "select array_agg(c.id) from comment c join visit v on v.thread = c.thread where c.created_at > v.read_until"
    )

    await client.post(f"/t/{thread}/seen", data={"seq": str(seq)})

    assert await db.value(unread) == [waiting]


async def test_comments_of_somebody_muted_are_not_counted(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread, jon = await make.thread(), await make.member("jon")
    await visit_before(client, thread)
    await make.comment(thread, jon)
    await make.block(mira, jon, "mute")

    assert await line(client, thread) is None


async def test_comments_of_somebody_muted_are_neither_linked_nor_marked(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    thread, jon, ben = await make.thread(), await make.member("jon"), await make.member("ben")
    await make.block(mira, jon, "mute")
    await visit_before(client, thread)
    await make.comment(thread, jon)
    first = await make.comment(thread, ben)

    page = (await client.get(f"/t/{thread}/x?sort=old")).text
    assert f'<a href="#c{first}">1 unread comment</a>' in page
    assert page.count('class="comment is-new"') == 1
    focused = (await client.get(f"/t/{thread}/x?focus={first}")).text
    assert "1 unread comment" in focused and "Next, elsewhere" not in focused


async def test_without_unread_comments_on_the_page_the_newest_are_linked(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    thread, jon = await make.thread(), await make.member("jon")
    old = await make.comment(thread, jon)
    await db.execute("update comment set created_at = now() - interval '1 day'")
    await visit_before(client, thread)
    await make.comment(thread, jon)

    page = (await client.get(f"/t/{thread}/x?focus={old}")).text
    assert f'<a href="{await make.address(thread)}?sort=new#discussion">1 unread comment</a>' in page


async def test_a_passage_that_is_gone_is_not_mentioned(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread(make.text("A first one stays.", "This one will go away.", url="https://example.org/a"))
    last = (await make.lineages(thread))[1]
    await visit_before(client, thread, passage=str(last))
    await ops.revise_thread(thread, make.text("A first one stays.", url="https://example.org/a"))

    assert await line(client, thread) is None


@pytest.mark.parametrize("passage", ["", "x", "-1", "9" * 30])
async def test_without_a_passage_the_former_place_is_kept(
    client: httpx.AsyncClient, mira: Viewer, passage: str
) -> None:
    thread = await make.thread()
    await client.post(f"/t/{thread}/seen", data={"passage": "5"})

    assert (await client.post(f"/t/{thread}/seen", data={"passage": passage})).status_code == 204
    assert await db.value("select passage from visit") == 5


async def test_a_visitor_is_not_asked_where_they_read(client: httpx.AsyncClient) -> None:
    thread = await make.thread()

    assert (await client.post(f"/t/{thread}/seen", data={"passage": "1"})).status_code == 401
    assert await line(client, thread) is None


def unread(home: httpx.Response) -> list[str]:
    return re.findall(r'class="unread" href="/t/(\d+)/[^"]*">([^<]*)', home.text)


async def test_the_home_page_counts_what_is_new_in_threads_that_were_visited(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    seen, quiet, unseen = [await make.thread() for _ in range(3)]
    jon = await make.member("jon")
    for thread in (seen, quiet):
        await visit_before(client, thread)
    for thread in (seen, seen, unseen):
        await make.comment(thread, jon)
    await make.comment(quiet, mira)

    assert unread(await client.get("/?sort=new")) == [(str(seen), "2 unread")]
    await client.post("/for-you/read", data={"thread": str(seen), "seq": "99"})
    assert unread(await client.get("/?sort=new")) == []
    client.cookies.clear()
    assert unread(await client.get("/?sort=new")) == []


async def test_very_many_new_comments_are_not_counted_to_the_end(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await make.thread()
    await visit_before(client, thread)
    one = await make.comment(thread, await make.member())
    columns = "thread, depth, author, body, html, html_version"
    await db.execute(
        f"insert into comment ({columns}, submission) select {columns}, gen_random_uuid() "
        "from comment, generate_series(1, 150) where id = $1",
        one,
    )

    assert unread(await client.get("/?sort=new")) == [(str(thread), "99+ unread")]
    assert "99+ unread comments" in (await line(client, thread) or "")


async def test_the_page_of_one_branch_leads_to_the_next_unread_comment_that_is_not_on_it(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    thread, jon = await make.thread(), await make.member("jon")
    await visit_before(client, thread)
    first, second, third = [await make.comment(thread, jon) for _ in range(3)]
    assert 'right since">' in (await client.get(f"/t/{thread}/x")).text

    async def leads_to(focus: int) -> list[str]:
        page = (await client.get(f"/t/{thread}/x?focus={focus}")).text
        return re.findall(r"focus=(\d+)#c\1\"[^>]*>Next, elsewhere", page)

    leads = {focus: await leads_to(focus) for focus in (first, second, third)}

    assert leads == {first: [str(second)], second: [str(third)], third: [str(first)]}
