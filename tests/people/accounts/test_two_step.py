"""The second step of signing in: authenticator apps and recovery codes."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
import msgspec
import pyotp
import pytest
from litestar import Litestar
from structlog.testing import capture_logs

from parley.people.accounts import queries, sealing, sessions, viewer_cache
from parley.people.accounts.viewer import Viewer
from parley.people.second_factors import authenticators, second_factor
from parley.people.sign_in import devices, sign_in_ticket
from parley.people.sign_in.authentication import Client, SignedIn
from parley.platform import db, ratelimit
from parley.platform.errors import Refused
from parley.platform.http import cookies
from parley.platform.settings import settings
from tests import make
from tests.people.accounts.person import PASSWORD, Person

pytestmark = pytest.mark.anyio

APP, CODES = "/settings/security/totp", "/settings/security/recovery"
Mailed = Callable[[str], Awaitable[str]]


class Phone:
    """The app of a member. It shows the codes of steps that were not used."""

    def __init__(self, seed: str) -> None:
        self.app = pyotp.TOTP(seed)

    async def code(self, who: Person) -> str:
        """The present code, as if the last one was used long ago."""
        await db.execute("update authenticator set step = 0 where member = $1", who.id)
        return self.app.now()


@pytest.fixture
async def phone(client: httpx.AsyncClient, mira: Person) -> Phone:
    """Mira's app, set up in a browser that is then signed out."""
    await mira.sign_in(client)
    shown = (await client.get(APP)).text
    seed = re.search(r'<code dir="ltr">([A-Z2-7 ]+)', shown)
    sealed = re.search(r'name="sealed" value="([^"]+)"', shown)
    assert seed and sealed
    phone = Phone(seed[1].replace(" ", ""))
    answer = await client.post(APP, data={"sealed": sealed[1], "code": phone.app.now()})
    assert answer.status_code == 200
    phone.codes = re.findall(r'<code dir="ltr">([A-Z2-7-]{29})</code>', answer.text)  # type: ignore[attr-defined]
    client.cookies.clear()
    return phone


async def kinds() -> list[str]:
    return await db.values("select kind from mail order by id")


async def test_the_password_is_followed_by_a_code(client: httpx.AsyncClient, mira: Person, phone: Phone) -> None:
    answer = await client.post("/login?next=/for-you", data={"login": "mira", "password": PASSWORD})
    assert answer.headers["location"] == "/login/second?next=/for-you"
    assert sessions.cookie_name() not in client.cookies
    assert (await client.get("/settings/security")).status_code == 303
    assert "one-time-code" in (await client.get("/login/second")).text

    answer = await client.post("/login/second", data={"code": await phone.code(mira), "next": "/unread"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/unread")
    page = await client.get("/settings/security")
    assert "10 recovery codes are left" in page.text


async def test_a_code_works_once(client: httpx.AsyncClient, mira: Person, phone: Phone) -> None:
    code = await phone.code(mira)
    await mira.sign_in(client)
    assert (await client.post("/login/second", data={"code": code})).status_code == 303
    client.cookies.clear()
    await mira.sign_in(client)
    again = await client.post("/login/second", data={"code": code})
    assert again.status_code == 422
    assert 'id="f-code-error"' in again.text


async def test_a_recovery_code_works_once_and_is_reported_by_mail(
    client: httpx.AsyncClient, mira: Person, phone: Phone
) -> None:
    code = phone.codes[0].lower().replace("-", " ")  # type: ignore[attr-defined]
    await mira.sign_in(client)
    assert (await client.post("/login/second", data={"code": code})).status_code == 303
    assert await authenticators.count_unused_codes(mira.id) == 9
    assert await db.value("select subject from mail where kind = 'second' order by id desc limit 1") == (
        "A recovery code was used on Parley"
    )
    client.cookies.clear()
    await mira.sign_in(client)
    assert (await client.post("/login/second", data={"code": code})).status_code == 422


@pytest.mark.parametrize("way", ["login", "reset"])
async def test_no_mailed_link_skips_the_code(
    client: httpx.AsyncClient, mira: Person, phone: Phone, mailed: Mailed, way: str
) -> None:
    await client.post({"login": "/login/link", "reset": "/forgot"}[way], data={"email": mira.email})
    answer = await client.post(await mailed(way), data={"password": "five entirely different blue words"})
    assert answer.headers["location"] == "/login/second"
    assert sessions.cookie_name() not in client.cookies
    answer = await client.post("/login/second", data={"code": await phone.code(mira)})
    assert answer.status_code == 303
    assert (await client.get("/settings/security")).status_code == 200


async def test_codes_cannot_be_guessed(client: httpx.AsyncClient, mira: Person, phone: Phone) -> None:
    await mira.sign_in(client)
    for _ in range(ratelimit.SECOND_HERE.most):
        assert (await client.post("/login/second", data={"code": "000 000"})).status_code == 422
    answer = await client.post("/login/second", data={"code": await phone.code(mira)})
    assert answer.status_code == 429


@pytest.mark.committed
async def test_of_fifty_codes_sent_at_once_no_more_are_tried_than_one_after_the_other(
    client: httpx.AsyncClient, mira: Person, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, accepts = [], authenticators.accepts

    async def counting(member: int, code: str) -> bool:
        tried.append(code)
        return await accepts(member, code)

    monkeypatch.setattr(authenticators, "accepts", counting)
    await mira.sign_in(client)

    async def guess(code: str) -> int:
        return (await client.post("/login/second", data={"code": code})).status_code

    seen = Counter(await asyncio.gather(*(guess(f"{number:06}") for number in range(50))))
    assert seen == {422: ratelimit.SECOND_HERE.most, 429: 50 - ratelimit.SECOND_HERE.most}
    assert len(tried) == ratelimit.SECOND_HERE.most


@pytest.mark.committed
async def test_of_a_code_and_a_recovery_code_sent_three_times_at_once_one_counts(
    client: httpx.AsyncClient, mira: Person, phone: Phone
) -> None:
    for code in (await phone.code(mira), phone.codes[0]):  # type: ignore[attr-defined]
        client.cookies.clear()
        await mira.sign_in(client)
        ticket = client.cookies[cookies.name(sign_in_ticket.COOKIE)]
        who = Client(agent="", address="198.51.100.7")
        tries = (second_factor.sign_in(ticket, code, "", who) for _ in range(3))
        answers = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(one, SignedIn) for one in answers) == 1
        assert sum(isinstance(one, Refused) for one in answers) == 2


async def test_an_attacker_with_the_password_does_not_use_up_the_tries_of_a_known_device(
    client: httpx.AsyncClient, mira: Person, phone: Phone
) -> None:
    for _ in range(ratelimit.SECOND_HERE.most):
        await ratelimit.take(ratelimit.SECOND_HERE, f"{mira.id} password 127.0.0.1")
    account = await queries.account(mira.id)
    assert account is not None
    client.cookies.set(cookies.name(devices.COOKIE), devices.issue(mira.id, account.password_hash))
    await mira.sign_in(client)
    assert (await client.post("/login/second", data={"code": await phone.code(mira)})).status_code == 303


async def guess_codes(app: Litestar, mira: Person, address: str) -> None:
    """Guess codes after the right password, as often as is allowed from an address."""
    async with make.browser(app, address) as attacker:
        await mira.sign_in(attacker)
        for _ in range(ratelimit.SECOND_HERE.most):
            assert (await attacker.post("/login/second", data={"code": "000 000"})).status_code == 422
        assert (await attacker.post("/login/second", data={"code": "000 000"})).status_code == 429


async def test_who_knows_the_password_does_not_keep_a_new_device_of_the_owner_out(
    app: Litestar, client: httpx.AsyncClient, mira: Person, phone: Phone
) -> None:
    """Five guesses kept every new device of the owner out for three minutes, and five more for three more."""
    await guess_codes(app, mira, "127.0.0.2")
    await mira.sign_in(client)
    assert (await client.post("/login/second", data={"code": await phone.code(mira)})).status_code == 303


async def test_who_guesses_codes_from_many_hosts_leaves_the_owner_those_after_a_mailed_link(
    app: Litestar, client: httpx.AsyncClient, mira: Person, phone: Phone, mailed: Mailed
) -> None:
    for number in range(ratelimit.SECOND_ACCOUNT.most // ratelimit.SECOND_HERE.most):
        await guess_codes(app, mira, f"198.51.{number}.1")
    await mira.sign_in(client)
    refused = await client.post("/login/second", data={"code": await phone.code(mira)})
    assert refused.status_code == 429
    assert "sign in by a link that we mail to you" in refused.text

    await client.post("/login/link", data={"email": mira.email})
    await client.post(await mailed("login"))
    assert (await client.post("/login/second", data={"code": await phone.code(mira)})).status_code == 303


@pytest.mark.parametrize("ticket", ["", "x", "1.99999999999.password.0", "1.1.password.0", "é.2.3.4", "1.2.3.4.5"])
async def test_the_second_step_needs_the_first(client: httpx.AsyncClient, mira: Person, ticket: str) -> None:
    client.cookies.clear()
    headers = {"cookie": f"parley-second={ticket}".encode()}
    assert (await client.post("/login/second", data={"code": "123456"}, headers=headers)).status_code == 410


async def test_a_new_password_ends_a_sign_in_that_waits_for_its_code(
    client: httpx.AsyncClient, mira: Person, phone: Phone
) -> None:
    await mira.sign_in(client)
    await db.execute("update member set password_hash = 'another' where id = $1", mira.id)
    assert (await client.post("/login/second", data={"code": await phone.code(mira)})).status_code == 410


async def test_the_app_is_set_up_only_with_a_right_code_and_after_proof(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await mira.sign_in(client)
    sealed = re.search(r'name="sealed" value="([^"]+)"', (await client.get(APP)).text)
    assert sealed
    wrong = await client.post(APP, data={"sealed": sealed[1], "code": "12345"})
    assert wrong.status_code == 422
    assert sealed[1] in wrong.text, "the app that was scanned stays right"
    forged = await client.post(APP, data={"sealed": sealed[1][:-4] + "AAAA", "code": "123456"})
    assert (forged.status_code, "too long" in forged.text) == (422, True)
    assert not await authenticators.is_on(mira.id)
    await db.execute("update session set proved_at = null")
    assert (await client.get(APP)).headers["location"] == f"/prove?next={APP}"
    assert (await client.post(APP, data={})).headers["location"] == f"/prove?next={APP}"


async def test_the_seed_is_stored_sealed_for_one_member(mira: Person, jon: Person, phone: Phone) -> None:
    stored = await db.value("select seed from authenticator")
    assert phone.app.secret.encode() not in stored
    assert sealing.unseal(stored, f"seed|{mira.id}") == phone.app.secret.encode()
    assert sealing.unseal(stored, f"seed|{jon.id}") is None


async def test_sensitive_actions_ask_for_the_code(client: httpx.AsyncClient, mira: Person, phone: Phone) -> None:
    await mira.sign_in(client)
    await client.post("/login/second", data={"code": await phone.code(mira)})
    await db.execute("update session set proved_at = null")
    assert (await client.post(f"{APP}/end")).headers["location"] == "/prove?next=/settings/security"
    assert (await client.post(CODES)).headers["location"] == f"/prove?next={CODES}"
    assert 'name="code"' in (await client.get("/prove")).text
    assert (await client.post("/prove", data={"password": PASSWORD})).status_code == 422
    assert (await client.post("/prove", data={"code": await phone.code(mira)})).status_code == 303
    fresh = await client.post(CODES)
    assert len(re.findall(r'<code dir="ltr">[A-Z2-7-]{29}</code>', fresh.text)) == 10
    assert phone.codes[0] not in fresh.text  # type: ignore[attr-defined]
    assert (await client.post(f"{APP}/end")).status_code == 303
    assert not await authenticators.is_on(mira.id)
    assert await authenticators.count_unused_codes(mira.id) == 0
    client.cookies.clear()
    assert (await mira.sign_in(client)).headers["location"] == "/"


async def test_recovery_codes_need_an_app(client: httpx.AsyncClient, mira: Person) -> None:
    await mira.sign_in(client)
    assert (await client.get(CODES)).headers["location"] == APP
    assert (await client.post(CODES)).status_code == 422
    client.cookies.clear()
    assert (await client.get(CODES)).headers["location"] == f"/login?next={CODES}"


async def test_a_new_browser_is_reported_by_mail_and_a_known_one_is_not(
    app: Litestar, client: httpx.AsyncClient, mira: Person
) -> None:
    await mira.sign_in(client)
    assert await kinds() == ["device"]
    await mira.sign_in(client)
    assert await kinds() == ["device"]


@pytest.fixture
async def required(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that is not on localhost."""
    changed = msgspec.structs.replace(settings(), staff_factor_days=14)
    for module in (sessions, authenticators):
        monkeypatch.setattr(module, "settings", lambda: changed)


async def days_ago(who: Viewer, days: int) -> None:
    await db.execute("update member set staff_since = now() - make_interval(days => $2) where id = $1", who.id, days)
    viewer_cache.clear()


@pytest.mark.usefixtures("required")
async def test_staff_without_a_second_step_have_no_rights_after_a_while(client: httpx.AsyncClient) -> None:
    mo = await make.member("mo", role="moderator")
    await make.sign_in(client, mo)
    await days_ago(mo, 13)
    assert (await client.get("/mod/queue")).status_code == 200
    await days_ago(mo, 15)
    answer = await client.get("/mod/queue")
    assert (answer.status_code, answer.headers["location"]) == (303, APP)
    assert (await client.post("/mod/bulk")).status_code == 403
    session = await db.value("select id from session")
    assert await sessions.still_staff([session]) == set()
    assert "you have the rights of a member only" in (await client.get("/settings/security")).text
    await db.execute("insert into authenticator (member, seed, step) values ($1, '', 0)", mo.id)
    viewer_cache.clear()
    assert (await client.get("/mod/queue")).status_code == 200
    await client.get("/settings/security")
    await db.execute("update session set proved_at = now()")
    assert (await client.post(f"{APP}/end")).status_code == 422


async def test_on_localhost_nobody_needs_it(client: httpx.AsyncClient) -> None:
    mo = await make.member("mo", role="moderator")
    await make.sign_in(client, mo)
    await days_ago(mo, 400)
    assert (await client.get("/mod/queue")).status_code == 200


async def test_sign_ins_and_what_is_refused_are_logged_without_secrets(
    client: httpx.AsyncClient, mira: Person, phone: Phone
) -> None:
    code = await phone.code(mira)
    with capture_logs() as lines:
        await client.post("/login", data={"login": "mira", "password": "no such words"})
        await mira.sign_in(client)
        for _ in range(ratelimit.SECOND_HERE.most):
            await client.post("/login/second", data={"code": "wrong"})
        await client.post("/login/second", data={"code": "wrong"})

    told = Counter((one["event"], one.get("member")) for one in lines)
    assert told["sign-in refused", mira.id] == 1
    assert told["second factor refused", mira.id] == ratelimit.SECOND_HERE.most
    assert told["rate limit reached", None] == 1

    await ratelimit.give_back(ratelimit.SECOND_HERE, f"{mira.id} password 127.0.0.1")
    with capture_logs() as more:
        await client.post("/login/second", data={"code": code})
        await client.post("/logout")
    [entered, left] = [one for one in more if one["event"].startswith("signed")]
    assert (entered["event"], entered["member"], entered["methods"]) == ("signed in", mira.id, ["app", "password"])
    assert (left["event"], left["member"]) == ("signed out", mira.id)
    assert not any(secret in str([*lines, *more]) for secret in (code, PASSWORD, "no such words"))
