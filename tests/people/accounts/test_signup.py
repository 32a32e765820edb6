import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from litestar import Litestar

from parley.people.account_settings import signup_ops
from parley.people.accounts import hooks, mailed_links
from parley.people.sign_in import passwords
from parley.people.sign_in.ops import Client
from parley.platform import db, ratelimit
from parley.platform.errors import TooMany
from parley.platform.limit import EVERYBODY
from parley.platform.networks import NETWORK_HOSTS, source
from tests import make
from tests.make import browser
from tests.people.accounts.person import Person
from tests.people.accounts.test_attacks import challenge_in, solved

pytestmark = pytest.mark.anyio

Mailed = Callable[[str], Awaitable[str]]
FORM = {"name": "ada", "email": "ada@example.org", "password": "four unrelated green words"}


async def sign_up(client: httpx.AsyncClient, **changes: str) -> httpx.Response:
    return await client.post("/signup", data=FORM | changes)


async def state(name: str = "ada") -> str | None:
    return await db.value("select state from member where name = $1", name)


async def test_a_newcomer_signs_up_opens_the_mailed_link_and_may_write(
    client: httpx.AsyncClient, mailed: Mailed
) -> None:
    answer = await sign_up(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/signup/done")
    done = await client.get("/signup/done")
    assert 'href="/dev/mail"' in done.text
    assert await state() == "unverified"
    link = await mailed("verify")
    page = (await client.get(link)).text
    assert "<button" in page
    assert "confirm that you are <b><bdi>" in page
    assert await state() == "unverified"
    answer = await client.post(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/verify/done")
    assert await state() == "active"
    assert (await client.get("/verify/done")).status_code == 200


@pytest.mark.parametrize(
    ("typed", "zone"), [("Asia/Kolkata", "Asia/Kolkata"), ("", "UTC"), ("Mars/Crater", "UTC"), ("../etc/passwd", "UTC")]
)
async def test_the_browsers_time_zone_is_stored_if_it_is_known(
    client: httpx.AsyncClient, mailed: Mailed, typed: str, zone: str
) -> None:
    assert (await sign_up(client, zone=typed)).status_code == 303

    assert await db.value("select zone from member where name = 'ada'") == zone
    await client.post(await mailed("verify"))
    due = await db.value("select next_at at time zone $1 from subscription", zone)
    assert (due.isoweekday(), due.hour) == (6, 8)
    assert ("Day and hour are in UTC" in (await client.get("/settings/mail")).text) == (zone == "UTC")


async def test_an_unverified_member_is_signed_in_at_once(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    assert (await client.get("/settings/profile")).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "mistake"),
    [
        ("name", "a", "2 to 30"),
        ("name", "a b", "letters, digits"),
        ("name", "a\x00b", "cannot be stored"),
        ("email", "nowhere", "@"),
        ("email", "a@b.org\r\nBcc: c@d.org", "address"),
        ("password", "short", "8 to 128"),
        ("password", "password1", "try it first"),
        ("password", "parley2026", "name of this site"),
        ("password", "ada12345678", "name"),
    ],
)
async def test_an_error_is_shown_beside_its_field_and_the_other_fields_keep_their_text(
    client: httpx.AsyncClient, field: str, value: str, mistake: str
) -> None:
    answer = await sign_up(client, **{field: value})
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert mistake in answer.text
    kept = {"name": FORM["name"], "email": FORM["email"]} | {field: value}
    assert field in {"name", "email"} or f'value="{kept["name"]}"' in answer.text
    assert FORM["password"] not in answer.text
    assert await db.value("select count(*) from member") == 0


async def test_a_name_that_looks_like_a_taken_one_is_refused(client: httpx.AsyncClient, mira: object) -> None:
    answer = await sign_up(client, name="M1ra")
    assert answer.status_code == 422
    assert "is taken" in answer.text
    assert 'value="M1ra"' in answer.text


async def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(app: Litestar, mira: object) -> None:
    async with browser(app) as one, browser(app) as other:
        unknown = await sign_up(one, name="new1a", email="new@example.org")
        known = await sign_up(other, name="new2b", email="Mira@example.org")
        assert (unknown.status_code, unknown.headers["location"]) == (known.status_code, known.headers["location"])
        assert unknown.headers.keys() == known.headers.keys()
        assert unknown.content == known.content
        first, second = await one.get("/signup/done"), await other.get("/signup/done")
        assert first.text.replace("new1a", "") == second.text.replace("new2b", "")
    mails = await db.values("select kind || ' ' || recipient from mail order by id")
    assert mails == ["verify new@example.org", "known mira@example.org"]
    assert "/verify/" not in await db.value("select text from mail where kind = 'known'")


async def test_later_answers_do_not_show_whether_an_address_is_known(app: Litestar, mira: object) -> None:
    for email in ("new@example.org", "mira@example.org"):
        async with browser(app) as client:
            name = email[:3] + "x"
            await sign_up(client, name=name, email=email, password="a strangers own words")
            by_name = await client.post("/login", data={"login": name, "password": "a strangers own words"})
            by_email = await client.post("/login", data={"login": email, "password": "a strangers own words"})
            again = await client.post("/verify")
            taken = await sign_up(client, name=name, email="third@example.org")
            seen = [answer.status_code for answer in (by_name, by_email, again, taken)]
            assert seen == [303, 303, 303, 422]


async def test_an_address_belongs_to_the_member_who_confirms_it_first(app: Litestar, mailed: Mailed) -> None:
    async with browser(app) as squatter, browser(app) as owner:
        await sign_up(squatter, name="squatter")
        theirs = await mailed("verify")
        await sign_up(owner, name="rightful")
        assert (await owner.post(await mailed("verify"))).status_code == 303
        late = await squatter.post(theirs)
        assert late.status_code == 422
        assert "Another member" in late.text
    assert (await state("rightful"), await state("squatter")) == ("active", "unverified")


async def test_a_link_works_once(client: httpx.AsyncClient, mailed: Mailed) -> None:
    await sign_up(client)
    link = await mailed("verify")
    assert (await client.post(link)).status_code == 303
    assert (await client.post(link)).status_code == 410
    assert (await client.get(link)).status_code == 410


async def test_a_link_that_no_longer_works_says_what_that_means_and_what_to_do(
    client: httpx.AsyncClient, mailed: Mailed
) -> None:
    await sign_up(client, next="/t/1/a")
    link = await mailed("verify")
    made_up = await client.get(f"/verify/{'x' * 43}?next=/t/1/a")
    unconfirmed = await client.get("/new")
    await client.post(link)
    confirmed = await client.get(link)
    client.cookies.clear()
    visitor = await client.get(link)

    for answer, status in ((made_up, 410), (unconfirmed, 403)):
        assert answer.status_code == status
        assert action_of(answer.text, "/verify") == f"/verify?next={'/t/1/a' if status == 410 else '/new'}"
    assert (confirmed.status_code, visitor.status_code) == (410, 410)
    assert "Your address is confirmed already" in confirmed.text
    assert 'href="/t/1/a"' in confirmed.text
    assert visitor.text.count('href="/login?next=/t/1/a"') == 2


async def test_a_link_that_is_too_old_is_refused_when_it_is_used(client: httpx.AsyncClient, mailed: Mailed) -> None:
    await sign_up(client)
    await db.execute("update token set expires_at = now() - interval '1 second'")
    assert (await client.post(await mailed("verify"))).status_code == 410
    assert await state() == "unverified"


@pytest.mark.parametrize("token", ["x", "x" * 43, "..%2f..", "%00", "a" * 5000, "é" * 43])
async def test_a_forged_link_is_refused(client: httpx.AsyncClient, token: str) -> None:
    for path in (f"/verify/{token}", f"/reset/{token}"):
        assert (await client.get(path)).status_code in {404, 410, 414}
        assert (await client.post(path, data={"password": FORM["password"]})).status_code in {404, 405, 410, 414}


async def test_a_link_of_one_purpose_is_useless_for_another(client: httpx.AsyncClient, mailed: Mailed) -> None:
    await sign_up(client)
    token = (await mailed("verify")).removeprefix("/verify/")
    assert (await client.post(f"/reset/{token}", data={"password": "other green words"})).status_code == 410


async def test_only_hashes_of_tokens_and_passwords_are_stored(client: httpx.AsyncClient, mailed: Mailed) -> None:
    await sign_up(client)
    token = (await mailed("verify")).removeprefix("/verify/")
    stored = await db.values("select t::text from token t union all select s::text from session s")
    stored += await db.values("select m::text from member m")
    everything = "".join(stored)
    assert token not in everything
    assert client.cookies["parley"] not in everything
    assert FORM["password"] not in everything


async def test_hooks_run_in_the_transaction_that_confirms(
    client: httpx.AsyncClient, mailed: Mailed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_member: int) -> None:
        raise LookupError

    monkeypatch.setattr(hooks, "when_verified", [fail])
    await sign_up(client)
    token = (await mailed("verify")).removeprefix("/verify/")
    with pytest.raises(LookupError):
        await signup_ops.verify(token)
    assert await state() == "unverified"
    told: list[int] = []

    async def note(member: int) -> None:
        told.append(member)

    monkeypatch.setattr(hooks, "when_verified", [note])
    assert told == [] and await signup_ops.verify(token) == told[0]


async def test_the_link_can_be_sent_again(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    assert (await client.post("/verify")).status_code == 303
    assert await db.value("select count(*) from mail where kind = 'verify'") == 2
    for _ in range(ratelimit.MAIL_ACCOUNT.most):
        last = await client.post("/verify")
    assert last.status_code == 429


async def test_sign_ups_of_one_network_are_limited_and_keep_what_was_typed(client: httpx.AsyncClient) -> None:
    for number in range(ratelimit.SIGN_UP_HOST[0].most):
        await ratelimit.take(ratelimit.SIGN_UP_HOST[0], "127.0.0.1")
        assert number >= 0
    answer = await sign_up(client)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert 'value="ada@example.org"' in answer.text
    assert (await sign_up(client, answer=solved(challenge_in(answer)))).status_code == 303, "neighbours still can"


@pytest.mark.parametrize("name", ["sign-up:host, proven", "sign-up:all"])
async def test_a_proof_of_work_does_not_lift_every_limit(client: httpx.AsyncClient, name: str) -> None:
    limit = ratelimit.LIMITS[name]
    await ratelimit.take(ratelimit.SIGN_UP_HOST[0], "127.0.0.1", ratelimit.SIGN_UP_HOST[0].most)
    await ratelimit.take(limit, EVERYBODY if name.endswith("all") else "127.0.0.1", limit.most)
    answer = solved(challenge_in(await sign_up(client)))
    assert (await sign_up(client, answer=answer)).status_code == 429
    assert await db.value("select count(*) from member") == 0


async def test_a_sign_up_by_hand_makes_no_account_until_its_mailed_link_is_opened(
    client: httpx.AsyncClient, mailed: Mailed
) -> None:
    """With `by_hand=1`, 804 accounts came from five networks in 144 seconds."""
    asked = await sign_up(client, by_hand="1", next="/t/1")
    assert (asked.status_code, asked.headers["location"]) == (303, "/signup/done?by_hand")
    assert "Open it to create your account" in (await client.get("/signup/done?by_hand")).text
    assert await db.value("select count(*) from member") == 0

    link = await mailed("signup")
    assert FORM["name"] in (await client.get(link)).text
    assert await db.value("select count(*) from member") == 0, "mail scanners open links"
    opened = await client.post(link, data={"message": "I read about you."})

    assert (opened.status_code, opened.headers["location"]) == (303, "/verify/done?waits&next=/t/1")
    assert await db.value("select waits and confirmed_at is not null from sign_up")
    assert await db.value("select message from sign_up") == "I read about you."
    assert await state() == "unverified", "a moderator decides"
    assert (await client.post(link)).status_code == 410, "a link works once"
    client.cookies.clear()
    given = {"login": FORM["name"], "password": FORM["password"]}
    assert (await client.post("/login", data=given)).status_code == 303


async def test_a_link_of_a_sign_up_by_hand_still_works_after_the_name_was_taken(
    client: httpx.AsyncClient, mailed: Mailed
) -> None:
    await sign_up(client, by_hand="1")
    link = await mailed("signup")
    await make.member(FORM["name"])
    assert "is taken" in (await client.post(link)).text
    await db.execute("update member set name = 'eve', name_key = 'eve'")
    assert (await client.post(link)).status_code == 303


@pytest.mark.parametrize("token", ["x", "x" * 300, "%C3%A9"])
async def test_a_forged_link_of_a_sign_up_by_hand_does_not_count(client: httpx.AsyncClient, token: str) -> None:
    assert (await client.get(f"/signup/{token}")).status_code == 410
    assert (await client.post(f"/signup/{token}")).status_code == 410


async def test_five_sign_ups_by_hand_an_hour_and_host_are_mailed_a_link(app: Litestar) -> None:
    async def links(address: str, times: int) -> list[int]:
        async with browser(app, address) as client:
            names = [f"hand{address[-1]}{number}" for number in range(times)]
            answers = [await sign_up(client, name=name, email=f"{name}@example.org", by_hand="1") for name in names]
        return [answer.status_code for answer in answers]

    assert await links("127.0.0.1", 6) == [303] * 5 + [429]
    assert await links("127.0.0.2", 1) == [303], "a neighbour still can"
    assert await db.value("select count(*) from mail where kind = 'verify'") == 6


async def test_a_sign_up_by_hand_with_a_members_address_says_so_only_in_their_mailbox(
    client: httpx.AsyncClient, mira: Person
) -> None:
    answer = await sign_up(client, email=mira.email, by_hand="1")
    assert answer.headers["location"] == "/signup/done?by_hand"
    assert await db.values("select kind from mail where recipient = $1", mira.email) == ["known"]


async def test_a_sign_up_with_another_persons_address_does_not_keep_its_owner_out(app: Litestar) -> None:
    squatter = Client(agent="", address="203.0.113.9")
    for number in range(ratelimit.SIGN_UP_HERE.most):
        await signup_ops.sign_up(name=f"squat{number}", email=FORM["email"], password=FORM["password"], client=squatter)
    with pytest.raises(TooMany):
        await signup_ops.sign_up(name="squat9", email=FORM["email"], password=FORM["password"], client=squatter)

    async with browser(app) as client:
        assert (await sign_up(client)).status_code == 303


async def test_other_spellings_of_a_mailbox_are_the_same_mailbox(app: Litestar) -> None:
    """Thirty accounts an hour with `mira+1@…`, `mira+2@…` sent thirty letters to one mailbox."""
    squatter = Client(agent="", address="203.0.113.9")
    local, _, domain = FORM["email"].partition("@")
    with pytest.raises(TooMany):
        for number in range(ratelimit.SIGN_UP_HERE.most + 1):
            await signup_ops.sign_up(
                name=f"squat{number}", email=f"{local}+{number}@{domain}", password=FORM["password"], client=squatter
            )
    assert await db.value("select count(*) from mail") == ratelimit.SIGN_UP_HERE.most


async def test_many_sign_ups_with_one_address_do_not_keep_its_owner_out(client: httpx.AsyncClient) -> None:
    for _ in range(ratelimit.SIGN_UP_ADDRESS.most):
        await ratelimit.take(ratelimit.SIGN_UP_ADDRESS, FORM["email"])

    asked = await sign_up(client)
    assert asked.status_code == 429 and 'name="answer"' in asked.text
    answer = solved(challenge_in(asked))
    assert (await sign_up(client, answer=answer)).status_code == 303


async def test_hosts_of_one_subscriber_do_not_each_have_the_limit_of_an_address(app: Litestar) -> None:
    limit, taken = ratelimit.SIGN_UP_HERE, 0
    for number in range(3 * NETWORK_HOSTS):
        with contextlib.suppress(TooMany):
            for _ in range(limit.most):
                await ratelimit.take_all(ratelimit.of_source(limit, source(f"2001:db8:0:{number}::1"), FORM["email"]))
                taken += 1
    assert taken <= NETWORK_HOSTS * limit.most


async def test_many_accounts_with_one_address_do_not_flood_it_with_links(app: Litestar) -> None:
    squatter = Client(agent="", address="203.0.113.9")
    made = [
        await signup_ops.sign_up(name=f"squat{number}", email=FORM["email"], password=FORM["password"], client=squatter)
        for number in range(3)
    ]
    sent = await db.value("select count(*) from mail")
    with pytest.raises(TooMany):
        for one in made * ratelimit.MAIL_HERE.most:
            await signup_ops.send_verification(one.member, squatter)

    assert await db.value("select count(*) from mail") - sent == ratelimit.MAIL_HERE.most
    await signup_ops.send_verification(made[0].member, Client(agent="", address="198.51.100.9"))


async def test_known_and_unknown_addresses_take_the_same_work(app: Litestar, mira: object) -> None:
    seen: list[list[str]] = []
    for name, email in (("new1a", "new@example.org"), ("new2b", "mira@example.org")):
        async with browser(app) as client, recorded() as statements:
            assert (await sign_up(client, name=name, email=email)).status_code == 303
        seen.append(statements)
    assert seen[0] == seen[1]
    assert len(seen[0]) > 4


@asynccontextmanager
async def recorded() -> AsyncIterator[list[str]]:
    """The statements that run inside, in order. A time would depend on the machine."""
    statements: list[str] = []
    transaction = db.DB.current_transaction.get()
    assert transaction is not None
    with transaction.connection.query_logger(lambda record: statements.append(record.query)):
        yield statements


async def test_a_password_of_128_characters_signs_in_and_one_less_does_not(client: httpx.AsyncClient) -> None:
    password = ("four unrelated green words " + "ä€🦜 " * 32)[:128]
    assert len(password) == passwords.LONGEST_PASSWORD
    assert (await sign_up(client, password=password)).status_code == 303
    assert (await client.post("/login", data={"login": "ada", "password": password[:-1]})).status_code == 422
    assert (await client.post("/login", data={"login": "ada", "password": password})).status_code == 303


CAME_FROM = "/t/1/a?sort=new&passage=3"


async def test_signing_up_leads_back_to_the_page_before(client: httpx.AsyncClient, mailed: Mailed) -> None:
    form = (await client.get("/signup", params={"next": CAME_FROM})).text
    mistaken = await client.post("/signup", params={"next": CAME_FROM}, data=FORM | {"name": "a"})
    done = await client.post(action_of(mistaken.text), data=FORM | {"next": CAME_FROM})
    shown = (await client.get(done.headers["location"])).text
    again = await client.post(action_of(shown, "/verify"))
    link = await mailed("verify")
    confirmed = await client.post(link)
    last = (await client.get(confirmed.headers["location"])).text
    client.cookies.clear()
    elsewhere = (await client.get(confirmed.headers["location"])).text

    assert action_of(form) == action_of(mistaken.text) == "/signup?next=/t/1/a%3Fsort%3Dnew%26passage%3D3"
    assert 'href="/login?next=/t/1/a%3Fsort%3Dnew%26passage%3D3"' in form
    assert done.headers["location"] == "/signup/done?next=/t/1/a%3Fsort%3Dnew%26passage%3D3"
    assert again.headers["location"] == "/signup/done?again&next=/t/1/a%3Fsort%3Dnew%26passage%3D3"
    assert all(f'href="{CAME_FROM.replace("&", "&amp;")}"' in page for page in (shown, last))
    assert 'href="/login?next=/t/1/a%3Fsort%3Dnew%26passage%3D3"' in elsewhere


async def test_a_signed_in_member_is_redirected(client: httpx.AsyncClient, mailed: Mailed) -> None:
    await sign_up(client)
    unconfirmed = await client.get("/signup?next=/t/1/a")
    await client.post("/verify")
    resent = await client.get("/signup/done?again")
    await client.post(await mailed("verify"))
    confirmed = [await client.get(f"{path}?next=/t/1/a") for path in ("/signup", "/signup/done")]

    assert unconfirmed.headers["location"] == "/signup/done?next=/t/1/a"
    assert "Another link is on its way" in resent.text
    assert [answer.headers["location"] for answer in confirmed] == ["/t/1/a", "/t/1/a"]


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
async def test_signing_up_never_leads_to_another_site(client: httpx.AsyncClient, mailed: Mailed, path: str) -> None:
    done = await client.post("/signup", data=FORM | {"next": path})
    link = await mailed("verify")
    pages = [
        await client.get("/signup", params={"next": path}),
        await client.get("/signup/done", params={"next": path}),
        await client.get("/verify/done", params={"next": path}),
    ]

    assert done.headers["location"] == "/signup/done"
    assert "next" not in link
    assert not any("evil" in page.text or "alert" in page.text for page in pages)


async def test_a_path_that_is_too_long_for_a_mail_stays_out_of_it(client: httpx.AsyncClient, mailed: Mailed) -> None:
    await client.post("/signup", data=FORM | {"next": "/t/1/" + "a" * mailed_links.LONGEST_NEXT})

    assert "next" not in await mailed("verify")


def action_of(page: str, beginning: str = "/signup") -> str:
    """The address of a page's form."""
    found = re.search(rf'action="({beginning}[^"]*)"', page)
    assert found
    return found[1].replace("&amp;", "&")
