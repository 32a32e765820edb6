"""Wrong passwords by others never keep a member out, and guessing is still slowed."""

import asyncio
import contextlib
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from litestar import Litestar
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from parley.people.accounts import proof_of_work
from parley.people.sign_in import ops, passwords, sign_in_limits
from parley.people.sign_in.passwords import HASHER as DEPLOYED
from parley.people.sign_in.passwords import Asker
from parley.platform import db, ratelimit, token_buckets
from parley.platform.http import fair_share
from parley.platform.limit import Limit
from parley.platform.networks import source
from tests.make import browser
from tests.people.accounts.person import PASSWORD, Person

pytestmark = pytest.mark.anyio

WRONG = "not my password"


async def use_up(login: str = "mira", address: str = "127.0.0.1") -> None:
    """Try wrong passwords until the allowance of a name on a network is used up."""
    stranger = ops.Client(agent="", address=address)
    for _ in range(ratelimit.SIGN_IN_HERE.most):
        with pytest.raises(ops.Refused):
            await ops.sign_in(login=login, password=WRONG, client=stranger)


def solved(challenge: str) -> str:
    return f"{challenge}.{next(n for n in range(1_000_000) if proof_of_work.solves(challenge, str(n)))}"


def challenge_in(answer: httpx.Response) -> str:
    found = re.search(r'data-challenge="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


async def test_after_many_requests_by_strangers_the_owner_of_a_mailbox_needs_a_proof_of_work(
    client: httpx.AsyncClient,
) -> None:
    mine, new = "newby@example.org", "new@example.net"
    await client.post("/signup", data={"name": "newby", "email": mine, "password": PASSWORD})
    await client.post("/prove", data={"password": PASSWORD})
    for page, typed, email in (("/settings/email", {"email": new}, new), ("/verify", {}, mine)):
        await ratelimit.take(ratelimit.MAIL_ADDRESS, email, ratelimit.MAIL_ADDRESS.most)
        sent = await db.value("select count(*) from mail where recipient = $1", email)
        asked = await client.post(page, data=typed)
        assert asked.status_code == 429
        assert "short calculation first" in asked.text and all(one in asked.text for one in typed.values())
        answered = await client.post(page, data=typed | {"answer": solved(challenge_in(asked))})
        assert answered.status_code == 303
        assert await db.value("select count(*) from mail where recipient = $1", email) == sent + 1


async def test_right_passwords_use_up_no_limit(client: httpx.AsyncClient, mira: Person) -> None:
    for _ in range(2 * ratelimit.SIGN_IN_HERE.most):
        client.cookies.clear()
        assert (await mira.sign_in(client)).status_code == 303


@pytest.mark.parametrize(
    ("page", "kind", "limit"),
    [("/forgot", "reset", ratelimit.FORGOT_HOST[0]), ("/login/link", "login", ratelimit.LINK_HOST[0])],
)
async def test_many_links_of_one_network_need_a_proof_of_work(
    client: httpx.AsyncClient, mira: Person, page: str, kind: str, limit: Limit
) -> None:
    """Thirty forms with any address kept everybody of a network from a new password for an hour."""
    await ratelimit.take(limit, "127.0.0.1", limit.most)
    asked = await client.post(page, data={"email": mira.email})
    assert (asked.status_code, f'value="{mira.email}"' in asked.text) == (429, True)
    answered = {"email": mira.email, "answer": solved(challenge_in(asked))}
    assert (await client.post(page, data=answered)).status_code == 303
    assert await db.values("select kind from mail") == [kind]
    assert (await client.post(page, data=answered)).status_code == 429, "an answer is used once"


async def test_a_device_that_signed_in_before_is_not_locked_out_by_its_neighbours(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await mira.sign_in(client)
    client.cookies.delete("parley")
    await use_up()
    assert (await mira.sign_in(client)).status_code == 303


async def test_a_new_password_revokes_the_devices(client: httpx.AsyncClient, mira: Person) -> None:
    await mira.sign_in(client)
    client.cookies.delete("parley")
    await db.execute("update member set password_hash = $1", await ops.passwords.hash_password("another set of words"))
    await use_up()
    answer = await client.post("/login", data={"login": "mira", "password": "another set of words"})
    assert answer.status_code == 429


async def test_a_device_of_one_account_does_not_count_for_another(
    client: httpx.AsyncClient, mira: Person, jon: Person
) -> None:
    await jon.sign_in(client)
    client.cookies.delete("parley")
    await use_up()
    assert (await mira.sign_in(client)).status_code == 429


async def test_above_the_limit_a_proof_of_work_lets_in_once(client: httpx.AsyncClient, mira: Person) -> None:
    await use_up()
    refused = await mira.sign_in(client)
    assert refused.status_code == 429 and 'value="mira"' in refused.text and "/login/link" in refused.text
    answer = solved(challenge_in(refused))
    data = {"login": "mira", "password": PASSWORD, "answer": answer}
    assert (await client.post("/login", data=data)).status_code == 303
    client.cookies.clear()
    assert (await client.post("/login", data=data)).status_code == 429


@pytest.mark.parametrize("answer", ["", "x", "1.2.3.4", "9" * 400])
async def test_a_forged_answer_does_not_count(client: httpx.AsyncClient, mira: Person, answer: str) -> None:
    await use_up()
    data = {"login": "mira", "password": PASSWORD, "answer": answer}
    assert (await client.post("/login", data=data)).status_code == 429


async def test_an_answer_is_for_one_name(mira: Person) -> None:
    answer = solved(proof_of_work.challenge("jon"))
    assert await proof_of_work.bits_of(answer, "mira") == 0
    assert await proof_of_work.bits_of(answer, "jon") == proof_of_work.EASY


async def test_an_old_answer_does_not_count(mira: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof_of_work, "LASTS_SECONDS", -1)
    assert await proof_of_work.bits_of(solved(proof_of_work.challenge("mira")), "mira") == 0


async def test_an_easy_challenge_does_not_become_a_hard_one(mira: Person) -> None:
    easy = proof_of_work.challenge("mira")
    hard = easy.replace(f".{proof_of_work.EASY}.", f".{proof_of_work.HARD}.")
    assert await proof_of_work.bits_of(solved(hard), "mira") == 0


@pytest.mark.parametrize(
    ("page", "proven"), [("/login", ratelimit.PROVEN_HOST), ("/login/link", ratelimit.LINK_HOST[1])]
)
async def test_a_network_that_uses_up_its_answers_only_needs_harder_ones(
    client: httpx.AsyncClient, mira: Person, monkeypatch: pytest.MonkeyPatch, page: str, proven: Limit
) -> None:
    """Two hundred answers, a minute of one core, kept everybody else of a network from signing in by a password."""
    monkeypatch.setattr(proof_of_work, "ROUNDS", 1)
    plain = ratelimit.SIGN_IN_HOST if page == "/login" else ratelimit.LINK_HOST[0]
    for limit in (plain, proven):
        await ratelimit.take(limit, "127.0.0.1", limit.most)
    data = {"login": "mira", "password": PASSWORD} if page == "/login" else {"email": mira.email}
    statuses = []
    for _ in range(3):
        answer = await client.post(page, data=data)
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            data["answer"] = solved(challenge_in(answer))
    assert statuses == [429, 429, 303]


async def test_answers_are_limited_too_and_a_mailed_link_still_works(mira: Person) -> None:
    await use_up()
    key = sign_in_limits.login_key("mira")
    for _ in range(ratelimit.PROVEN_ACCOUNT.most):
        await ratelimit.take(ratelimit.PROVEN_ACCOUNT, key)
    stranger = ops.Client(agent="", address="127.0.0.1")
    with pytest.raises(ratelimit.TooMany, match="link"):
        await ops.sign_in(login="mira", password=PASSWORD, client=stranger, answer=solved(proof_of_work.challenge(key)))


async def test_many_names_tried_from_one_network_are_slowed(mira: Person) -> None:
    for _ in range(ratelimit.SIGN_IN_HOST.most):
        await ratelimit.take(ratelimit.SIGN_IN_HOST, "127.0.0.1")
    with pytest.raises(proof_of_work.ProofOfWorkNeeded):
        await ops.sign_in(login="mira", password=PASSWORD, client=ops.Client(agent="", address="127.0.0.1"))


async def test_many_networks_of_one_subscriber_are_slowed(mira: Person) -> None:
    used = ratelimit.of_source(ratelimit.SIGN_IN_HOST, source("2001:db8::1"))
    await ratelimit.take_all([msgspec.structs.replace(one, cost=one.limit.most) for one in used])
    stranger, other = (ops.Client(agent="", address=one) for one in ("2001:db8:0:99::1", "2001:db8:1::1"))
    with pytest.raises(proof_of_work.ProofOfWorkNeeded):
        await ops.sign_in(login="mira", password=PASSWORD, client=stranger)
    await ops.sign_in(login="mira", password=PASSWORD, client=other)


class Hasher:
    """Waits for the test before it computes a hash."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()

    def hash(self, _: bytes) -> str:
        assert self.may_go_on.wait(timeout=60)
        return ""


async def test_signing_in_does_not_keep_neighbours_from_reading(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight who waited for the hashes of their passwords took all turns of their network."""
    hasher = Hasher()
    monkeypatch.setattr(passwords, "HASHER", hasher)
    async with browser(app) as reader, browser(app) as stranger:
        data = {"login": "nobody", "password": WRONG}
        guesses = [asyncio.create_task(stranger.post("/login", data=data)) for _ in range(2 * fair_share.AT_ONCE)]
        async with asyncio.timeout(60):
            assert (await reader.get("/login")).status_code == 200
        assert not any(guess.done() for guess in guesses)
        hasher.may_go_on.set()
        await asyncio.gather(*guesses)


async def test_a_known_device_does_not_wait_for_the_guesses_of_many_networks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    hasher = Hasher()
    monkeypatch.setattr(passwords, "HASHER", hasher)

    async def compute(asker: Asker) -> None:
        await passwords.hash_password(WRONG, asker)
        done.append(asker.of.host)

    guesses = [asyncio.create_task(compute(Asker(source(f"192.0.{network}.1")))) for network in range(50)]
    await asyncio.sleep(0)
    known = asyncio.create_task(compute(passwords.of_member(1)))
    await asyncio.sleep(0)
    hasher.may_go_on.set()
    await asyncio.gather(known, *guesses)

    assert done.index("member 1") <= 2 * passwords.AT_ONCE


@pytest.mark.committed
async def test_nobody_waits_for_all_the_guesses_of_a_stranger(mira: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", DEPLOYED)
    done: list[str] = []

    async def try_from(address: str, password: str) -> None:
        with contextlib.suppress(ops.Refused):
            login = "mira" if password == PASSWORD else "nobody"
            await ops.sign_in(login=login, password=password, client=ops.Client(agent="", address=address))
        done.append(address)

    guesses = [try_from(f"2001:db8:0:{number}::1", WRONG) for number in range(20)]
    await asyncio.gather(*guesses, try_from("203.0.113.9", PASSWORD))

    assert done.index("203.0.113.9") < 10


async def test_a_mailed_link_signs_in_once(
    client: httpx.AsyncClient, mira: Person, mailed: Callable[[str], Awaitable[str]]
) -> None:
    await use_up()
    assert (await client.post("/login/link", data={"email": "Mira@example.org"})).status_code == 303
    link = await mailed("login")
    assert "Press the button" in (await client.get(link)).text
    assert (await client.post(link)).headers["location"] == "/"
    assert (await client.get("/settings/security")).status_code == 200
    client.cookies.clear()
    assert (await client.post(link)).status_code == 410
    assert await db.value("select count(*) from session") == 1


async def test_the_answer_to_a_request_for_a_link_does_not_show_whether_there_is_an_account(
    client: httpx.AsyncClient, mira: Person
) -> None:
    known = await client.post("/login/link", data={"email": mira.email})
    unknown = await client.post("/login/link", data={"email": "nobody@example.org"})
    assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])
    assert await db.values("select recipient from mail where kind = 'login'") == [mira.email]


async def test_nobody_is_mailed_many_links(client: httpx.AsyncClient, mira: Person) -> None:
    for _ in range(2 * ratelimit.LINK_ADDRESS.most):
        assert (await client.post("/login/link", data={"email": mira.email})).status_code == 303
    assert await db.value("select count(*) from mail where kind = 'login'") == ratelimit.LINK_ADDRESS.most


@pytest.fixture
def dead_redis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Redis is away: PostgreSQL counts instead."""
    dead = Redis(unix_socket_path=str(tmp_path / "nobody"), retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(token_buckets, "redis", lambda: dead)
    monkeypatch.setattr(token_buckets, "_paused_until", 0.0)
    token_buckets._script.cache_clear()
    yield
    token_buckets._script.cache_clear()


@pytest.mark.usefixtures("dead_redis")
async def test_without_redis_wrong_passwords_are_counted_and_a_proof_of_work_lets_in(
    client: httpx.AsyncClient, mira: Person
) -> None:
    await use_up()
    assert await db.value("select count(*) from rate_bucket where key like '%sign-in:account+host%'") == 1

    refused = await mira.sign_in(client)
    assert refused.status_code == 429
    data = {"login": "mira", "password": PASSWORD, "answer": solved(challenge_in(refused))}

    assert (await client.post("/login", data=data)).status_code == 303
    client.cookies.clear()
    assert (await client.post("/login", data=data)).status_code == 429


@pytest.mark.usefixtures("dead_redis")
async def test_without_redis_right_passwords_use_up_no_limit(client: httpx.AsyncClient, mira: Person) -> None:
    for _ in range(ratelimit.SIGN_IN_HERE.most + 2):
        client.cookies.clear()
        assert (await mira.sign_in(client)).status_code == 303


@pytest.mark.usefixtures("dead_redis")
async def test_without_redis_a_known_device_still_signs_in(client: httpx.AsyncClient, mira: Person) -> None:
    await mira.sign_in(client)
    client.cookies.delete("parley")
    await use_up()

    assert (await mira.sign_in(client)).status_code == 303
