"""Everything that a moderator decided since a time is undone in one step, by the worker."""

import httpx
import pytest
from litestar import Litestar

from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import mass_undo, second_approval, thread_actions
from parley.moderation.decisions.rules import Choice
from parley.moderation.modlog import replay
from parley.moderation.modqueue import in_place
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, Refused
from tests import make
from tests.moderation.decisions.test_removal_limit import awaiting, regular, remove, written
from tests.restricting import title

pytestmark = pytest.mark.anyio

PAGE = "/mod/members/rogue/decided"


@pytest.fixture
async def rogue(app: Litestar) -> Viewer:
    return await make.member("rogue", role="moderator")


@pytest.fixture
async def ada(app: Litestar) -> Viewer:
    return await make.member("ada", role="admin")


async def sign_in_proven(client: httpx.AsyncClient, who: Viewer) -> None:
    await make.sign_in(client, who)
    await db.execute("update session set proved_at = now()")


async def undone(client: httpx.AsyncClient, ada: Viewer, hours: str = "1") -> httpx.Response:
    await sign_in_proven(client, ada)
    answer = await client.post(f"{PAGE}/undo", data={"hours": hours, "reason": "Their account was stolen."})
    while await mass_undo.work_off():
        pass
    return answer


async def states(comments: list[int]) -> dict[str, int]:
    rows = await db.values("select state from comment where id = any($1)", comments)
    return {state: rows.count(state) for state in set(rows)}


async def test_everything_is_as_it_was(client: httpx.AsyncClient, rogue: Viewer, ada: Viewer) -> None:
    thread = await make.thread()
    authors = [await regular(thread) for _ in range(3)]
    comments = await written(thread, authors, 40)
    for comment in comments:
        await remove(rogue, comment, thread)
    collapsed = (await written(thread, [await make.member()], 1))[0]
    await remove(rogue, collapsed, thread, "collapse")
    await thread_actions.act(rogue, thread, "lock", "Enough.")
    suspension = Choice(0, 0, "suspend", "civility", "An insult.", 3)
    await in_place.decide_on(rogue, "member", (await make.member("jon")).id, None, suspension)
    assert await awaiting() == 10

    answer = await undone(client, ada)

    assert answer.status_code == 303
    assert await states([*comments, collapsed]) == {"visible": 41}
    assert await db.value("select collapsed from comment where id = $1", collapsed) is None
    assert await db.value("select state from thread where id = $1", thread) == "open"
    assert await db.value("select state from member where name = 'jon'") == "active"
    assert await awaiting() == 0
    assert await db.values("select distinct state from decision") == ["undone"]
    assert await db.value("select count(*) from mod_action where action = 'undo' and actor = $1", ada.id) == 43
    assert await db.value("select reason from mod_action where action = 'undo.all'") == "Their account was stolen."
    assert await replay.contradictions() == []
    page = (await client.get(PAGE)).text
    assert "43 decisions since" in page
    log = (await client.get("/mod/log")).text
    assert "Everything to be undone that was decided by" in log


async def test_what_was_decided_earlier_and_by_others_stays(
    client: httpx.AsyncClient, rogue: Viewer, ada: Viewer
) -> None:
    thread, other = await make.thread(), await make.member(role="moderator")
    early, late, others, moved = await written(thread, [await make.member()], 4)
    await remove(rogue, early, thread)
    await db.execute("update decision set created_at = created_at - interval '2 hours'")
    await remove(rogue, late, thread)
    await remove(other, others, thread)
    await thread_actions.act(rogue, thread, "lock", "Enough.")
    await thread_actions.act(other, thread, "archive", "It is over.", await title(thread))

    await undone(client, ada)

    assert await states([early, others]) == {"removed": 2}
    assert await states([late, moved]) == {"visible": 2}
    assert await db.value("select state from thread where id = $1", thread) == "archived"
    assert "1 was left as it is" in (await client.get(PAGE)).text


async def test_whoever_has_read_the_reasons_gets_one_letter(
    client: httpx.AsyncClient, rogue: Viewer, ada: Viewer
) -> None:
    thread, jon, mira = await make.thread(), await make.member("jon"), await make.member("mira")
    for comment in await written(thread, [jon], 3):
        await remove(rogue, comment, thread)
    await db.execute("update mail set sent_at = now(), state = 'sent'")
    for comment in await written(thread, [mira], 2):
        await remove(rogue, comment, thread)

    await undone(client, ada)

    assert await db.values("select recipient from mail where subject like '%undone%'") == ["jon@example.org"]
    unsent = "select count(*) from mail where recipient = 'mira@example.org' and kind like 'decision.%'"
    assert await db.value(unsent) == 0


async def test_it_goes_on_where_it_was_interrupted(rogue: Viewer, ada: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = await make.thread()
    comments = await written(thread, [await make.member()], 3)
    for comment in comments:
        await remove(rogue, comment, thread)
    number = await mass_undo.request(ada, rogue.id, 1, "A mistake.")
    assert await mass_undo._undo_next(number)

    await mass_undo.work_off()

    assert await states(comments) == {"visible": 3}
    assert await db.value("select undone from mass_undo") == 3


async def test_only_admins_undo_everything(client: httpx.AsyncClient, rogue: Viewer) -> None:
    mo = await make.member(role="moderator")
    with pytest.raises(Forbidden):
        await mass_undo.request(mo, rogue.id, 1, "A mistake.")
    await make.sign_in(client, mo)
    assert (await client.post(f"{PAGE}/undo", data={"hours": "1", "reason": "x"})).status_code == 404
    assert "Admins can undo" in (await client.get(PAGE)).text
    await make.sign_in(client, await make.member())
    assert (await client.get(PAGE)).status_code == 404


@pytest.mark.parametrize("fields", [{"hours": "1", "reason": " "}, {"hours": "2", "reason": "A mistake."}])
async def test_a_wrong_form_changes_nothing_and_keeps_the_text(
    client: httpx.AsyncClient, rogue: Viewer, ada: Viewer, fields: dict[str, str]
) -> None:
    await sign_in_proven(client, ada)
    answer = await client.post(f"{PAGE}/undo", data=fields)
    assert (answer.status_code, fields["reason"].strip() in answer.text) == (422, True)
    assert await db.value("select count(*) from mass_undo") == 0
    with pytest.raises(Refused):
        await mass_undo.request(ada, rogue.id, 2, "A mistake.")


@pytest.mark.parametrize(("approve", "state", "left"), [("1", "removed", "in_force"), ("0", "visible", "rejected")])
async def test_many_proposals_are_approved_or_rejected_at_once(
    client: httpx.AsyncClient, rogue: Viewer, approve: str, state: str, left: str
) -> None:
    second, thread = await make.member(role="moderator"), await make.thread()
    authors = [await regular(thread) for _ in range(2)]
    comments = await written(thread, authors, 34)
    made = [await remove(rogue, comment, thread) for comment in comments]
    await make.sign_in(client, second)
    assert "Approve these 4" in (await client.get(PAGE)).text

    await client.post(f"{PAGE}/approve", data={"approve": approve, "reason": "I looked.", "last": str(made[-1])})

    assert await states(comments[30:]) == {state: 4}
    assert await db.values("select distinct state from decision where id = any($1)", made[30:]) == [left]


async def test_what_a_second_moderator_approved_stays(client: httpx.AsyncClient, rogue: Viewer, ada: Viewer) -> None:
    second = await make.member(role="moderator")
    jon = await make.member("jon")
    suspension = Choice(0, 0, "suspend", "civility", "An insult.")
    made = await in_place.decide_on(rogue, "member", jon.id, None, suspension)
    await second_approval.approve(second, made)

    await undone(client, ada)

    assert await db.value("select state from member where name = 'jon'") == "suspended"


async def test_what_is_about_the_admin_who_asks_stays_unless_nobody_else_can_decide(
    client: httpx.AsyncClient, rogue: Viewer, ada: Viewer
) -> None:
    second, thread = await make.member(role="moderator"), await make.thread()
    (own,) = await written(thread, [ada], 1)
    (other,) = await written(thread, [await make.member()], 1)
    for comment in (own, other):
        await remove(rogue, comment, thread)

    await undone(client, ada)
    assert await states([own]) == {"removed": 1}
    assert await states([other]) == {"visible": 1}

    await db.execute("update member set role = 'member' where id = any($1)", [rogue.id, second.id])
    await undone(client, ada)
    assert await states([own]) == {"visible": 1}


async def test_what_an_admin_asked_for_ends_when_they_are_no_admin_any_more(rogue: Viewer, ada: Viewer) -> None:
    thread = await make.thread()
    comments = await written(thread, [await make.member()], 3)
    for comment in comments:
        await remove(rogue, comment, thread)
    number = await mass_undo.request(ada, rogue.id, 1, "A mistake.")
    assert await mass_undo._undo_next(number)

    await db.execute("update member set role = 'member' where id = $1", ada.id)
    while await mass_undo.work_off():
        pass

    assert await states(comments) == {"removed": 2, "visible": 1}
    assert await db.value("select done_at is not null from mass_undo")


@pytest.mark.parametrize(("outcome", "state"), [("upheld", "removed"), ("modified", "visible")])
async def test_what_another_moderator_decided_on_an_appeal_stays(
    client: httpx.AsyncClient, rogue: Viewer, ada: Viewer, outcome: str, state: str
) -> None:
    second, thread = await make.member(role="moderator"), await make.thread()
    (comment,) = await written(thread, [await make.member()], 1)
    appeal = await appeals.file(decision=await remove(rogue, comment, thread), text="It was a quotation.")
    await appeals.decide(second, appeal, outcome=outcome, answer="I read it too.", action="collapse")

    await undone(client, ada)

    assert await states([comment]) == {state: 1}
    assert await db.values("select state from decision") == ["in_force"]


async def test_an_admin_proves_again_who_they_are_and_keeps_what_was_typed(
    client: httpx.AsyncClient, rogue: Viewer, ada: Viewer
) -> None:
    await make.sign_in(client, ada)

    answer = await client.post(f"{PAGE}/undo", data={"hours": "6", "reason": "Their account was stolen."})

    assert answer.headers["location"].startswith("/prove?next=")
    assert await db.value("select count(*) from mass_undo") == 0
    page = (await client.get(f"{PAGE}?hours=6&reason=Their+account+was+stolen.")).text
    assert '<option value="6" selected>' in page
    assert "Their account was stolen.</textarea>" in page
