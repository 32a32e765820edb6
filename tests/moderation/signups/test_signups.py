"""Who can become a member: everybody, whom a member invited, whom a moderator lets in, or nobody."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from time import time

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.people.accounts import joining, proof_of_work
from parley.people.accounts.viewer import Viewer
from parley.platform import db, ratelimit
from parley.platform.settings import settings
from parley.platform.signing import sign
from tests import make
from tests.people.accounts.conftest import mailed

__all__ = ["mailed"]

pytestmark = pytest.mark.anyio

Mailed = Callable[[str], Awaitable[str]]
FORM = {"name": "ada", "email": "ada@example.org", "password": "four unrelated green words"}
OWN, WAITING = "/settings/invitations", "/mod/signups"


async def set_mode(mode: str) -> None:
    await db.execute("update community set sign_up = $1", mode)


async def state(name: str = "ada") -> str | None:
    found: str | None = await db.value("select state from member where name = $1", name)
    return found


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


@pytest.fixture
async def mira(app: Litestar) -> Viewer:
    return await make.member("mira")


async def invitation(client: httpx.AsyncClient, who: Viewer, **form: str) -> str:
    """The token of a new invitation, in a browser that is then signed out."""
    await make.sign_in(client, who)
    answer = await client.post(OWN, data=form)
    found = re.search(r"/invite/([\w-]{43})", answer.text)
    assert answer.status_code == 201 and found
    client.cookies.clear()
    return found[1]


async def test_an_admin_says_who_can_sign_up(client: httpx.AsyncClient, mo: Viewer) -> None:
    await make.sign_in(client, await make.member("root", role="admin"))
    page = (await client.get("/rules/edit")).text
    assert 'value="open" checked' in page
    await client.post("/rules/edit", data={"rules": "Be kind.", "sign_up": "closed"})
    assert await db.value("select sign_up from community") == "closed"
    wrong = await client.post("/rules/edit", data={"rules": "Be kinder.", "sign_up": "never"})
    assert (wrong.status_code, "Be kinder." in wrong.text) == (422, True)
    await client.post("/rules/edit", data={"rules": "Be kind."})
    assert await db.value("select sign_up from community") == "closed", "a form without it changes nothing"
    await make.sign_in(client, mo)
    assert (await client.post("/rules/edit", data={"sign_up": "open"})).status_code == 404


@pytest.mark.parametrize(("mode", "why"), [("closed", "Nobody can sign up"), ("invited", "whom a member invited")])
async def test_while_sign_up_is_closed_the_page_says_so_and_a_form_is_refused(
    client: httpx.AsyncClient, mode: str, why: str
) -> None:
    await set_mode(mode)
    page = (await client.get("/signup")).text
    assert why in page and "<form class" not in page
    answer = await client.post("/signup", data=FORM)
    assert (answer.status_code, why in answer.text, 'value="ada@example.org"' in answer.text) == (422, True, True)
    assert await state() is None


async def test_an_invitation_admits_its_number_of_people(
    app: Litestar, client: httpx.AsyncClient, mira: Viewer, mo: Viewer
) -> None:
    await set_mode("invited")
    token = await invitation(client, mira)
    assert 'href="/signup?invitation=' in (await client.get(f"/invite/{token}")).text
    page = (await client.get(f"/signup?invitation={token}")).text
    assert "invited by" in page and f'value="{token}"' in page
    assert (await client.post("/signup", data=FORM | {"invitation": token})).status_code == 303
    assert (await client.get(f"/invite/{token}")).status_code == 404
    async with make.browser(app) as other:
        second = await other.post("/signup", data=FORM | {"name": "bob", "invitation": token})
    assert second.status_code == 422
    assert await state("bob") is None
    await make.sign_in(client, mo)
    assert "invited by <bdi>mira</bdi>" in (await client.get("/mod/members")).text


@pytest.mark.committed
async def test_one_of_two_who_use_the_last_invitation_at_once_gets_in(
    app: Litestar, client: httpx.AsyncClient, mira: Viewer
) -> None:
    token = await invitation(client, mira)
    await set_mode("invited")
    try:
        forms = [FORM | {"name": name, "email": f"{name}@example.org", "invitation": token} for name in ("ada", "bob")]
        async with make.browser(app) as one, make.browser(app) as other:
            answers = await asyncio.gather(one.post("/signup", data=forms[0]), other.post("/signup", data=forms[1]))
    finally:
        await set_mode("open")
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    assert await db.value("select count(*) from member where name in ('ada', 'bob')") == 1


async def test_a_refused_form_does_not_use_an_invitation_up(client: httpx.AsyncClient, mira: Viewer) -> None:
    await set_mode("invited")
    token = await invitation(client, mira)
    for wrong in ({"password": "short"}, {"name": "mira"}):
        assert (await client.post("/signup", data=FORM | wrong | {"invitation": token})).status_code == 422
    assert (await client.post("/signup", data=FORM | {"invitation": token})).status_code == 303


@pytest.mark.parametrize("how", ["ended", "expired", "suspended", "closed"])
async def test_an_invitation_ends_at_once(client: httpx.AsyncClient, mira: Viewer, how: str) -> None:
    await set_mode("invited")
    token = await invitation(client, mira, uses="5")
    if how == "ended":
        await make.sign_in(client, mira)
        assert (await client.post(f"{OWN}/{await db.value('select id from invitation')}/end")).status_code == 303
        client.cookies.clear()
    elif how == "expired":
        await db.execute("update invitation set expires_at = now()")
    elif how == "suspended":
        await db.execute("update member set state = 'suspended' where id = $1", mira.id)
    else:
        await set_mode("closed")
    assert (await client.post("/signup", data=FORM | {"invitation": token})).status_code == 422
    assert await state() is None


async def test_a_member_has_few_invitations_and_sees_only_their_own(client: httpx.AsyncClient, mira: Viewer) -> None:
    assert (await client.get(OWN)).headers["location"] == f"/login?next={OWN}"
    await invitation(client, await make.member("jon"))
    await make.sign_in(client, mira)
    assert (await client.post(f"{OWN}/{await db.value('select id from invitation')}/end")).status_code == 404
    assert (await client.post(OWN, data={"uses": "1000"})).status_code == 422
    for _ in range(ratelimit.INVITATION_ACCOUNT.most):
        assert (await client.post(OWN)).status_code == 201
    assert (await client.post(OWN)).status_code == 429


async def test_the_token_is_stored_as_a_hash(client: httpx.AsyncClient, mira: Viewer) -> None:
    token = await invitation(client, mira)
    assert token not in await db.value("select row_to_json(i)::text from invitation i")


async def applied(client: httpx.AsyncClient, mailed: Mailed) -> int:
    """Ada signs up while moderators must approve, and confirms her address."""
    await set_mode("approved")
    assert 'name="message"' in (await client.get("/signup")).text
    await client.post("/signup", data=FORM | {"message": "I teach physics."})
    done = await client.post(await mailed("verify"))
    assert done.headers["location"] == "/verify/done?waits"
    assert "A moderator still has to let you in" in (await client.get("/verify/done?waits")).text
    assert await state() == "unverified"
    number: int = await db.value("select id from member where name = 'ada'")
    return number


@pytest.mark.parametrize("action", ["approve", "decline"])
async def test_a_moderator_lets_in_or_not_with_a_letter(
    client: httpx.AsyncClient, mailed: Mailed, mo: Viewer, action: str
) -> None:
    ada = await applied(client, mailed)
    assert await db.value("select count(*) from mail where kind = 'sign-up' and recipient = 'mo@example.org'") == 1
    await make.sign_in(client, mo)
    shown = (await client.get("/mod/queue?kind=signup")).text
    assert "I teach physics." in shown and f'action="/mod/signups/{ada}"' in shown
    assert f"/mod/queue?open=signup-{ada}" in (await client.get("/mod/queue")).text
    assert (await client.post(f"{WAITING}/{ada}", data={"action": "?"})).status_code == 400
    assert (await client.post(f"{WAITING}/{ada}", data={"action": action})).status_code == 303
    assert await state() == ("active" if action == "approve" else None)
    letter = await db.value("select text from mail where kind = 'sign-up-decided'")
    assert ("let you in" in letter, "are deleted" in letter) == (action == "approve", action == "decline")
    again = await client.post(f"{WAITING}/{ada}", data={"action": action})
    assert again.status_code == 404


async def test_an_applicant_is_not_asked_to_confirm_their_address_again(
    client: httpx.AsyncClient, mailed: Mailed
) -> None:
    await applied(client, mailed)
    thread = await make.thread()
    page = await client.get(await make.address(thread))
    assert "A moderator still has to approve your account." in page.text and "Confirm your e-mail" not in page.text
    refused = await client.post(f"/t/{thread}/comments", data={"body": "I see it otherwise."})
    assert (refused.status_code, "Send the link again" in refused.text) == (403, False)
    assert "A moderator still has to approve your account: until then you can read." in refused.text
    assert "I see it otherwise." in refused.text
    assert "Send the link again" not in (await client.get("/signup/done")).text
    await client.post("/prove", data={"password": FORM["password"]})
    leaving = await client.post("/settings/data/deactivate")
    assert (leaving.status_code, "A moderator still has to approve your account" in leaving.text) == (422, True)


async def test_an_applicant_who_did_not_confirm_the_address_is_not_listed(
    client: httpx.AsyncClient, mo: Viewer
) -> None:
    await set_mode("approved")
    await client.post("/signup", data=FORM)
    ada = await db.value("select id from member where name = 'ada'")
    await make.sign_in(client, mo)
    assert "ada@example.org" not in (await client.get("/mod/queue?kind=signup")).text
    assert (await client.post(f"{WAITING}/{ada}", data={"action": "approve"})).status_code == 404
    assert await state() == "unverified"


async def test_only_moderators_decide(client: httpx.AsyncClient, mailed: Mailed, mira: Viewer) -> None:
    ada = await applied(client, mailed)
    for who in (None, mira):
        client.cookies.clear()
        if who:
            await make.sign_in(client, who)
        assert (await client.get(WAITING)).status_code == 404
        assert (await client.post(f"{WAITING}/{ada}", data={"action": "approve"})).status_code == 404
    assert await state() == "unverified"


async def test_an_invited_member_need_not_wait(client: httpx.AsyncClient, mailed: Mailed, mira: Viewer) -> None:
    await set_mode("approved")
    token = await invitation(client, mira)
    await client.post("/signup", data=FORM | {"invitation": token})
    await client.post(await mailed("verify"))
    assert await state() == "active"


# Protection against bots.


async def test_a_filled_hidden_field_is_refused(client: httpx.AsyncClient) -> None:
    assert 'name="website" tabindex="-1"' in (await client.get("/signup")).text
    answer = await client.post("/signup", data=FORM | {"website": "https://spam.example"})
    assert (answer.status_code, 'value="ada"' in answer.text) == (422, True)
    assert await state() is None


def at(seconds_ago: int) -> str:
    then = str(int(time()) - seconds_ago)
    return f"{then}.{sign('form', then.encode()).hex()}"


@pytest.mark.parametrize(("seconds_ago", "is_refused"), [(30, False), (0, True), (2 * 86_400, True), (None, True)])
async def test_a_form_that_comes_back_at_once_is_refused(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, seconds_ago: int | None, *, is_refused: bool
) -> None:
    public = msgspec.structs.replace(settings(), base_url="https://talk.example.org")
    monkeypatch.setattr(joining, "settings", lambda: public)
    forged = f"{int(time()) - 30}.00"
    answer = await client.post("/signup", data=FORM | {"opened": forged if seconds_ago is None else at(seconds_ago)})
    assert answer.status_code == (422 if is_refused else 303)


async def sign_ups(count: int, hours_ago: int) -> None:
    await db.execute(
        """insert into token (member, purpose, token_hash, created_at, expires_at)
        select m.id, 'verify', sha256(('t' || n || '-' || $2::int)::bytea),
          now() - make_interval(hours => $2::int), now()
        from generate_series(1, $1) n, (select min(id) as id from member) m""",
        count,
        hours_ago,
    )


async def test_above_five_times_the_usual_a_browser_calculates(client: httpx.AsyncClient, mira: Viewer) -> None:
    await sign_ups(joining.FEWEST_IN_RUSH + 1, 0)
    answer = await client.post("/signup", data=FORM)
    challenge = re.search(r'data-challenge="([^"]+)"', answer.text)
    assert answer.status_code == 429 and challenge
    assert 'value="ada@example.org"' in answer.text
    number = next(n for n in range(10_000) if proof_of_work.solves(challenge[1], str(n)))
    right = f"{challenge[1]}.{number}"
    other = await client.post("/signup", data=FORM | {"email": "eve@example.org", "answer": right})
    assert other.status_code == 429, "it is for one address"
    assert (await client.post("/signup", data=FORM | {"answer": right})).status_code == 303
    assert (await client.post("/signup", data=FORM | {"name": "eve", "answer": right})).status_code == 429


async def test_up_to_five_times_the_usual_nobody_calculates(client: httpx.AsyncClient, mira: Viewer) -> None:
    await sign_ups(joining.FEWEST_IN_RUSH + 1, 0)
    for hours in range(2, 50):
        await sign_ups(10, hours)
    assert (await client.post("/signup", data=FORM)).status_code == 303


async def test_without_the_calculation_a_moderator_is_asked(
    client: httpx.AsyncClient, mailed: Mailed, mira: Viewer
) -> None:
    await sign_ups(joining.FEWEST_IN_RUSH + 1, 0)
    assert (await client.post("/signup", data=FORM | {"by_hand": "1"})).status_code == 303
    assert await state() is None
    await client.post(await mailed("signup"))
    assert await state() == "unverified"
    assert await db.value("select waits from sign_up") is True
