"""What the home page tells a member as new."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest

from parley.discussion.threads import jobs, reading
from parley.letters.news import home
from parley.letters.news.home import Cell
from parley.letters.news.since import heading
from parley.letters.notifications import jobs as notifications
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]


async def time_passes() -> None:
    """Else all that happens in a test happens in the same moment."""
    for table in ("comment", "thread", "thesis", "statement_verdict"):
        column = "since" if table == "statement_verdict" else "created_at"
        await db.execute(f"update {table} set {column} = {column} - interval '1 hour'")
    await db.execute(
        "update visit set seen_at = seen_at - interval '1 hour', read_until = read_until - interval '1 hour'"
    )


async def cells(viewer: Viewer, threads: list[int] | None = None) -> list[tuple[str, int | None]]:
    home._choices.clear()
    home._shared.clear()
    return [(cell.kind, cell.comment) for cell in (await home.news_for(viewer, threads or [])).cells]


async def test_a_reply_is_told_until_it_was_read(mira: Viewer, client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    own = await make.comment(thread, mira)
    await time_passes()
    reply = await make.comment(thread, await make.member("jon"), "Because of what it costs.", parent=own)
    await notifications.handle_events()

    await make.sign_in(client, mira)
    page = (await client.get("/")).text

    assert await cells(mira) == [("reply", reply)]
    assert "replied to you" in page
    assert page.count("Because of what it costs.") == 1
    await reading.mark_read(mira.id, thread, [reply])
    assert await cells(mira) == []


async def busy_threads(mira: Viewer) -> dict[str, int]:
    """A thread with a reply to Mira, one with two voices, a question and the comment that moved most."""
    jon, ada = await make.member("jon"), await make.member("ada")
    first, second = await make.thread(), await make.thread()
    own = await make.comment(first, mira, "Mine.")
    for thread in (first, second):
        await reading.open_thread(mira.id, thread)
    await time_passes()
    found = {"first": first, "second": second}
    found["reply"] = await make.comment(first, jon, "A reply to Mira.", parent=own)
    for stance in ("supports", "challenges"):
        found[stance] = await make.comment(second, ada, f"One that {stance}.", stance=stance)
    found["best"] = await make.comment(second, jon, "The best of all.", stance="adds")
    found["question"] = await make.comment(second, jon, "But why is that so?", stance="asks")
    for name in ("reply", "best", "supports", "challenges"):
        await make.vote(await make.member(), found[name])
    await jobs.refresh_thread_stats()
    await db.execute(
        "update thread_stats set disagreement = array[$2, $3]::bigint[] where thread = $1",
        *(second, found["supports"], found["challenges"]),
    )
    await notifications.handle_events()
    return found


async def test_no_comment_is_on_the_page_twice(mira: Viewer, client: httpx.AsyncClient) -> None:
    found = await busy_threads(mira)
    await make.sign_in(client, mira)
    for sort in ("hot", "new", "active", "top"):
        page = (await client.get(f"/?sort={sort}")).text
        told = Counter(re.findall(r'href="/c/(\d+)"', page.partition('id="main"')[2]))
        words = ["A reply to Mira.", "One that supports.", "One that challenges.", "The best of all."]

        assert max(told.values()) == 1
        assert {str(found[name]) for name in ("reply", "supports", "challenges", "best", "question")} == set(told)
        assert all(page.count(text) == 1 for text in words)


async def test_the_numbers_of_a_card_are_those_of_its_thread(mira: Viewer, client: httpx.AsyncClient) -> None:
    found = await busy_threads(mira)
    await make.sign_in(client, mira)
    page = (await client.get("/")).text
    assert "<b>4 comments</b> by 2 people" in page and "<b>2 comments</b> by 2 people" in page
    assert [int(new) for new in re.findall(r'class="unread"[^>]*>(\d+) unread', page)] == [4, 1]
    await reading.mark_read(mira.id, found["second"], [found["best"], found["question"]])
    await reading.mark_read(mira.id, found["first"], [found["reply"]])
    page = (await client.get("/")).text

    assert [int(new) for new in re.findall(r'class="unread"[^>]*>(\d+) unread', page)] == [2]
    assert "The best of all." not in page.partition('class="front-bar"')[0]
    assert "replied to you" not in page


async def test_visitors_see_nothing_of_what_members_are_told(mira: Viewer, client: httpx.AsyncClient) -> None:
    await busy_threads(mira)
    page = (await client.get("/")).text

    assert "Articles worth arguing about" in page and "One that supports." in page
    assert not any(words in page for words in ("Since", "replied to you", "A reply to Mira.", "new to you"))
    await make.sign_in(client, await make.member("new"))
    assert "A reply to Mira." not in (await client.get("/")).text


NOON = datetime(2026, 12, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("visited", "oldest", "words"),
    [
        # Again on the same day: since yesterday, and not since an hour ago.
        (timedelta(hours=1), timedelta(hours=2), "New since yesterday"),
        (None, timedelta(hours=2), "New since yesterday"),
        (timedelta(hours=20), timedelta(hours=2), "New since yesterday, 16:00"),
        (timedelta(days=3), timedelta(days=2), "New since Sunday, 12:00"),
        # What is older and still unread is part of it.
        (timedelta(hours=20), timedelta(days=4), "New since Saturday"),
        (timedelta(days=3), timedelta(days=30), "New since 2 November"),
    ],
)
async def test_the_heading_says_since_when_it_is_new(
    mira: Viewer, visited: timedelta | None, oldest: timedelta, words: str
) -> None:
    viewer = msgspec.structs.replace(mira, last_visit=NOON - visited if visited else None)
    cells = [Cell("reply", 1, 1, NOON - oldest, "jon", "Words.", "Title", "title")]

    assert str(heading(viewer, cells, NOON)) == words


async def test_the_heading_is_in_the_time_zone_of_the_member(mira: Viewer) -> None:
    viewer = msgspec.structs.replace(mira, zone="Asia/Tokyo", last_visit=NOON - timedelta(hours=4))

    # It is 21:00 there; the visit was at 17:00 on the same day.
    assert str(heading(viewer, [], NOON)) == "New since yesterday"
    late = msgspec.structs.replace(viewer, last_visit=NOON - timedelta(hours=22))
    assert str(heading(late, [], NOON)) == "New since yesterday, 23:00"


@pytest.fixture
async def mira() -> Viewer:
    return await make.member("mira")
