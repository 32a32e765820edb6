import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.comment_tree import view
from parley.interfaces.pages import moderation_counts
from parley.people.accounts import middleware, sessions, tokens, viewer_cache
from parley.people.sign_in import devices, sign_in_ticket
from parley.people.sso import pending
from parley.platform import db
from parley.platform.cache import PAGE_SECONDS
from parley.platform.errors import Unavailable
from parley.platform.http import cookies
from parley.platform.settings import settings
from tests import make
from tests.make import browser, put_state
from tests.people.accounts.person import Person

pytestmark = pytest.mark.anyio


async def is_signed_in(client: httpx.AsyncClient) -> bool:
    viewer_cache.clear()
    return (await client.get("/settings/security")).status_code == 200


async def test_visitors_leave_no_trace(client: httpx.AsyncClient) -> None:
    for path in ("/login", "/signup", "/forgot", "/u/nobody", "/signup/done") * 20:
        assert "set-cookie" not in (await client.get(path)).headers
    assert await db.value("select count(*) from session") == 0


async def test_nothing_is_read_for_a_request_without_our_cookie(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_args: object) -> None:
        raise AssertionError

    monkeypatch.setattr(sessions.db, "fetch_one", fail)
    for cookie in ("", "other=1", "parley=", "parley=short", "xparley=" + "a" * 43, "parley=" + "ä" * 43):
        answer = await client.get("/signup", headers={"cookie": cookie.encode()})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("role", "idle", "good"),
    [
        ("member", "13 days", True),
        ("member", "14 days", False),
        ("moderator", "11 hours", True),
        ("moderator", "12 hours", False),
        ("admin", "12 hours", False),
    ],
)
async def test_an_unused_session_ends(
    client: httpx.AsyncClient, mira: Person, role: str, idle: str, good: bool
) -> None:
    await db.execute("update member set role = $1", role)
    await mira.sign_in(client)
    await db.execute("update session set seen_at = now() - $1::text::interval - interval '1 second'", idle)
    assert await is_signed_in(client) is good


@pytest.mark.parametrize(("role", "days"), [("member", 90), ("moderator", 7), ("admin", 7)])
async def test_every_session_ends_after_its_longest_time(
    client: httpx.AsyncClient, mira: Person, role: str, days: int
) -> None:
    await db.execute("update member set role = $1", role)
    answer = await mira.sign_in(client)
    assert f"Max-Age={days * 86_400}" in answer.headers["set-cookie"]
    assert await db.value("select extract(day from expires_at - created_at)::int from session") == days
    assert await is_signed_in(client)
    await db.execute("update session set expires_at = now()")
    assert not await is_signed_in(client)


@pytest.mark.parametrize("state", ["suspended", "deactivated", "anonymised"])
async def test_a_member_who_may_no_longer_sign_in_is_not_a_viewer(
    client: httpx.AsyncClient, mira: Person, state: str
) -> None:
    await mira.sign_in(client)
    assert await is_signed_in(client)
    await put_state("member", mira.id, state)
    assert not await is_signed_in(client)


async def test_the_last_use_is_only_written_every_five_minutes(client: httpx.AsyncClient, mira: Person) -> None:
    await mira.sign_in(client)
    before = await db.value("select xmin::text || ctid::text from session")
    assert await is_signed_in(client)
    assert await db.value("select xmin::text || ctid::text from session") == before
    await db.execute("update session set seen_at = now() - interval '6 minutes'")
    assert await is_signed_in(client)
    assert await db.value("select seen_at = now() from session")


async def test_the_last_visit_of_a_member_outlives_their_sessions(client: httpx.AsyncClient, mira: Person) -> None:
    await db.execute("update member set seen_at = now() - interval '1 year'")
    await mira.sign_in(client)
    assert await db.value("select seen_at = now() from member where name = 'mira'")
    await db.execute("update member set seen_at = now() - interval '1 year'")
    await db.execute("update session set seen_at = now() - interval '6 minutes'")
    assert await is_signed_in(client)
    await db.execute("delete from session")
    assert await db.value("select seen_at = now() from member where name = 'mira'")


async def test_a_viewer_is_cached_for_a_second_at_most(
    client: httpx.AsyncClient, mira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mira.sign_in(client)
    assert await is_signed_in(client)
    await db.execute("delete from session")
    assert (await client.get("/settings/profile")).status_code == 200
    later = middleware.monotonic() + viewer_cache.CACHE_SECONDS
    monkeypatch.setattr(middleware, "monotonic", lambda: later)
    assert (await client.get("/settings/profile")).status_code == 303
    assert viewer_cache.CACHE_SECONDS <= 1


async def test_ending_all_sessions_is_in_force_in_this_process_at_once(client: httpx.AsyncClient, mira: Person) -> None:
    await mira.sign_in(client)
    assert (await client.get("/settings/profile")).status_code == 200
    await sessions.end_all(mira.id)
    assert (await client.get("/settings/profile")).status_code == 303


async def test_streams_can_check_which_sessions_are_still_valid(app: Litestar, mira: Person, jon: Person) -> None:
    async with browser(app) as one, browser(app) as other:
        await mira.sign_in(one)
        await jon.sign_in(other)
        first, second = await db.values("select id from session order by id")
        assert (await sessions.still_valid([first, second, 999])) == {first, second}
        await one.post("/logout")
        assert (await sessions.still_valid([first, second])) == {second}
        await db.execute("update member set state = 'suspended'")
        assert await sessions.still_valid([first, second]) == set()
        assert await sessions.still_valid([]) == set()


async def test_without_the_database_a_member_is_not_asked_to_sign_in(
    client: httpx.AsyncClient, mira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mira.sign_in(client)
    viewer_cache.clear()

    async def away(*_args: object) -> None:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(sessions.db, "fetch_one", away)
    assert (await client.get("/settings/profile")).status_code == 503
    assert (await client.get("/signup")).status_code == 200


async def test_https_has_the_prefix_that_other_hosts_cannot_set(monkeypatch: pytest.MonkeyPatch) -> None:
    https = msgspec.structs.replace(settings(), base_url="https://talk.example.org")
    monkeypatch.setattr(cookies, "settings", lambda: https)
    for cookie in (sessions.cookie("a" * 43), devices.cookie("a"), sign_in_ticket.cookie("a"), pending.cookie("a")):
        header = cookie.to_header(header="")
        assert header.startswith("__Host-parley")
        assert "Secure" in header and "HttpOnly" in header and "Path=/" in header and "Domain" not in header


async def test_a_form_of_a_member_sets_a_short_consistency_token_and_nothing_else_does(
    client: httpx.AsyncClient, mira: Person
) -> None:
    thread = await make.thread()
    visitor = await client.post("/preview", data={"body": "Words."})
    assert "set-cookie" not in visitor.headers
    await mira.sign_in(client)

    for path in ("/", await make.address(thread), "/settings/profile"):
        assert "set-cookie" not in (await client.get(path)).headers
    assert "set-cookie" not in (await client.post(f"/t/{thread}/seen")).headers
    cookie = (await client.post("/settings/profile", data={"assisted": "hide"})).headers["set-cookie"]
    assert cookie.startswith("parley-consistency=")
    assert {"HttpOnly", "Max-Age=11", "Path=/", "SameSite=lax"} <= set(cookie.split("; ")[1:])
    cached = (viewer_cache.CACHE_SECONDS, PAGE_SECONDS, moderation_counts.CACHE_SECONDS)
    assert max(cached) < middleware.CONSISTENCY_SECONDS


async def test_a_new_consistency_token_is_not_answered_from_what_was_read_before_it(
    client: httpx.AsyncClient, mira: Person, queries: list[str]
) -> None:
    await mira.sign_in(client)
    await client.get("/settings/profile")
    # Another process would do this, and cannot notify this one.
    await db.execute("update member set assisted = 'hide'")
    assert 'data-assisted="show"' in (await client.get("/settings/profile")).text

    client.cookies.set(cookies.name(middleware.CONSISTENCY_COOKIE), "a" * 16)
    assert 'data-assisted="hide"' in (await client.get("/settings/profile")).text
    queries.clear()
    await client.get("/settings/profile")
    assert sessions.SELECT_SESSION not in queries


async def test_values_cached_since_the_token_was_first_met_are_served(client: httpx.AsyncClient, mira: Person) -> None:
    """While the token lasts, only the member is read again."""
    await mira.sign_in(client)
    client.cookies.set(cookies.name(middleware.CONSISTENCY_COOKIE), "a" * 16)
    seen = []
    for _ in range(2):
        await client.get("/settings/profile")
        (cached,) = viewer_cache.current()._kept.values()
        seen.append(cached.viewer.not_before)
        for digest, one in viewer_cache.current()._kept.items():
            viewer_cache.current().put(digest, msgspec.structs.replace(one, expires=0.0))
    assert seen[0] == seen[1] > 0


@pytest.mark.parametrize("made_up", ["", "short", "a" * 17, "a" * 4_000, "ä" * 16, "a b" * 5])
async def test_an_invalid_consistency_token_changes_nothing(
    client: httpx.AsyncClient, mira: Person, queries: list[str], made_up: str
) -> None:
    answer = await mira.sign_in(client)
    token = answer.cookies[sessions.cookie_name()]
    await client.get("/settings/profile")
    queries.clear()
    cookie = f"parley={token}; parley-consistency={made_up}"
    client.cookies.clear()
    assert (await client.get("/settings/profile", headers={"cookie": cookie.encode()})).status_code == 200
    assert sessions.SELECT_SESSION not in queries


async def test_made_up_consistency_tokens_fill_no_cache(client: httpx.AsyncClient, mira: Person) -> None:
    thread = await make.thread()
    await mira.sign_in(client)
    for number in range(20):
        client.cookies.set(cookies.name(middleware.CONSISTENCY_COOKIE), f"{number:016}")
        assert (await client.get(await make.address(thread))).status_code == 200
    assert len(viewer_cache.current()._kept) == 1
    assert len(view._views._cache._kept) == 1


async def test_of_too_many_sessions_the_least_recently_used_ends(app: object) -> None:
    """Each could hold five live streams, and a right password may be given any number of times."""
    mira = await make.member("mira")
    for _ in range(sessions.MOST_SESSIONS + 3):
        last = await sessions.start(mira.id, "member", agent="", address="")

    valid = await db.values("select token_hash from session where member = $1", mira.id)
    assert len(valid) == sessions.MOST_SESSIONS
    assert tokens.digest(last) in valid
