"""Locking, slowing and archiving a thread from its page: as the queue does it, and recorded."""

import httpx
import pytest
from litestar import Litestar

from parley.moderation.decisions import thread_actions, undoing
from parley.moderation.modlog import ops as modlog
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, Refused
from tests import make
from tests.moderation.modqueue.reported import decided, reported
from tests.restricting import title

pytestmark = pytest.mark.anyio

RECORDED = "select action || ' ' || kind || ' ' || target from mod_action order by id"
HELD = "select state || ' ' || slow || ' ' || coalesce(state_reason, '') from thread where id = $1"


@pytest.fixture
async def mo(client: httpx.AsyncClient) -> Viewer:
    """A moderator, who is signed in."""
    viewer = await make.member("mo", role="moderator")
    await make.sign_in(client, viewer)
    return viewer


@pytest.mark.parametrize(
    ("action", "held", "said"),
    [
        ("lock", "locked 0 Too hot.", "This thread is locked.</b> <bdi>Too hot.</bdi>"),
        (
            "slow",
            "open 120 Too hot.",
            "one comment every 2 minutes from each member, until a moderator lifts it. <bdi>Too hot.</bdi>",
        ),
        ("archive", "archived 0 Too hot.", "This thread is archived.</b> <bdi>Too hot.</bdi>"),
    ],
)
async def test_a_thread_shows_its_state_and_the_reason(
    client: httpx.AsyncClient, mo: Viewer, action: str, held: str, said: str
) -> None:
    thread = await make.thread()

    fields = {"reason": "Too hot.", "title": await title(thread)}
    answer = await client.post(f"/t/{thread}/{action}", data=fields)
    client.cookies.clear()
    page = await client.get(await make.address(thread))

    assert answer.status_code == 303
    assert await db.value(HELD, thread) == held
    assert said in page.text
    assert await db.values(RECORDED) == [f"{action} article {thread}"]
    assert await db.value("select actor from mod_action") == mo.id
    assert await db.value("select action || reason from decision") == f"{action}Too hot."
    assert (await modlog.verify()).broken is None


async def test_opening_it_again_lifts_everything(client: httpx.AsyncClient, mo: Viewer) -> None:
    thread = await make.thread()
    for action in ("slow", "lock", "unlock"):
        await client.post(f"/t/{thread}/{action}", data={"reason": "Because."})

    assert await db.value(HELD, thread) == "open 0 "
    assert await db.values(RECORDED) == [f"{action} article {thread}" for action in ("slow", "lock", "unlock")]
    assert await db.values("select kind from event where thread = $1 order by seq", thread) == [
        "thread.opened",
        "thread.slowed",
        "thread.locked",
        "thread.unlocked",
    ]


async def test_an_action_without_effect_is_not_repeated(client: httpx.AsyncClient, mo: Viewer) -> None:
    thread = await make.thread()
    for _ in range(2):
        await client.post(f"/t/{thread}/slow", data={"reason": "Too hot."})

    assert await db.value("select count(*) from mod_action") == 1


async def test_with_htmx_the_page_stays_and_shows_it(client: httpx.AsyncClient, mo: Viewer) -> None:
    thread = await make.thread()

    answer = await client.post(f"/t/{thread}/lock", data={"reason": "Too hot."}, headers={"HX-Request": "true"})

    assert answer.status_code == 200 and "<html" not in answer.text
    assert 'hx-target="#thread-state"' in answer.text and "Too hot." in answer.text
    assert f'hx-post="/t/{thread}/unlock"' in answer.text and f'hx-post="/t/{thread}/lock"' not in answer.text


async def test_a_slowed_thread_makes_its_members_wait_and_keeps_the_text(client: httpx.AsyncClient) -> None:
    thread, mira = await make.thread(), await make.member()
    await thread_actions.act(await make.member(role="moderator"), thread, "slow")
    await make.sign_in(client, mira)

    first = await client.post(f"/t/{thread}/comments", data={"body": "First."})
    second = await client.post(f"/t/{thread}/comments", data={"body": "At once another."})

    assert (first.status_code, second.status_code) == (303, 429)
    assert (
        "moderators have turned on slow mode in this thread" in second.text
        and "At once another.</textarea>" in second.text
    )


async def test_only_moderators_are_offered_it_and_may(app: Litestar, client: httpx.AsyncClient) -> None:
    thread, member = await make.thread(), await make.member()
    await make.sign_in(client, member)
    page = await client.get(await make.address(thread))
    refused = await client.post(f"/t/{thread}/slow", data={"reason": "Mine."})
    await make.sign_in(client, await make.member(role="moderator"))
    offered = await client.get(await make.address(thread))

    assert "Moderate this thread" not in page.text and "Moderate this thread" in offered.text
    assert refused.status_code == 404
    with pytest.raises(Forbidden):
        await thread_actions.act(member, thread, "slow")


async def test_undoing_a_lock_from_the_queue_gives_the_former_reason_back(app: Litestar) -> None:
    mo, item = await make.member(role="moderator"), await reported()
    thread = await db.value("select thread from queue_item where id = $1", item)
    await thread_actions.act(mo, thread, "slow", "Please take a breath.")

    decision = await decided(item, mo, "lock", guideline=None, reason="Enough.")
    assert await db.value(HELD, thread) == "locked 120 Enough."
    await undoing.undo(mo, decision)

    assert await db.value(HELD, thread) == "open 120 Please take a breath."


async def test_a_lock_is_not_undone_once_another_moderator_has_archived_the_thread(app: Litestar) -> None:
    mo, item = await make.member(role="moderator"), await reported()
    thread = await db.value("select thread from queue_item where id = $1", item)
    decision = await decided(item, mo, "lock", guideline=None, reason="Enough.")
    await thread_actions.act(await make.member(role="moderator"), thread, "archive", "It is over.", await title(thread))

    with pytest.raises(Refused, match="newer decision"):
        await undoing.undo(mo, decision)

    assert await db.value(HELD, thread) == "archived 0 It is over."
