"""Staff find members, see their record, and decide about them on their page; roles take two admins."""

import asyncio

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.moderation.decisions import second_approval
from parley.moderation.decisions.rules import Choice
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog import replay
from parley.moderation.modmembers import ops as modmembers
from parley.moderation.modmembers import queries as people
from parley.moderation.modmembers.queries import MemberQuery
from parley.people.accounts import sessions
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, Refused
from tests import make
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio

SANCTION = {"action": "silence", "rule": "civility", "reason": "It insults somebody.", "until": "7"}
LAST = "select action || ' ' || kind || ' ' || target from mod_action order by id desc limit 1"


async def staff(role: str = "moderator") -> Viewer:
    return await make.member(role=role)


async def sign_in(client: httpx.AsyncClient, role: str = "moderator") -> Viewer:
    who = await staff(role)
    await make.sign_in(client, who)
    return who


async def role_of(member: Viewer) -> str:
    role: str = await db.value("select role from member where id = $1", member.id)
    return role


async def test_members_are_found_by_the_beginning_of_name_or_address(client: httpx.AsyncClient) -> None:
    for name in ("jonas", "joanna", "mira"):
        await make.member(name)
    await sign_in(client)

    by_name = await client.get("/mod/members?q=JO")
    by_address = await client.get("/mod/members?q=mira@")
    nobody = await client.get("/mod/members?q=zz")

    assert "/mod/members/jonas" in by_name.text and "/mod/members/joanna" in by_name.text
    assert "/mod/members/mira" not in by_name.text
    assert "/mod/members/mira" in by_address.text and "/mod/members/jonas" not in by_address.text
    assert "No members found" in nobody.text


@pytest.mark.parametrize("action", ["warn", "silence", "suspend"])
async def test_a_member_without_a_confirmed_address_is_not_sanctioned(app: Litestar, action: str) -> None:
    jonas = await make.member("jonas", state="unverified")
    choice = Choice(0, 0, action, "civility", "It insults somebody.")

    with pytest.raises(Refused, match="has not confirmed their address"):
        await modmembers.sanction(await staff(), jonas.id, choice)

    assert await db.value("select count(*) from decision") + await db.value("select count(*) from mail") == 0


async def test_members_are_found_by_state_and_role(client: httpx.AsyncClient) -> None:
    await make.member("jonas", role="moderator")
    await decided(await reported(await make.member("mira")), await staff(), "silence", days=3)
    await sign_in(client)

    by_role = await client.get("/mod/members?role=moderator")
    by_state = await client.get("/mod/members?state=silenced")

    assert "/mod/members/jonas" in by_role.text and "/mod/members/mira" not in by_role.text
    assert "/mod/members/mira" in by_state.text and "/mod/members/jonas" not in by_state.text


async def test_members_are_listed_by_name(app: Litestar) -> None:
    for name in ("mira", "kofi", "Ines", "hanna"):
        await make.member(name)

    assert [row.name for row in await people.search(MemberQuery())] == ["hanna", "Ines", "kofi", "mira"]
    assert [row.name for row in await people.search(MemberQuery(), after="Ines")] == ["kofi", "mira"]


async def test_every_member_is_on_one_page_of_the_list(client: httpx.AsyncClient) -> None:
    names = {f"seek{number:03}" for number in range(120)}
    for name in names:
        await make.member(name)
    await sign_in(client)

    seen: list[str] = []
    url: str | None = "/mod/members?q=seek"
    while url:
        page = (await client.get(url)).text
        seen += [part.split('"')[0] for part in page.split('href="/mod/members/')[1:]]
        url = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in page else None

    assert len(seen) == 120 and set(seen) == names


async def test_the_page_of_a_member_has_their_record(client: httpx.AsyncClient) -> None:
    jonas = await make.member("jonas")
    await decided(await reported(jonas), await staff(), "remove")
    await modmembers.note(await staff(), jonas.id, "Writes well when calm.")
    await make.sign_in(client, jonas)
    await sign_in(client)

    page = await client.get("/mod/members/jonas")

    for part in ("jonas@example.org", "Removed", "1 upheld, 0 declined", "Writes well when calm."):
        assert part in page.text, part
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/mod/members", "/mod/members/jonas"])
async def test_only_staff_find_it(client: httpx.AsyncClient, path: str) -> None:
    await make.member("jonas")

    assert (await client.get(path)).status_code == 404
    await make.sign_in(client, await make.member())
    assert (await client.get(path)).status_code == 404
    for part in ("note", "sanction", "lift", "sessions/end", "role"):
        assert (await client.post(f"/mod/members/jonas/{part}")).status_code == 404
    await sign_in(client)
    assert (await client.get("/mod/members/nobody")).status_code == 404


async def test_a_note_is_for_staff_and_its_words_are_not_in_the_record(client: httpx.AsyncClient) -> None:
    jonas = await make.member("jonas")
    await sign_in(client)

    empty = await client.post("/mod/members/jonas/note", data={"text": " "})
    answer = await client.post("/mod/members/jonas/note", data={"text": "Writes well when calm."})

    assert empty.status_code == 422 and "f-note-error" in empty.text
    assert answer.status_code == 303 and "Writes well" in (await client.get("/mod/members/jonas")).text
    assert await db.value(LAST) == f"note member {jonas.id}"
    assert await db.value("select count(*) from mod_action where reason <> ''") == 0
    assert "Writes well" not in (await client.get("/u/jonas")).text


async def test_a_member_is_silenced_and_it_is_lifted(client: httpx.AsyncClient) -> None:
    jonas = await make.member("jonas")
    await sign_in(client)

    answer = await client.post("/mod/members/jonas/sanction", data=SANCTION)
    page = await client.get(answer.headers["location"])
    mistake = await client.post("/mod/members/jonas/lift", data={"reason": ""})
    lifted = await client.post("/mod/members/jonas/lift", data={"reason": "They understood."})
    again = await client.post("/mod/members/jonas/lift", data={"reason": "Once more."})

    assert answer.status_code == 303 and "Silenced until" in page.text and "End it now" in page.text
    assert mistake.status_code == 422 and "f-lift-reason-error" in mistake.text
    assert lifted.status_code == 303
    assert again.status_code == 422 and "no longer silenced or suspended" in again.text
    assert await db.value("select state from member where id = $1", jonas.id) == "active"
    assert await db.value("select state from decision") == "ended"
    assert await db.values("select action from mod_action order by id") == ["silence", "lift"]
    assert "They understood." in await db.value("select text from mail where kind like 'lifted%'")
    assert (await modlog.verify()).broken is None


async def test_what_was_just_lifted_is_in_force_again_and_nobody_was_told(client: httpx.AsyncClient) -> None:
    jonas = await make.member("jonas")
    await sign_in(client)
    await client.post("/mod/members/jonas/sanction", data=SANCTION)
    standing = "select state || ' ' || state_until from member where id = $1"
    silenced = await db.value(standing, jonas.id)
    await client.post("/mod/members/jonas/lift", data={"reason": "They understood."})

    page = await client.get("/mod/members/jonas")
    undone = await client.post("/mod/members/jonas/lift", data={"undo": "1"})
    again = await client.post("/mod/members/jonas/lift", data={"undo": "1"})

    assert "Sanctions lifted." in page.text and undone.status_code == 303
    assert again.status_code == 422 and "no longer be undone" in again.text
    assert silenced.startswith("silenced ") and await db.value(standing, jonas.id) == silenced
    assert await db.value("select count(*) from mail where kind like 'lifted%'") == 0
    assert await db.values("select action from mod_action order by id") == ["silence", "lift", "lift.undo"]
    assert (await modlog.verify()).broken is None and await replay.contradictions() == []


async def test_lifting_cannot_be_undone_later(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    await make.member("jonas")
    await sign_in(client)
    await client.post("/mod/members/jonas/sanction", data=SANCTION)
    await client.post("/mod/members/jonas/lift", data={"reason": "They understood."})
    monkeypatch.setattr(modmembers, "UNDO_SECONDS", 0)
    late = await client.post("/mod/members/jonas/lift", data={"undo": "1"})

    assert late.status_code == 422


async def test_the_letter_can_be_previewed(client: httpx.AsyncClient) -> None:
    await make.member("jonas")
    await sign_in(client)
    asked = SANCTION | {"preview": "1"}

    page = await client.post("/mod/members/jonas/sanction", data=asked)
    part = await client.post("/mod/members/jonas/sanction", data=asked, headers={"HX-Request": "true"})

    assert (
        "They will read" in page.text and "Hello jonas" in page.text and "It insults somebody.</textarea>" in page.text
    )
    assert "Hello jonas" in part.text and "<html" not in part.text
    assert await db.value("select count(*) from decision") == 0


@pytest.mark.parametrize("missing", ["action", "rule", "reason"])
async def test_a_sanction_needs_its_rule_and_reason(client: httpx.AsyncClient, missing: str) -> None:
    await make.member("jonas")
    await sign_in(client)

    answer = await client.post("/mod/members/jonas/sanction", data=SANCTION | {missing: ""})

    assert answer.status_code == 422 and 'class="error"' in answer.text
    assert missing == "reason" or "It insults somebody.</textarea>" in answer.text
    assert await db.value("select count(*) from decision") == 0


async def test_what_is_not_a_sanction_is_refused(app: Litestar) -> None:
    jonas = await make.member()

    for action in ("approve", "escalate", "role", "remove"):
        with pytest.raises(Refused):
            await modmembers.sanction(await staff(), jonas.id, Choice(0, 0, action, "civility", "So."))


async def test_nobody_decides_about_themselves_or_as_a_moderator_about_staff(client: httpx.AsyncClient) -> None:
    other = await staff()
    who = await sign_in(client)

    for name in (who.name, other.name):
        page = await client.get(f"/mod/members/{name}")
        answer = await client.post(f"/mod/members/{name}/sanction", data=SANCTION)
        assert page.status_code == 200 and "/sanction" not in page.text
        assert answer.status_code == 403
        assert (await client.post(f"/mod/members/{name}/sessions/end")).status_code == 403


async def test_signing_somebody_out_is_in_the_record(client: httpx.AsyncClient) -> None:
    jonas = await make.member("jonas")
    await make.sign_in(client, jonas)
    await sign_in(client)

    answer = await client.post("/mod/members/jonas/sessions/end")

    assert answer.status_code == 303
    assert await db.value("select count(*) from session where member = $1", jonas.id) == 0
    assert await db.value(LAST) == f"sign_out member {jonas.id}"


async def test_a_role_takes_two_admins(client: httpx.AsyncClient) -> None:
    jonas, other = await make.member("jonas"), await staff("admin")
    first = await sign_in(client, "admin")
    await db.execute("update session set proved_at = now()")

    answer = await client.post("/mod/members/jonas/role", data={"role": "moderator", "reason": "Fair and awake."})
    decision = await db.value("select id from decision")
    assert answer.status_code == 303 and await role_of(jonas) == "member"
    for one in (first, await staff()):
        with pytest.raises(Forbidden):
            await second_approval.approve(one, decision)
    await make.sign_in(client, other)
    page = await client.get(f"/mod/decision/{decision}/second-approval")
    agreed = await client.post(f"/mod/decision/{decision}/second-approval", data={"approve": "1"})

    assert "Make jonas a moderator" in page.text and "Fair and awake." in page.text
    assert agreed.status_code == 303 and await role_of(jonas) == "moderator"
    assert "now a moderator" in await db.value("select text from mail where kind = $1", f"decision.{decision}")
    assert await db.values("select action from mod_action order by id") == ["role", "proposal.approved"]


async def test_the_only_admin_gives_roles_alone_and_stays_one(app: Litestar) -> None:
    jonas, admin = await make.member(), await staff("admin")

    await modmembers.give_role(admin, jonas.id, "moderator", "Fair and awake.")

    assert await role_of(jonas) == "moderator"
    with pytest.raises(Forbidden):
        await modmembers.give_role(admin, admin.id, "member", "Tired.")
    with pytest.raises(Forbidden):
        await modmembers.give_role(await staff(), jonas.id, "admin", "Reason.")


async def test_a_lost_role_is_lost_at_the_next_request(client: httpx.AsyncClient) -> None:
    mo, admin = await staff(), await staff("admin")
    await make.sign_in(client, mo)
    assert (await client.get("/mod/queue")).status_code == 200

    await modmembers.give_role(admin, mo.id, "member", "Asked to.")

    assert (await client.get("/mod/queue")).status_code == 404


@pytest.mark.parametrize("data", [{"role": "", "reason": "So."}, {"role": "king", "reason": "So."}, {"role": "admin"}])
async def test_a_role_needs_its_reason(client: httpx.AsyncClient, data: dict[str, str]) -> None:
    jonas = await make.member("jonas")
    await sign_in(client, "admin")
    await db.execute("update session set proved_at = now()")

    answer = await client.post("/mod/members/jonas/role", data=data)

    assert answer.status_code == 422 and 'class="error"' in answer.text
    assert await role_of(jonas) == "member"


@pytest.mark.committed
async def test_two_admins_who_remove_each_other_leave_one(app: Litestar) -> None:
    one, other = await staff("admin"), await staff("admin")

    done = await asyncio.gather(
        modmembers.give_role(one, other.id, "member", "So."),
        modmembers.give_role(other, one.id, "member", "So."),
        return_exceptions=True,
    )

    assert sorted([await role_of(one), await role_of(other)]) == ["admin", "member"]
    assert sum(isinstance(each, Forbidden) for each in done) == 1


async def test_no_network_address_is_shown_but_who_shares_one(client: httpx.AsyncClient) -> None:
    mo, jonas, rita, olga = [await make.member(name) for name in ("mo", "jonas", "rita", "olga")]
    await db.execute("update member set role = 'moderator' where id = $1", mo.id)
    for who, address in ((jonas, "203.0.113.7"), (rita, "203.0.113.99"), (olga, "198.51.100.4"), (olga, "")):
        await sessions.start(who.id, who.role, agent="a test", address=address)
    await make.sign_in(client, msgspec.structs.replace(mo, role="moderator"))

    page = (await client.get("/mod/members/jonas")).text

    assert "203.0.113" not in page and 'id="linked"' in page
    assert 'href="/mod/members/rita"' in page and 'href="/mod/members/olga"' not in page
    assert 'id="linked"' not in (await client.get("/mod/members/olga")).text
    found = (await client.get("/mod/members?network=Jonas")).text
    assert 'href="/mod/members/rita"' in found and 'href="/mod/members/olga"' not in found


async def test_invitations_and_near_copies_are_hints_with_their_evidence(client: httpx.AsyncClient) -> None:
    names = ("jonas", "rita", "olga", "hugo", "vera")
    jonas, rita, olga, hugo, vera = [await make.member(name) for name in names]
    await db.execute("insert into sign_up (member, inviter) values ($1, $3), ($2, $3)", jonas.id, rita.id, vera.id)
    thread = await make.thread()
    advert = "The best watches of the town are at my shop, come and buy three for the price of one today, number {}."
    for number, who in enumerate((jonas, rita, olga)):
        await make.comment(thread, who, advert.format(number))
    await make.comment(thread, hugo, "A wholly different sentence about what the second passage means for teachers.")

    linked = {one.name: one for one in await people.linked(jonas.id)}

    assert {name: one.evidence for name, one in linked.items()} == {
        "rita": ["text", "together"],
        "olga": ["text"],
        "vera": ["inviter"],
    }
    assert sorted(one.name for one in await people.linked(vera.id)) == ["jonas", "rita"]
    await make.sign_in(client, await staff())
    page = (await client.get("/mod/members/jonas")).text
    assert "A hint and no proof" in page and f"/mod/comments?like={linked['olga'].comment}" in page
