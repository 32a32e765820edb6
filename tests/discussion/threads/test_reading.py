"""What a member has read of a thread: comment by comment, whatever the order, and wherever the comments are moved."""

import re
from random import Random

import httpx
import pytest

from parley.discussion.comments import moving
from parley.discussion.threads import reading
from parley.letters.for_you import ops, queries
from parley.letters.notifications import ops as notifications
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

TIMES = {"comment": "created_at", "event": "created_at", "thread": "last_activity_at", "visit": "read_until"}


async def minutes_pass(minutes: int = 5) -> None:
    """Else all that happens in a test happens in the same moment."""
    for table, column in TIMES.items():
        await db.execute(f"update {table} set {column} = {column} - make_interval(mins => $1)", minutes)


@pytest.fixture
async def mira(client: httpx.AsyncClient) -> Viewer:
    found = await make.member("mira")
    await make.sign_in(client, found)
    return found


async def opened(member: Viewer) -> int:
    thread = await make.thread()
    await reading.open_thread(member.id, thread)
    await minutes_pass()
    return thread


async def unread(member: Viewer, thread: int) -> list[int]:
    threads = await queries.threads_with_unread(member.id, only_thread=thread)
    return await queries.unread_comment_ids(member.id, threads, limit=2_000)


@pytest.mark.parametrize("seed", range(6))
async def test_exactly_what_was_not_read_is_unread_after_any_sequence_of_visits(mira: Viewer, seed: int) -> None:
    random, jon = Random(seed), await make.member("jon")
    left: dict[int, set[int]] = {await opened(mira): set() for _ in range(2)}
    for _ in range(60):
        thread, other = random.sample(sorted(left), 2)
        match random.choice(["post", "post", "post", "read", "read", "all", "move", "open"]):
            case "post":
                left[thread].add(await make.comment(thread, jon))
            case "read" if left[thread]:
                read = random.sample(sorted(left[thread]), random.randint(1, len(left[thread])))
                await reading.mark_read(mira.id, thread, read)
                left[thread].difference_update(read)
            case "all" if random.random() < 0.3:
                await ops.mark_read_up_to(mira.id, thread, 10_000)
                left[thread].clear()
            case "move" if left[thread]:
                moved = random.choice(sorted(left[thread]))
                await moving.move(moved, await moving.new_location(moved, other, None), None)
                left[thread].remove(moved)
                left[other].add(moved)
            case _:
                await reading.open_thread(mira.id, thread)
        await minutes_pass(random.choice([0, 5]))

        for one, expected in left.items():
            assert set(await unread(mira, one)) == expected
            [visit] = await db.fetch(reading.VisitRow, reading.SELECT_VISIT, mira.id, one)
            assert visit.unread == len(expected)


async def test_read_comments_that_are_moved_stay_read(mira: Viewer) -> None:
    jon, first, second = await make.member("jon"), await opened(mira), await opened(mira)
    comment, later = await make.comment(first, jon), await make.comment(second, jon)
    await reading.mark_read(mira.id, first, [comment])

    await moving.move(comment, await moving.new_location(comment, second, None), None)

    assert await unread(mira, second) == [later]


async def test_what_was_skipped_long_ago_counts_as_read_after_a_thousand_others(mira: Viewer) -> None:
    thread = await opened(mira)
    skipped = await make.comment(thread, await make.member("jon"))
    await minutes_pass(2_000)
    columns = "thread, depth, author, body, html, html_version"
    read = await db.values(
        f"insert into comment ({columns}, submission, created_at) select {columns}, gen_random_uuid(), "
        f"created_at + make_interval(mins => i) from comment, generate_series(1, {reading.MOST_READ + 5}) i "
        "where id = $1 returning id",
        skipped,
    )
    await reading.mark_read(mira.id, thread, read[:-5])
    assert await unread(mira, thread) == [skipped, *read[-5:]]

    await reading.mark_read(mira.id, thread, read[-5:])

    assert await unread(mira, thread) == []
    assert await db.value("select cardinality(read) from visit") == reading.MOST_READ


async def test_a_comment_that_is_being_posted_while_all_is_read_is_unread_when_it_is_there(mira: Viewer) -> None:
    """Its time is that of its transaction's beginning, before that of a comment that was read already."""
    thread, jon = await opened(mira), await make.member("jon")
    fast = await make.comment(thread, jon)
    await reading.mark_read(mira.id, thread, [fast])
    slow = await make.comment(thread, jon)
    await db.execute("update comment set created_at = created_at - interval '10 seconds' where id = $1", slow)

    assert await unread(mira, thread) == [slow]


async def test_a_button_marks_what_was_on_the_page(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await opened(mira)
    await make.comment(thread, await make.member("jon"))
    page = (await client.get(f"/t/{thread}/x")).text
    assert (
        page.partition('<details class="menu right since">')[2].partition("</details>")[0].count("/for-you/read") == 1
    )
    address, seq = f"/t/{thread}/x#discussion", re.search(r'name="seq" value="(\d+)"', page)
    assert seq is not None

    answer = await client.post("/for-you/read", data={"thread": str(thread), "seq": seq[1], "next": address})

    assert answer.headers["location"] == address
    assert await unread(mira, thread) == []


async def test_a_thread_that_was_followed_before_it_was_opened_keeps_what_came_since(mira: Viewer) -> None:
    thread = await make.thread()
    await notifications.follow_thread(mira.id, thread, "follow")
    await db.execute("update follow set since = now() - interval '1 hour'")
    comment = await make.comment(thread, await make.member("jon"))

    await reading.open_thread(mira.id, thread)

    assert await unread(mira, thread) == [comment]
