"""A message to a member is no sanction; a note mails the moderators whom it mentions."""

import httpx
import pytest
from litestar import Litestar

from parley.moderation.appeals import ops as appeals
from parley.moderation.modmembers import ops
from parley.platform import db, ratelimit
from parley.platform.errors import Forbidden, Refused
from tests import make
from tests.interfaces.api.calling import program

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]
WORDS = "Please name the source of your figures."


async def test_a_member_reads_it_by_mail_and_under_for_you_and_appeals_against_nothing(
    client: httpx.AsyncClient,
) -> None:
    mira = await make.member("mira")
    await make.sign_in(client, await make.member(role="moderator"))
    sent = await client.post("/mod/members/mira/message", data={"text": WORDS})
    assert sent.status_code == 303 and "Message sent" in (await client.get(sent.headers["location"])).text
    assert (await client.post("/mod/members/mira/message", data={"text": " "})).status_code == 422
    decision = await db.value("select id from decision where action = 'message'")

    assert WORDS in await db.value("select text from mail where kind = $1", f"decision.{decision}")
    assert await db.value("select state from member where id = $1", mira.id) == "active"
    await db.execute("update decision set created_at = now() - interval '1 hour'")
    await make.sign_in(client, mira)
    assert "A message from a moderator." in (await client.get("/for-you")).text
    page = (await client.get(f"/decision/{decision}")).text
    assert WORDS in page and "A message from a moderator" in page and "ppeal" not in page
    with pytest.raises(Refused):
        await appeals.file(decision=decision, text="No.")


async def test_it_is_undone_like_a_decision_and_its_letter_is_not_sent(client: httpx.AsyncClient) -> None:
    mira, mo = await make.member("mira"), await make.member(role="moderator")
    await make.sign_in(client, mo)
    made = await ops.message(mo, mira.id, WORDS)

    assert (await client.post("/u/mira/moderate", data={"undo": str(made)})).status_code == 200
    assert await db.value("select count(*) from mail") == 0


async def test_moderators_write_to_no_staff_and_programs_write_too(app: Litestar) -> None:
    mo, other = await make.member("mo", role="moderator"), await make.member(role="moderator")
    await make.member("mira")
    with pytest.raises(Forbidden):
        await ops.message(mo, other.id, WORDS)
    async with program(app, mo, "moderate") as script:
        answer = await script.post("/moderation/members/mira/message", json={"text": WORDS})
    assert answer.status_code == 201
    assert await db.value("select reason from decision where id = $1", answer.json()["id"]) == WORDS


async def test_a_note_mails_the_moderators_whom_it_mentions() -> None:
    mira, mo = await make.member("mira"), await make.member("mo", role="moderator")
    await make.member("ada", role="admin")
    await make.member("jon")

    await ops.note(mo, mira.id, "@ada @jon @mira @mo: again, the same shop.")

    assert await db.values("select recipient from mail") == ["ada@example.org"]
    assert "/mod/members/mira#notes" in await db.value("select text from mail")
    assert "the same shop" not in await db.value("select text from mail")


async def test_nobody_writes_to_hundreds_in_an_hour(client: httpx.AsyncClient) -> None:
    mira, mo = await make.member("mira"), await make.member(role="moderator")
    await make.sign_in(client, mo)
    await ratelimit.take(ratelimit.WRITE_MODERATOR, str(mo.id), ratelimit.WRITE_MODERATOR.most - 1)
    await ops.note(mo, mira.id, "The last one.")

    for address in ("message", "note"):
        refused = await client.post(f"/mod/members/mira/{address}", data={"text": WORDS})
        assert refused.status_code == 429 and WORDS in refused.text, "what was typed is kept"
    assert await db.value("select count(*) from mail") == 0
