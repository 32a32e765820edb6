"""More than thirty removals within five minutes of several authors in good standing: a second moderator is asked."""

import asyncio
import os

import asyncpg
import httpx
import pytest
from litestar import Litestar

from parley.discussion.threads import locks
from parley.moderation.decisions import removal_limit, second_approval
from parley.moderation.decisions.removal_limit import CONFIRM, MOST
from parley.moderation.decisions.rules import Choice
from parley.moderation.modlog import replay
from parley.moderation.modqueue import in_place
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from tests import make

pytestmark = pytest.mark.anyio

REMOVAL = {"action": "remove", "rule": "civility", "reason": "It insults somebody."}


async def regular(thread: int, name: str | None = None) -> Viewer:
    """A member in good standing, with five comments."""
    who = await make.member(name)
    for _ in range(removal_limit.COMMENTS):
        await make.comment(thread, who, "Well.")
    return who


async def written(thread: int, authors: list[Viewer], count: int) -> list[int]:
    comments = []
    for i in range(count):
        comments.append(await make.comment(thread, authors[i % len(authors)], f"A comment, number {i}."))
        # One author may not write so many within an hour.
        await db.execute("update comment set created_at = created_at - interval '1 hour' where id = $1", comments[-1])
    return comments


async def remove(who: Viewer, comment: int, thread: int, action: str = "remove", confirmed: str = "") -> int:
    choice = Choice(0, 0, action, "civility", "It insults somebody.", confirmed=confirmed)
    return await in_place.decide_on(who, "comment", comment, thread, choice)


async def removed(comments: list[int]) -> int:
    return int(await db.value("select count(*) from comment where id = any($1) and state = 'removed'", comments))


async def awaiting() -> int:
    return int(await db.value("select count(*) from decision where state = 'awaiting'"))


async def letters() -> list[str]:
    return await db.values("select recipient from mail where kind like 'removals.%' order by recipient")


@pytest.fixture
async def thread(app: Litestar) -> int:
    return await make.thread()


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


@pytest.fixture
async def authors(thread: int) -> list[Viewer]:
    return [await regular(thread) for _ in range(3)]


async def test_what_exceeds_the_limit_waits_for_a_second_moderator_and_all_admins_are_told(
    thread: int, mo: Viewer, authors: list[Viewer]
) -> None:
    ada, _, second = [
        await make.member(n, role=r) for n, r in (("ada", "admin"), ("adi", "admin"), ("su", "moderator"))
    ]
    comments = await written(thread, authors, MOST + 2)

    made = [await remove(mo, comment, thread) for comment in comments]

    assert (await removed(comments), await awaiting()) == (MOST, 2)
    assert await letters() == ["ada@example.org", "adi@example.org"], "once, to admins only"
    await second_approval.approve(second, made[-1])
    assert await removed(comments) == MOST + 1
    await second_approval.reject(ada, made[-2], "This one is fine.")
    assert await awaiting() == 0
    assert await replay.contradictions() == []


@pytest.mark.parametrize("action", ["remove", "collapse"])
async def test_what_another_moderator_approved_does_not_count(
    thread: int, mo: Viewer, authors: list[Viewer], action: str
) -> None:
    second = await make.member(role="moderator")
    comments = await written(thread, authors, MOST + 2)
    made = [await remove(mo, comment, thread, action) for comment in comments[:-1]]
    await second_approval.approve(second, made[-1])
    await db.execute("update decision set created_at = created_at - interval '6 minutes' where id = $1", made[0])

    await remove(mo, comments[-1], thread, action)

    assert await awaiting() == 0


async def test_five_moderators_with_a_queue_of_spam_by_new_accounts_are_not_held_up(app: Litestar) -> None:
    spammers = [await make.member() for _ in range(40)]
    await db.execute(
        "update member set created_at = now() - interval '2 days' where id = any($1)", [s.id for s in spammers]
    )
    for number in range(5):
        who, thread = await make.member(f"mod{number}", role="moderator"), await make.thread()
        for comment in await written(thread, spammers, MOST + 10):
            await remove(who, comment, thread)

    assert (await awaiting(), await letters()) == (0, [])


async def test_many_comments_of_one_member_are_not_held_up(thread: int, mo: Viewer, authors: list[Viewer]) -> None:
    await make.member(role="moderator")
    for comment in await written(thread, authors[:1], MOST + 5):
        await remove(mo, comment, thread)

    assert await awaiting() == 0


async def test_members_do_not_lose_their_standing_by_the_removals_themselves(
    thread: int, mo: Viewer, authors: list[Viewer]
) -> None:
    """Each loses ten comments and is suspended in between: all of it counts."""
    await make.member(role="moderator")
    comments = await written(thread, authors, MOST + 1)
    for comment in comments[:-1]:
        await remove(mo, comment, thread)
    suspension = Choice(0, 0, "suspend", "civility", "An insult.", 3)

    await in_place.decide_on(mo, "member", authors[0].id, None, suspension)

    assert await awaiting() == 1
    proposal = await db.value("select id from decision where state = 'awaiting'")
    await second_approval.approve(await make.member(role="admin"), proposal)
    assert await db.value("select state from member where id = $1", authors[0].id) == "suspended"
    ends = "select m.state_until = d.until from member m join decision d on d.target = m.id and d.id = $1"
    assert await db.value(ends, proposal)


async def test_where_there_is_no_second_the_moderator_types_their_name(
    thread: int, mo: Viewer, authors: list[Viewer]
) -> None:
    comments = await written(thread, authors, MOST + 2)
    for comment in comments[:MOST]:
        await remove(mo, comment, thread)

    for typed in ("", "yes"):
        with pytest.raises(Refused, match="type your name"):
            await remove(mo, comments[-1], thread, confirmed=typed)
    await remove(mo, comments[-1], thread, confirmed="MO")

    assert (await removed(comments), await awaiting()) == (MOST + 1, 0)
    assert await db.value("select count(*) from mod_action where after ? 'confirmed'") == 1
    assert await replay.contradictions() == []


async def test_undone_decisions_do_not_count(thread: int, mo: Viewer, authors: list[Viewer]) -> None:
    await make.member(role="moderator")
    comments = await written(thread, authors, MOST + 1)
    for comment in comments[:-1]:
        await remove(mo, comment, thread)
    await db.execute("update decision set state = 'undone' where target = $1", comments[0])

    await remove(mo, comments[-1], thread)

    assert await awaiting() == 0


async def at_the_limit(mo: Viewer, thread: int, authors: list[Viewer]) -> list[int]:
    """Two more comments, after as many removals as are allowed."""
    comments = await written(thread, authors, MOST + 2)
    for comment in comments[:MOST]:
        await remove(mo, comment, thread)
    return comments[MOST:]


async def test_bulk_decisions_do_not_bypass_it(
    client: httpx.AsyncClient, thread: int, mo: Viewer, authors: list[Viewer]
) -> None:
    await make.member(role="moderator")
    comments = await written(thread, authors, MOST + 5)
    await make.sign_in(client, mo)
    boxes = {f"comment-{comment}": "1" for comment in comments}

    done = await client.post("/mod/comments", data=boxes | REMOVAL | {"sure": "1"})

    assert (await removed(comments), await awaiting()) == (MOST, 5)
    assert "5 decisions are not carried out yet" in done.text


async def test_a_bulk_decision_asks_for_the_name_and_goes_on_with_the_rest(
    client: httpx.AsyncClient, thread: int, mo: Viewer, authors: list[Viewer]
) -> None:
    comments = await written(thread, authors, MOST + 5)
    await make.sign_in(client, mo)
    boxes = {f"comment-{comment}": "1" for comment in comments}

    asked = await client.post("/mod/comments", data=boxes | REMOVAL | {"sure": "1"})
    left = [comment for comment in comments if f'name="comment-{comment}"' in asked.text]
    assert (asked.status_code, 'name="confirm"' in asked.text, len(left)) == (422, True, 5)
    boxes = {f"comment-{comment}": "1" for comment in left}
    await client.post("/mod/comments", data=boxes | REMOVAL | {"sure": "1", "confirm": "mo"})

    assert await removed(comments) == MOST + 5


async def test_the_queue_and_its_bulk_page_ask_for_the_name(
    client: httpx.AsyncClient, thread: int, mo: Viewer, authors: list[Viewer]
) -> None:
    first, second = await at_the_limit(mo, thread, authors)
    items = []
    for comment in (first, second):
        await db.execute("insert into queue_item (kind, target, thread) values ('comment', $1, $2)", comment, thread)
        items.append(await db.value("select id from queue_item where kind = 'comment' and target = $1", comment))
    await make.sign_in(client, mo)

    one = await client.post(f"/mod/item/{items[0]}/decide", data=REMOVAL | {"version": "1"})
    many = await client.post("/mod/bulk", data={f"item-{items[1]}": "1"} | REMOVAL | {"sure": "1"})

    for answer in (one, many):
        assert (answer.status_code, 'name="confirm"' in answer.text) == (422, True)
    assert await removed([first, second]) == 0
    await client.post(f"/mod/item/{items[0]}/decide", data=REMOVAL | {"version": "1", "confirm": "mo"})
    await client.post("/mod/bulk", data={f"item-{items[1]}": "1"} | REMOVAL | {"sure": "1", "confirm": "mo"})
    assert await removed([first, second]) == 2


async def test_the_form_beside_a_comment_asks_for_the_name_and_says_what_waits(
    client: httpx.AsyncClient, thread: int, mo: Viewer, authors: list[Viewer]
) -> None:
    first, second = await at_the_limit(mo, thread, authors)
    await make.sign_in(client, mo)

    asked = await client.post(f"/c/{first}/moderate", data=REMOVAL)
    assert (asked.status_code, 'name="confirm"' in asked.text) == (422, True)
    await make.member(role="moderator")
    waits = await client.post(f"/c/{second}/moderate", data=REMOVAL, follow_redirects=True)

    assert "Not done yet: a second moderator has to approve" in waits.text
    assert await removed([first, second]) == 0


@pytest.mark.committed
async def test_requests_at_once_do_not_exceed_the_limit(app: Litestar) -> None:
    thread = await make.thread()
    authors = [await regular(thread) for _ in range(3)]
    mo, _ = await make.member("mo", role="moderator"), await make.member(role="moderator")
    threads = [await make.thread() for _ in range(4)]
    comments = [(place, one) for place in threads for one in await written(place, authors, 10)]

    await asyncio.gather(*(remove(mo, comment, place) for place, comment in comments))

    assert await db.value("select count(*) from comment where state = 'removed'") == MOST
    assert await awaiting() == len(comments) - MOST


def test_the_sentence_names_the_field() -> None:
    assert "Your name" in str(CONFIRM)


async def test_a_removal_waits_for_no_other_thread(thread: int, mo: Viewer, authors: list[Viewer]) -> None:
    """Ids of members and of threads are the same numbers: each removal could deadlock with a move, or another one."""
    if mo.id == thread:
        # The transaction of this test has that lock.
        mo = await make.member(role="moderator")
    (comment,) = await written(thread, authors, 1)
    other = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        await other.execute(f"select pg_advisory_lock({locks._THREADS}, $1)", mo.id)

        async with asyncio.timeout(5):
            await remove(mo, comment, thread)
    finally:
        await other.close()

    assert await removed([comment]) == 1
