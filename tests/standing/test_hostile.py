"""Hostile input never leads to an error of the server or to unescaped text (docs/decisions/0001, T9 to T11, T23)."""

import re
from urllib.parse import quote_from_bytes
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar

from parley.platform.events import redis
from tests.standing.world import World, reached, routes

pytestmark = pytest.mark.anyio

FORMS = {
    "/signup": ("name", "email", "password", "zone", "message", "invitation", "answer"),
    "/login": ("login", "password", "next"),
    "/login/link": ("email", "next"),
    "/login/second": ("code", "credential", "next"),
    "/login/second/options": (),
    "/login/passkey": ("credential", "next"),
    "/login/passkey/options": (),
    "/login/{token:str}": (),
    "/leave/{token:str}": ("words", "cancel"),
    "/logout": (),
    "/forgot": ("email",),
    "/reset/{token:str}": ("password",),
    "/verify": (),
    "/signup/{token:str}": ("message",),
    "/verify/{token:str}": (),
    "/mail/off/{token:str}": ("back",),
    # It reads JSON (tests/people/mail/test_webhooks.py).
    "/mail/webhooks/{relay:str}": (),
    "/settings/profile": ("title", "bio", "assisted"),
    "/rules/edit": ("rules", "asks_declaration", "sign_up", "version"),
    "/settings/languages": ("de", "en"),
    "/settings/security": ("current", "password", "others"),
    "/settings/mail": ("frequency", "weekday", "hour", "zone"),
    "/settings/mail/all": ("on",),
    "/settings/mail/pause": ("weeks",),
    "/settings/mail/quiet": ("quiet", "starts", "ends"),
    "/mail/keep/{answer:str}": (),
    "/settings/security/sessions/{session:str}/end": (),
    "/settings/security/sessions/end": (),
    "/settings/muted": ("word", "on", "period", "next"),
    "/u/{name:str}/mute": ("on", "period", "next"),
    "/u/{name:str}/block": ("on", "next"),
    "/preview": ("body", "thread", "comment", "version", "parent", "stance", "passage", "quote", "prefix", "assisted"),
    "/new": ("source", "url", "text", "file", "title", "topic"),
    "/new/{number:str}": ("title", "topic", "byline", "published", "updated", "lang", "section", "licence", "bio"),
    "/new/{number:str}/encoding": ("encoding",),
    "/new/{number:str}/suggest": (),
    "/t/{thread:str}/updates/{number:str}": ("decision", "revision", "answer"),
    "/reports/{report:str}/{key:str}": (),
    "/t/{thread:str}/comments": ("body", "parent", "stance", "passage", "quote", "assisted", "submission"),
    "/t/{thread:str}/seen": ("passage", "shown", "seq"),
    "/t/{thread:str}/follow": ("on", "channel", "next"),
    "/t/{thread:str}/mute": ("on", "period", "next"),
    "/t/{thread:str}/pick": ("on",),
    "/settings/topics": ("research", "work"),
    "/topic/{topic:str}/follow": ("on", "next"),
    "/topic/{topic:str}/mute": ("on", "period", "next"),
    "/kept/{kept:str}": ("text",),
    "/kept/{kept:str}/remove": (),
    "/c/{comment:str}/keep": ("text", "on"),
    "/c/{comment:str}/translate": (),
    "/t/{thread:str}/keep": ("text", "on"),
    "/t/{thread:str}/notes": ("passage", "quote", "prefix", "text"),
    "/for-you/read": ("thread", "shown", "seq", "part", "until", "upto"),
    "/settings/read-marks": ("on",),
    "/settings/notifications": ("reply", "mention", "followed", "revised", "decision"),
    "/settings/feed": ("no_feed",),
    "/c/{comment:str}/moderate": ("version", "action", "rule", "reason", "until", "to", "place"),
    "/t/{thread:str}/moderate": ("version", "action", "rule", "reason", "until", "place"),
    "/u/{name:str}/moderate": ("version", "action", "rule", "reason", "until"),
    "/mod/item/{item:str}/assign": ("name",),
    "/mod/members/{name:str}/message": ("text",),
    "/mod/bulk/all": ("action", "rule", "reason", "law", "also", "until", "at"),
    "/mod/bulk/{bulk:str}/undo": (),
    "/mod/raids": ("holds", "topic", "hours", "closes_sign_up"),
    "/mod/raids/{raid:str}/end": (),
    "/mod/rooms/{topic:str}": ("intro", "rules"),
    "/mod/rooms/{topic:str}/moderators": ("name", "on"),
    "/mod/site/{name:str}": ("text", "version"),
    "/mod/guidelines/new": ("code", "title", "text", "severity", "position", "category", "illegal", "retired"),
    "/mod/guidelines/{code:str}": ("title", "text", "severity", "position", "category", "illegal", "retired"),
    "/mod/guidelines/{code:str}/reasons": ("text", "shared"),
    "/mod/reasons/{reason:str}/delete": (),
    "/t/{thread:str}/correct": ("passage", "text", "reason"),
    "/t/{thread:str}/revise": ("revision", "title", "byline", "text", "reason", "preview"),
    "/t/{thread:str}/revisions/{number:str}/restore": ("reason", "revision"),
    "/t/{thread:str}/lock": ("reason",),
    "/t/{thread:str}/unlock": ("reason",),
    "/t/{thread:str}/slow": ("reason",),
    "/t/{thread:str}/archive": ("reason", "title"),
    "/c/{comment:str}/vote": ("axis", "value"),
    "/c/{comment:str}/edit": ("body", "stance", "assisted", "version"),
    "/c/{comment:str}/delete": (),
    "/c/{comment:str}/withdraw": (),
    "/c/{comment:str}/statement": ("text", "proposal", "decline"),
    "/c/{comment:str}/statement/remove": ("rule", "reason"),
    "/c/{comment:str}/statement/merge": ("kept",),
    "/t/{thread:str}/answer": ("comment", "offer", "sitting", "value"),
    # They need a publisher's site (tests/interfaces/embed/test_embed.py).
    "/embed/login": (),
    "/embed/session": (),
    "/embed/session/end": (),
    "/embed/new": (),
    "/embed/t/{thread:str}/comments": (),
    "/embed/t/{thread:str}/vote": (),
    "/embed/t/{thread:str}/thesis/answer": (),
    "/t/{thread:str}/thesis": ("text",),
    "/t/{thread:str}/thesis/answer": ("value", "see", "version", "given"),
    "/mod/members/{name:str}/decided/approve": ("approve", "reason", "last"),
    "/mod/members/{name:str}/decided/undo": ("hours", "reason"),
    "/language": ("language",),
    "/reading": ("density", "legend", "next"),
    "/settings/maps": ("out",),
    "/settings/name": ("name",),
    "/c/{comment:str}/restore": (),
    "/c/{comment:str}/report": ("reason", "text", "name", "email", "anonymous", "good_faith"),
    "/t/{thread:str}/report": ("reason", "text", "name", "email", "anonymous", "good_faith"),
    "/u/{name:str}/report": ("reason", "text", "name", "email", "anonymous", "good_faith"),
    "/t/{thread:str}/rights": ("ground", "wish", "text", "original", "name", "email", "good_faith"),
    "/t/{thread:str}/rights/{number:str}": ("text",),
    "/t/{thread:str}/claim": ("way", "email", "text"),
    "/t/{thread:str}/author-reply": ("comment",),
    "/claims/{claim:str}/{key:str}": (),
    "/prove": ("password", "code", "credential", "next"),
    "/settings/data": (),
    "/settings/data/deactivate": (),
    "/settings/data/erase": ("words", "articles", "quotes"),
    "/settings/email": ("email",),
    "/settings/email/{step:str}/{token:str}": (),
    "/settings/security/totp": ("sealed", "code"),
    "/settings/security/totp/end": (),
    "/settings/security/passkeys": ("credential", "name"),
    "/settings/security/passkeys/options": (),
    "/settings/security/passkeys/{passkey:str}/end": (),
    "/prove/options": (),
    "/login/recovery": (),
    "/recover/{token:str}": ("stop",),
    "/settings/security/recovery/stop": (),
    "/mod/members/{name:str}/recovery": (),
    "/settings/security/recovery": (),
    # It needs a sign-in at another site (tests/people/sso).
    "/sso/{provider:str}/signup": (),
    "/settings/security/links/{link:str}/end": (),
    "/settings/invitations": ("uses", "days"),
    "/settings/invitations/{invitation:str}/end": (),
    "/mod/signups/{member:str}": ("action",),
    "/settings/tokens": ("name", "comment", "vote", "days"),
    "/settings/tokens/{number:str}/end": (),
    "/settings/imported": (),
    "/settings/imported/claims": ("comment", "page"),
    "/settings/imported/claims/{number:str}/withdraw": (),
    "/mod/imported/{number:str}": ("confirm",),
    "/mod/imported/{number:str}/undo": (),
    "/settings/webhooks": ("url", "comment.posted"),
    "/settings/webhooks/{number:str}": ("url", "comment.posted"),
    "/settings/webhooks/{number:str}/secret": ("rotation",),
    "/settings/webhooks/{number:str}/state": ("on",),
    "/settings/webhooks/{number:str}/again": ("delivery",),
    "/settings/webhooks/{number:str}/delete": (),
    "/settings/articles/{number:int}/end": (),
    "/settings/articles/{number:int}/decide": ("confirm",),
    "/mod/articles/{thread:str}": ("action", "rule", "reason", "version", "preview", "place"),
    "/decision/{decision:str}": ("text", "key"),
    "/decision/{decision:str}/withdraw": ("key",),
    "/mod/item/{item:str}/claim": (),
    "/mod/item/{item:str}/skip": (),
    "/mod/item/{item:str}/reveal": (),
    "/mod/item/{item:str}/decide": ("version", "action", "rule", "reason", "until", "preview"),
    "/mod/item/{item:str}/undo": ("decision",),
    "/mod/appeals/{appeal:str}/assign": (),
    "/mod/appeals/{appeal:str}/decide": ("outcome", "action", "until", "answer"),
    "/mod/second-looks/{decision:str}": ("judgement",),
    "/mod/decision/{decision:str}/second-approval": ("approve", "reason"),
    "/mod/decision/{decision:str}/reveal": ("next",),
    "/mod/rules/new": ("name", "does", "rule", "kind-0", "words-0", "add", "more", "less"),
    "/mod/rules/check": ("does", "kind-0", "words-0"),
    "/mod/rings/{ring:str}/dismiss": (),
    "/mod/rules/stop": ("on",),
    "/mod/rules/{rule:str}": ("version", "name", "does", "rule", "kind-0", "words-0", "add", "more", "less"),
    "/mod/rules/{rule:str}/move": ("to",),
    "/mod/rules/{rule:str}/test": ("version",),
    "/mod/rules/{rule:str}/state": ("version", "state"),
    "/mod/members/{name:str}/note": ("text",),
    "/mod/members/{name:str}/sanction": ("action", "rule", "reason", "until", "preview"),
    "/mod/members/{name:str}/lift": ("reason", "undo"),
    "/mod/members/{name:str}/sessions/end": (),
    "/mod/members/{name:str}/role": ("role", "reason"),
    "/mod/feeds": ("url", "topic", "auto", "full", "basis"),
    "/mod/feeds/import": ("file", "topic", "auto"),
    "/mod/feeds/{feed:str}": ("topic", "auto", "full", "basis"),
    "/mod/feeds/{feed:str}/pause": ("on",),
    "/mod/feeds/{feed:str}/fetch": (),
    "/mod/feeds/{feed:str}/remove": (),
    "/mod/feeds/{feed:str}/make": (),
    "/mod/feeds/{feed:str}/skip": (),
    "/mod/feeds/{feed:str}/{entry:str}/make": (),
    "/mod/feeds/{feed:str}/{entry:str}/skip": (),
    "/mod/mail/release": ("address",),
    "/mod/bulk/undo": ("item-1",),
    "/mod/comments": ("comment-1", "action", "rule", "reason", "until", "also", "sure"),
    "/mod/comments/undo": ("decisions",),
    "/mod/bulk": ("item-1", "action", "rule", "reason", "until", "sure"),
}
# Each field's good value, so that the others are met by what is wrong with one.
GOOD = {
    "body": "Words.",
    "submission": str(uuid4()),
    "axis": "quality",
    "value": "1",
    "stance": "asks",
    "title": "A title",
    "topic": "research",
    "source": "text",
    "text": "Many words of an article.",
    "revision": "1",
    "name": "newcomer",
    "email": "new@example.org",
    "password": "four unrelated green words",
    "login": "mira",
    "action": "warn",
    "rule": "civility",
    "item-1": "1",
    "does": "flag",
    "kind-0": "words",
    "words-0": "fool",
    "version": "1",
    "state": "shadow",
}
POLYGLOT = (
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//</stYle/</titLe/</teXtarEa/</scRipt/--!>"
    "\\x3csVg/<sVg/oNloAd=alert()//>"
)
NASTY = [
    "\x00", "a\x00b", "\ud800", "\udfff", "\x1b[31m", "\x7f", "%00", "\r\nSet-Cookie: a=b", "9" * 26, str(2**63),
    "-9223372036854775809", "1e400", "NaN", "٣", "{{7*7}}", "${7*7}", "__class__", "__proto__", "../../etc/passwd",
    POLYGLOT, "'; drop table member; --", "\u202eabc\u202c", "Z\u0351\u036b\u0343" * 200, "a" * 45_000, "> " * 5_000,
    "[" * 5_000, "[a](" * 3_000, "`" * 9_999, "\n" * 9_000, "😀" * 3_000, "ﷺ" * 2_000, "İ" * 300, "ß" * 300,
    "http://[", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
]  # fmt: skip
ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
VALUES = st.one_of(st.sampled_from(NASTY), ANY_TEXT, st.integers().map(str), st.floats().map(str))


def encoded(fields: dict[str, str]) -> bytes:
    """A form as a hostile browser sends it: lone surrogates and all."""
    pairs = (f"{name}={quote_from_bytes(value.encode(errors='surrogatepass'))}" for name, value in fields.items())
    return "&".join(pairs).encode()


async def sent(client: httpx.AsyncClient, path: str, fields: dict[str, str]) -> httpx.Response:
    await redis.redis().flushdb()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return await client.post(path, content=encoded(fields), headers=headers)


def test_the_forms_of_every_route_are_listed_here(app: Litestar) -> None:
    # The API reads JSON (tests/interfaces/api/test_hostile.py).
    assert {path for path in routes(app, "POST") if not path.startswith("/api/")} == set(FORMS)


# Each field gets every eighth of them, the next field those that follow; each gets all in `make sure`.
STEPS = [8, pytest.param(1, marks=pytest.mark.slow)]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("path", [path for path, fields in FORMS.items() if fields])
async def test_nasty_text_in_any_field_is_taken_or_refused(
    client: httpx.AsyncClient, world: World, path: str, step: int
) -> None:
    for number, field in enumerate(FORMS[path], start=len(path)):
        for nasty in NASTY[number % step :: step]:
            await world.sign_in(client, "admin")
            fields = {name: GOOD.get(name, "") for name in FORMS[path]} | {field: nasty}
            answer = await sent(client, await reached(world, path), fields)
            assert answer.status_code < 500, (path, field, nasty[:40])
            assert answer.status_code >= 400 or answer.status_code in {200, 201, 204, 303}


SLOW = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SLOW
@given(data=st.data())
@pytest.mark.parametrize("path", [path for path, fields in FORMS.items() if fields])
async def test_any_text_in_all_fields_is_taken_or_refused(
    client: httpx.AsyncClient, world: World, path: str, data: st.DataObject
) -> None:
    fields = {name: data.draw(VALUES, name) for name in FORMS[path]}
    await world.sign_in(client, "admin")

    answer = await sent(client, await reached(world, path), fields)

    assert answer.status_code < 500


QUERIES = (
    "sort",
    "topic",
    "period",
    "after",
    "focus",
    "passage",
    "branch",
    "from",
    "to",
    "before",
    "next",
    "quote",
    "url",
)


@pytest.mark.parametrize("step", STEPS)
async def test_nasty_addresses_are_found_or_not(
    app: Litestar, client: httpx.AsyncClient, world: World, step: int
) -> None:
    await world.sign_in(client, "member")
    for number, path in enumerate(routes(app, "GET")):
        if path.endswith("/live"):
            continue
        addresses = set()
        for nasty in NASTY[number % step :: step]:
            value = quote_from_bytes(nasty[:1_000].encode(errors="surrogatepass"), safe="")
            query = "&".join(f"{name}={value[:300]}" for name in QUERIES)
            addresses |= {re.sub(r"\{[^}]+\}", value, path), f"{world.fill(path)}?{query}"}
        for address in addresses:
            answer = await client.get(address)
            assert answer.status_code < 500, address[:200]


async def test_typed_markup_never_comes_back_as_markup(client: httpx.AsyncClient, world: World) -> None:
    for path, fields in FORMS.items():
        await world.sign_in(client, "admin")
        answer = await sent(client, await reached(world, path), dict.fromkeys(fields, POLYGLOT))
        assert "<sVg/oNloAd" not in answer.text, path


async def test_what_a_cookie_or_header_says_is_in_no_page(client: httpx.AsyncClient, world: World) -> None:
    plain = await client.get("/")
    planted = await client.get(
        "/",
        headers={
            "cookie": 'parley="><script>x</script>; csrf="><script>x</script>',
            "x-forwarded-host": "evil.example",
            "x-forwarded-proto": "javascript",
            "user-agent": "<script>x</script>",
            "referer": "https://evil.example/<script>",
            "accept-language": "<script>",
            "host": "evil.example",
        },
    )

    assert planted.content == plain.content


async def test_a_forged_forwarded_address_shares_the_bucket(client: httpx.AsyncClient, world: World) -> None:
    statuses = []
    for number in range(12):
        headers = {"x-forwarded-for": f"9.9.{number}.9", "forwarded": f"for=9.9.{number}.9", "x-real-ip": "9.9.9.9"}
        answer = await client.post("/login", data={"login": "mira", "password": "wrong words"}, headers=headers)
        statuses.append(answer.status_code)

    assert set(statuses[:10]) == {422}
    assert set(statuses[10:]) == {429}
