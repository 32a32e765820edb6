"""The statement of reasons over HTTP: who may read it, what it says, the appeal."""

import httpx
import pytest
from litestar import Litestar

from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import letters, undoing
from parley.people.sign_in import passwords
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import INSULT, decided, reported, sanctioned

pytestmark = pytest.mark.anyio


async def removed() -> int:
    """A decision that removed a comment of jonas."""
    return await decided(await reported(await make.member("jonas")), await make.member("mo", role="moderator"))


async def as_jonas(client: httpx.AsyncClient) -> None:
    id_of = await db.value("select id from member where name = 'jonas'")
    await make.sign_in(client, make.Viewer(id=id_of, name="jonas", role="member", verified=True, session=0))


async def test_the_author_reads_why_and_their_own_words(client: httpx.AsyncClient) -> None:
    decision = await removed()
    await as_jonas(client)

    page = await client.get(f"/decision/{decision}")

    for part in (
        INSULT,
        "It insults somebody.",
        "Argue with the case",
        "<dd>A moderator</dd>",
        "By a report",
    ):
        assert part in page.text, part
    assert "mo" not in page.text.split()
    assert page.headers["cache-control"] == "no-store" and page.headers["referrer-policy"] == "same-origin"


async def test_the_link_in_the_letter_opens_it_without_signing_in(client: httpx.AsyncClient) -> None:
    decision = await removed()

    page = await client.get(f"/decision/{decision}?key={letters.key(decision)}")

    assert page.status_code == 200 and INSULT in page.text
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize("key", ["", "0" * 32, "é", "%00"])
async def test_nobody_else_learns_of_it(client: httpx.AsyncClient, key: str) -> None:
    decision = await removed()

    answers = [await client.get(f"/decision/{decision}?key={key}")]
    answers += [await client.post(f"/decision/{decision}", data={"text": "Why?", "key": key})]
    await make.sign_in(client, await make.member())
    answers += [await client.get(f"/decision/{decision}"), await client.get("/decision/x")]
    answers += [await client.post(f"/decision/{decision}", data={"text": "Why?"})]

    assert {one.status_code for one in answers} == {404}
    assert not any(INSULT in one.text for one in answers)
    assert await db.value("select count(*) from appeal") == 0


async def test_staff_read_it_and_cannot_appeal(client: httpx.AsyncClient) -> None:
    decision = await removed()
    await make.sign_in(client, await make.member(role="moderator"))

    page = await client.get(f"/decision/{decision}")
    answer = await client.post(f"/decision/{decision}", data={"text": "Why?"})

    assert page.status_code == 200 and "<textarea" not in page.text
    assert answer.status_code == 404


async def test_an_appeal_is_filed_once_and_its_state_shown(client: httpx.AsyncClient) -> None:
    decision = await removed()
    await as_jonas(client)

    answer = await client.post(f"/decision/{decision}", data={"text": "It was a quotation."})
    page = await client.get(answer.headers["location"])
    again = await client.post(f"/decision/{decision}", data={"text": "And another thing."})

    assert answer.status_code == 303
    assert "It was a quotation." in page.text and "It waits for a moderator." in page.text
    assert (
        again.status_code == 422
        and "You have already appealed" in again.text
        and "And another thing.</textarea>" in again.text
    )


async def test_an_appeal_is_withdrawn_while_it_waits(client: httpx.AsyncClient) -> None:
    decision = await removed()
    appeal = await appeals.file(decision=decision, text="It was a quotation.")
    key = letters.key(decision)

    offered = await client.get(f"/decision/{decision}?key={key}")
    answer = await client.post(f"/decision/{decision}/withdraw", data={"key": key})
    page = await client.get(answer.headers["location"])
    again = await client.post(f"/decision/{decision}", data={"text": "After all.", "key": key})

    assert "Withdraw the appeal" in offered.text
    assert answer.status_code == 303 and "You withdrew it" in page.text and "Withdraw the appeal" not in page.text
    assert again.status_code == 422 and "After all.</textarea>" in again.text
    assert await db.value("select state from appeal where id = $1", appeal) == "withdrawn"
    last = "select action || ' ' || role || ' ' || decision from mod_action order by id desc limit 1"
    assert await db.value(last) == f"appeal.withdrawn member {decision}"


async def test_an_assigned_appeal_cannot_be_withdrawn(client: httpx.AsyncClient) -> None:
    decision = await removed()
    appeal = await appeals.file(decision=decision, text="It was a quotation.")
    await appeals.assign(await make.member(role="moderator"), appeal)
    await as_jonas(client)

    page = await client.get(f"/decision/{decision}")
    answer = await client.post(f"/decision/{decision}/withdraw")

    assert "Withdraw the appeal" not in page.text
    assert answer.status_code == 422 and "a moderator has started on it" in answer.text
    assert await db.value("select state from appeal") == "assigned"


async def test_nobody_else_withdraws_it(client: httpx.AsyncClient) -> None:
    decision = await removed()
    await appeals.file(decision=decision, text="It was a quotation.")

    answers = [await client.post(f"/decision/{decision}/withdraw", data={"key": "0" * 32})]
    for role in ("member", "moderator"):
        await make.sign_in(client, await make.member(role=role))
        answers.append(await client.post(f"/decision/{decision}/withdraw"))
    answers.append(await client.post("/decision/999999/withdraw"))

    assert {one.status_code for one in answers} == {404}
    assert await db.value("select state from appeal") == "filed"


async def test_the_answer_to_an_appeal_stands_there(client: httpx.AsyncClient) -> None:
    decision = await removed()
    appeal = await appeals.file(decision=decision, text="It was a quotation.")
    other = await make.member(role="moderator")
    await appeals.decide(other, appeal, outcome="overturned", answer="You are right.")
    await as_jonas(client)

    page = await client.get(f"/decision/{decision}")

    assert "You are right." in page.text and "it has been reversed" in page.text


@pytest.mark.parametrize("text", ["", "x" * 5_001])
async def test_an_appeal_needs_words_that_fit(client: httpx.AsyncClient, text: str) -> None:
    decision = await removed()

    answer = await client.post(f"/decision/{decision}", data={"text": text, "key": letters.key(decision)})

    assert answer.status_code == 422 and 'id="f-text-error"' in answer.text
    assert f"{text}</textarea>" in answer.text
    assert f'value="{letters.key(decision)}"' in answer.text


async def test_after_half_a_year_it_is_too_late(client: httpx.AsyncClient) -> None:
    decision = await removed()
    await db.execute("update decision set created_at = now() - interval '184 days'")
    await as_jonas(client)

    page = await client.get(f"/decision/{decision}")
    answer = await client.post(f"/decision/{decision}", data={"text": "Late."})

    assert "That time has passed" in page.text and "Late." in answer.text and answer.status_code == 422


async def test_a_suspended_member_appeals_with_the_key(client: httpx.AsyncClient, app: Litestar) -> None:
    item = await reported(await make.member("jonas"))
    decision = await decided(item, await make.member(role="moderator"), "suspend", days=7)

    page = await client.get(f"/decision/{decision}?key={letters.key(decision)}")
    answer = await client.post(f"/decision/{decision}", data={"text": "Please.", "key": letters.key(decision)})
    after = await client.get(answer.headers["location"])

    assert "Your account was suspended" in page.text and INSULT in page.text
    assert answer.status_code == 303 and "Please." in after.text


async def test_a_sanction_beside_a_removal_says_what_it_is_about_and_who_noticed(client: httpx.AsyncClient) -> None:
    jonas, mo = await make.member("jonas"), await make.member("mo", role="moderator")
    decision = await sanctioned(await reported(jonas), mo, jonas)
    await as_jonas(client)

    page = await client.get(f"/decision/{decision}")

    assert "You can read, but not write or vote." in page.text
    assert INSULT in page.text and "By a report" in page.text


async def test_a_report_answered_long_before_is_not_named_as_its_cause(client: httpx.AsyncClient) -> None:
    item, mo = await reported(await make.member("jonas")), await make.member("mo", role="moderator")
    await decided(item, mo, "approve", guideline=None)
    await db.execute("update report set resolved_at = now() - interval '1 day', created_at = now() - interval '2 days'")
    await db.execute("update queue_item set state = 'open'")
    decision = await decided(item, mo)
    await as_jonas(client)

    assert "By a moderator" in (await client.get(f"/decision/{decision}")).text


@pytest.mark.parametrize("what", ["approve", "undone", "awaiting"])
async def test_the_author_does_not_see_a_decision_that_was_never_announced(
    client: httpx.AsyncClient, what: str
) -> None:
    item, mo = await reported(await make.member("jonas")), await make.member(role="moderator")
    await make.member(role="moderator")
    if what == "approve":
        decision = await decided(item, mo, "approve", guideline=None)
    else:
        decision = await decided(item, mo, "suspend", days=None if what == "awaiting" else 3)
    if what == "undone":
        await undoing.undo(mo, decision)
    await as_jonas(client)

    assert (await client.get(f"/decision/{decision}")).status_code == 404
    assert (await client.get(f"/decision/{decision}?key={letters.key(decision)}")).status_code == 404


async def test_a_suspended_sign_in_leads_to_the_reasons(client: httpx.AsyncClient) -> None:
    jonas = await make.member("jonas")
    decision = await decided(await reported(jonas), await make.member(role="moderator"), "suspend", days=7)
    secret = await passwords.hash_password("four green words")
    await db.execute("update member set password_hash = $2 where id = $1", jonas.id, secret)

    answer = await client.post("/login", data={"login": "jonas", "password": "four green words"})
    wrong = await client.post("/login", data={"login": "jonas", "password": "other green words"})

    assert answer.status_code == 403 and "suspended until" in answer.text
    assert f'href="/decision/{decision}?key={letters.key(decision)}"' in answer.text
    assert "/decision/" not in wrong.text


async def test_a_member_finds_all_that_was_decided_about_them(client: httpx.AsyncClient) -> None:
    decision = await removed()
    jonas = await db.value("select member from decision")
    undone = await decided(await reported(await make.member("anna")), await make.member(role="moderator"), "warn")
    await as_jonas(client)

    page = await client.get("/settings/data")

    assert f'href="/decision/{decision}"' in page.text and "Your comment was removed" in page.text
    assert f"/decision/{undone}" not in page.text and jonas is not None
    await make.sign_in(client, await make.member())
    assert "Nothing yet." in (await client.get("/settings/data")).text
    client.cookies.clear()
    assert (await client.get("/settings/data")).status_code == 303


@pytest.mark.parametrize("action", ["remove", "collapse"])
async def test_its_author_is_led_from_the_place_of_a_comment_to_the_reasons(
    client: httpx.AsyncClient, action: str
) -> None:
    jonas = await make.member("jonas")
    decision = await decided(await reported(jonas), await make.member(role="moderator"), action)
    comment, thread = await db.value("select target from decision"), await db.value("select thread from decision")
    await make.sign_in(client, jonas)

    page = await client.get(await make.address(thread))
    led = await client.get(f"/c/{comment}/decision")
    await make.sign_in(client, await make.member())
    others = await client.get(await make.address(thread))

    assert f'href="/c/{comment}/decision">Read the decision or appeal' in page.text
    assert led.status_code == 303 and led.headers["location"] == f"/decision/{decision}"
    assert f"/c/{comment}/decision" not in others.text
    assert (await client.get(f"/c/{comment}/decision")).status_code == 404


async def test_readers_can_open_a_collapsed_comment(client: httpx.AsyncClient) -> None:
    await decided(await reported(await make.member()), await make.member(role="moderator"), "collapse")

    page = await client.get(await make.address(await db.value("select thread from decision")))

    assert "Collapsed by moderation: <bdi>It insults somebody.</bdi> <span>Show</span></summary>" in page.text
    assert '<div dir="auto"><p>You are a fool' in page.text
