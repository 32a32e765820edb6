"""Locking, unlocking and archiving, and what the home page shows."""

import re

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.threads.jobs import refresh_thread_stats
from parley.discussion.threads.queries import PAGE
from parley.interfaces.pages import thread_cards as cards
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

STATES = {"lock": "locked", "unlock": "open", "archive": "archived"}


async def state(thread: int) -> str:
    found: str = await db.value("select state from thread where id = $1", thread)
    return found


async def events(thread: int) -> list[str]:
    return await db.values("select kind from event where thread = $1 order by seq", thread)


def listed(html: str) -> list[int]:
    """The threads on a home page in their order."""
    return list(dict.fromkeys(int(one) for one in re.findall(r'href="/t/(\d+)/[^"#?]*"', html)))


@pytest.mark.parametrize("role", ["moderator", "admin"])
async def test_moderators_lock_and_say_why(client: httpx.AsyncClient, role: str) -> None:
    thread = await make.thread()
    await make.sign_in(client, await make.member(role=role))

    answer = await client.post(f"/t/{thread}/lock", data={"reason": "It <b>got</b> personal."})
    page = await client.get(await make.address(thread))

    # To the page that offers to undo it.
    assert answer.headers["location"].startswith(f"/t/{thread}/moderate?done=")
    assert "It &lt;b&gt;got&lt;/b&gt; personal." in page.text
    assert await state(thread) == "locked"
    assert await events(thread) == ["thread.opened", "thread.locked"]


@pytest.mark.parametrize("action", STATES)
@pytest.mark.parametrize("role", ["visitor", "unverified", "member"])
async def test_for_everybody_else_there_is_no_such_page(client: httpx.AsyncClient, action: str, role: str) -> None:
    thread = await make.thread()
    if role != "visitor":
        await make.sign_in(client, await make.member(state="unverified" if role == "unverified" else "active"))

    answer = await client.post(f"/t/{thread}/{action}", data={"reason": "mine"})

    assert answer.status_code == 404
    assert (await state(thread), await events(thread)) == ("open", ["thread.opened"])


@pytest.mark.parametrize("action", STATES)
async def test_a_thread_is_set_once_and_only_if_it_is_there(client: httpx.AsyncClient, action: str) -> None:
    thread = await make.thread()
    await make.sign_in(client, await make.member(role="moderator"))

    form = {"reason": "It has ended.", "title": await db.value("select title from thread where id = $1", thread)}

    for _ in range(2):
        assert (await client.post(f"/t/{thread}/{action}", data=form)).status_code == 303
    assert (await client.post(f"/t/999999999/{action}")).status_code == 404

    assert await state(thread) == STATES[action]
    assert len(await events(thread)) == (1 if action == "unlock" else 2)


async def test_a_reason_that_is_too_long_is_refused(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    await make.sign_in(client, await make.member(role="moderator"))

    answer = await client.post(f"/t/{thread}/lock", data={"reason": "a" * 301})

    assert answer.status_code == 422
    assert await state(thread) == "open"


async def test_an_unlocked_thread_takes_comments_again(client: httpx.AsyncClient) -> None:
    thread, mo = await make.thread(), await make.member(role="moderator")
    await make.sign_in(client, mo)
    await client.post(f"/t/{thread}/lock")
    await client.post(f"/t/{thread}/unlock")

    answer = await client.post(f"/t/{thread}/comments", data={"body": "Again."})

    assert answer.status_code == 303


@pytest.mark.parametrize("sort", ["hot", "new", "active", "top"])
async def test_every_list_goes_on_to_its_end_without_a_gap_or_a_double(client: httpx.AsyncClient, sort: str) -> None:
    threads = [await make.thread() for _ in range(2 * PAGE + 3)]
    for number, thread in enumerate(threads):
        await db.execute(
            """update thread set created_at = now() - make_interval(mins => $2),
                                 last_activity_at = now() - make_interval(mins => $3) where id = $1""",
            thread,
            number,
            number % 7,
        )
        await db.execute(
            "update thread_stats set score = $2, hot = $3 where thread = $1", thread, number % 5, float(number % 3)
        )
    seen: list[int] = []
    address: str | None = f"/?sort={sort}&period=all"
    while address:
        page = (await client.get(address)).text
        seen += listed(page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else None

    assert len(seen) == len(threads)
    assert set(seen) == set(threads)


async def test_orders_and_topics_are_what_they_say(client: httpx.AsyncClient) -> None:
    old, young = await make.thread(topic="policy"), await make.thread(topic="craft")
    await db.execute("update thread set created_at = now() - interval '3 days' where id = $1", old)
    await db.execute("update thread set last_activity_at = now() - interval '1 hour' where id = $1", young)
    await db.execute("update thread_stats set score = 9 where thread = $1", old)

    async def order(query: str) -> list[int]:
        return listed((await client.get(f"/?{query}")).text)

    assert await order("sort=new") == [young, old]
    assert await order("sort=active") == [old, young]
    assert await order("sort=top&period=week") == [old, young]
    assert await order("sort=top&period=day") == [young]
    assert await order("sort=new&topic=policy") == [old]
    assert (await client.get("/?topic=nothing")).status_code == 404


async def test_another_order_stays_within_the_topic(client: httpx.AsyncClient) -> None:
    await make.thread(topic="policy")

    of_topic, of_all = (await client.get("/?topic=policy")).text, (await client.get("/")).text

    for order in ("?sort=new", "?sort=active", "?sort=top"):
        assert f'href="/{order}&amp;topic=policy"' in of_topic and f'href="/{order}"' in of_all
    assert 'href="/?topic=policy" aria-current="true"' in of_topic and 'href="/" aria-current="true"' in of_all


async def newest(client: httpx.AsyncClient) -> str:
    """The home page, when a moment has passed."""
    cards._listings.clear()
    return (await client.get("/?sort=new")).text


async def test_a_stance_that_was_taken_away_is_off_the_balance_of_its_thread_soon(app: Litestar) -> None:
    thread, ada = await make.thread(), await make.member()
    comment = await make.comment(thread, ada, stance="supports")
    await db.execute("update event set created_at = now() - interval '2 hours'")
    await db.execute("update thread set last_activity_at = now() - interval '2 hours'")
    await db.execute("update thread_stats set refreshed_at = now() - interval '1 hour', stances = '{1, 0, 0, 0, 0}'")
    assert await refresh_thread_stats() == 0

    await editing.delete_comment(viewer=ada, comment_id=comment)

    assert await refresh_thread_stats() == 1
    assert await db.value("select stances from thread_stats where thread = $1", thread) == [0, 0, 0, 0, 0]


async def test_what_is_new_since_the_last_visit_is_marked(client: httpx.AsyncClient, app: Litestar) -> None:
    thread, ada, mira = await make.thread(), await make.member(), await make.member()
    old = await make.comment(thread, ada)
    await make.sign_in(client, mira)
    first = (await client.get(await make.address(thread))).text

    assert (await client.post(f"/t/{thread}/seen")).status_code == 204
    await db.execute("update visit set seen_at = now() - interval '1 hour', read_until = now() - interval '1 hour'")
    await db.execute("update comment set created_at = now() - interval '2 hours' where id = $1", old)
    young = await make.comment(thread, ada)
    mine = await make.comment(thread, mira)
    second = (await client.get(await make.address(thread))).text

    def is_new(comment: int, page: str) -> bool:
        found = re.search(rf'<article class="([^"]*)" id="c{comment}"', page)
        assert found
        return "is-new" in found[1]

    assert not is_new(old, first)
    assert [is_new(one, second) for one in (old, young, mine)] == [False, True, False]


@pytest.mark.parametrize("address", ["/t/{}", "/t/{}/a-wrong-slug", "/t/{}/%F0%9F%98%80"])
async def test_any_slug_answers_with_the_right_one_named(client: httpx.AsyncClient, address: str) -> None:
    thread = await make.thread()

    page = await client.get(address.format(thread))

    assert page.status_code == 200
    assert f'<link rel="canonical" href="http://localhost{await make.address(thread)}">' in page.text
