"""What holds for every route there is, and for those to come."""

import re

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.interfaces.pages import stored
from parley.moderation.decisions.rules import Choice
from parley.moderation.modmembers import ops as modmembers
from parley.platform import db
from parley.platform.events import redis
from parley.platform.http.access import ANYONE, Access
from parley.platform.http.assets import folder, static
from parley.platform.http.environment import environment
from tests import make
from tests.standing.world import ROLES, World, gets, routes

pytestmark = pytest.mark.anyio

# Changing something without being signed in: becoming or being a member, looking at one's own Markdown,
# reporting what is against the law, appealing, keeping the digest and stopping mail with what was mailed.
OPEN_TO_ALL = {
    "/signup",
    "/login",
    "/logout",
    "/forgot",
    "/reset/{token:str}",
    "/signup/{token:str}",
    "/verify/{token:str}",
    "/preview",
    # Shows what everybody reads.
    "/c/{comment:str}/translate",
    # Only sets a cookie of the browser that asks.
    "/language",
    "/reading",
    "/c/{comment:str}/report",
    "/t/{thread:str}/report",
    "/u/{name:str}/report",
    "/t/{thread:str}/rights",
    # Confirms what was mailed there.
    "/claims/{claim:str}/{key:str}",
    "/decision/{decision:str}",
    "/mail/keep/{answer:str}",
    "/mail/off/{token:str}",
    # What a relay posts is believed by its signature.
    "/mail/webhooks/{relay:str}",
    "/decision/{decision:str}/withdraw",
    "/login/link",
    "/login/second",
    "/login/second/options",
    "/login/passkey",
    "/login/recovery",
    "/recover/{token:str}",
    "/login/passkey/options",
    "/sso/{provider:str}/signup",
    # A visitor is asked to sign in first; their answer comes along in the address.
    "/t/{thread:str}/thesis/answer",
    "/embed/t/{thread:str}/thesis/answer",
    # A signed link of a suspended member, who cannot sign in.
    "/leave/{token:str}",
    # Mailed links: one confirms an address, one undoes a change.
    "/settings/email/{step:str}/{token:str}",
    "/login/{token:str}",
    "/reports/{report:str}/{key:str}",
    # Below /embed/ the panel itself asks to sign in, since no frame may show the usual page.
    "/embed/new",
    "/embed/session",
    "/embed/session/end",
    "/embed/t/{thread:str}/comments",
    "/embed/t/{thread:str}/vote",
}
SCRIPT = "/embed/v1.js"
# No article of the world is from a PDF.
OF_PDFS = ("/p/{lineage:str}/page", "/p/{lineage:str}/page.webp", "/t/{thread:str}/original.pdf")
TOKENS_ONLY = (
    "/api/v1/me",
    "/api/v1/notifications",
    "/api/v1/threads/{thread:str}/following",
    "/api/v1/comments/{comment:str}/votes",
    "/api/v1/imports/{draft:str}",
    "/api/v1/threads/{thread:str}/article",
    "/api/v1/threads/{thread:str}/updates/{update:str}",
    "/api/v1/updates",
    "/api/v1/threads/{thread:str}/answers",
    "/api/v1/threads/{thread:str}/answers/next",
    "/api/v1/threads/{thread:str}/thesis/answer",
    "/api/v1/unread",
    "/api/v1/kept",
    "/api/v1/muted-words",
    "/api/v1/decisions",
    "/api/v1/decisions/{decision:str}",
)
OF_MODERATORS = (
    "/api/v1/moderation/queue",
    "/api/v1/moderation/appeals",
    "/api/v1/moderation/raids",
    "/api/v1/moderation/appeals/{appeal:str}",
)
# The one address that mail servers post to, from wherever they are.
ONE_CLICK = "/mail/off/{token:str}"
# Without the kept numbers of unread notifications, which whoever reads counts again: no reader sees a difference.
TABLES = """
select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
and table_name not in ('unread_count', 'unread_change')
order by table_name
"""


async def checksum() -> dict[str, str]:
    """A hash of each table's rows."""
    return {
        table: await db.value(
            f"select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) from \"{table}\" t"
        )
        for table in await db.values(TABLES)
    }


# What a template sends a browser to: the addresses that begin with a path, and the methods each is asked with.
SENDS = re.compile(r'\b(href|hx-get|action|formaction|hx-post)="(/(?:[^"{]|\{\{[^"]*?\}\})*)"')
ASKS = {"href": {"GET"}, "hx-get": {"GET"}, "hx-post": {"POST"}, "formaction": {"POST"}, "action": {"GET", "POST"}}


def leads(address: str, path: str) -> bool:
    """Whether an address as a template writes it may be one of a route; what is filled in may be anything."""
    parts, places = address.split("/"), path.split("/")
    fits = (part == place or "{{" in part or place.startswith("{") for part, place in zip(parts, places, strict=False))
    return len(parts) == len(places) and all(fits)


def test_every_address_in_a_template_answers_how_it_is_asked(app: Litestar) -> None:
    for name in environment().list_templates(extensions=["html"]):
        source = (folder("templates") / name).read_text().replace("{{ ui.leading_back(next_url) }}", "")
        for attribute, address in SENDS.findall(source):
            path = re.sub(r"[?#].*|\{\{ wanted\.query \}\}", "", address)
            answers = [route for method in ASKS[attribute] for route in routes(app, method) if leads(path, route)]
            assert answers, f"{name}: {attribute} {address}"


def test_every_route_says_who_may_enter(app: Litestar) -> None:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if handler.http_methods != {"OPTIONS"}:
                assert isinstance(handler.opt.get("who"), Access), f"{handler.http_methods} {route.path}"


def test_only_listed_routes_let_anybody_change_something(app: Litestar) -> None:
    unsafe = {
        route.path
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if handler.http_methods - {"GET", "HEAD", "OPTIONS"} and handler.opt["who"] == ANYONE
    }

    assert unsafe == OPEN_TO_ALL


@pytest.mark.parametrize("role", ROLES)
async def test_reading_changes_nothing(app: Litestar, client: httpx.AsyncClient, world: World, role: str) -> None:
    await world.sign_in(client, role)
    addresses = await gets(app, world)
    # Opening what a notification is about marks it as read.
    await db.execute("update notification set read_at = now() where read_at is null")
    before = await checksum()

    for address in addresses:
        answer = await client.get(address)
        assert answer.status_code < 500, address

    assert await checksum() == before


async def test_a_visitor_gets_no_cookie_and_leaves_nothing_in_redis(
    app: Litestar, client: httpx.AsyncClient, world: World
) -> None:
    for address in await gets(app, world) * 3:
        answer = await client.get(address)
        assert "set-cookie" not in answer.headers, address
    # Programs without a token, and downloads of whole threads, are counted by their network.
    await redis.redis().delete("limit:api:host:127.0.0.1", "limit:api:network:127.0.0.0/24")

    # Pages for visitors have one key and a fixed number of places in it, whoever reads (interfaces/pages/stored.py).
    assert await redis.redis().keys() == [stored.PAGES.encode()]


async def test_every_page_that_someone_may_see_opens(app: Litestar, client: httpx.AsyncClient, world: World) -> None:
    await world.sign_in(client, "member")
    addresses = await gets(app, world)

    answers = {address: await client.get(address) for address in addresses}
    refused = {
        address: answer.status_code for address, answer in answers.items() if answer.status_code not in {200, 301, 303}
    }

    kinds = {address: answer.headers.get("content-type", "") for address, answer in answers.items()}
    assert {address: kind for address, kind in kinds.items() if kind.count("charset") > 1} == {}

    # What is mailed to a visitor has an address of its own, suggested updates and requests about rights are only for
    # those concerned, other sites for signing in need a setting, and the comment is about no passage: all have own
    # tests.
    of_others = {
        address: 404
        for address in addresses
        if address.startswith(
            ("/mod", "/docs", "/reports/", "/claims/", "/settings/data/", "/settings/webhooks", "/sso/", "/invite/")
        )
        or address.endswith(("/decision", "/pick", "/passage", "/statement/remove", "/moderate"))
        or "/updates/" in address
        # They need a publisher's site.
        or (address.startswith("/embed/") and address not in {SCRIPT, "/embed/v1/page"})
        or ("/rights/" in address and not address.endswith("/done"))
    }
    expired = {
        address: 410
        for address in addresses
        if address.startswith(("/leave/", "/recover/", "/settings/email/", "/signup/")) and address != "/signup/done"
    }
    # A cookie is no token.
    of_tokens = dict.fromkeys(map(world.fill, TOKENS_ONLY), 401)
    of_tokens |= dict.fromkeys(map(world.fill, OF_MODERATORS), 404)
    no_picture = f"/card/{world.parts['{thread:str}']}/0.png"
    assert (
        refused
        == {
            f"/media/{'0' * 64}": 404,
            no_picture: 404,
            **dict.fromkeys(map(world.fill, OF_PDFS), 404),
            "/oembed": 404,
            "/rules/edit": 404,
            # Nobody wrote them.
            "/terms": 404,
            "/contact": 404,
            "/imprint": 404,
            "/at": 400,
            "/embed/v1/page": 400,
        }
        | dict.fromkeys(("/search.atom", "/search.json"), 422)
        | of_others
        | of_tokens
        | expired
    )


async def test_a_form_of_a_member_refuses_visitors_and_keeps_what_they_typed(
    app: Litestar, client: httpx.AsyncClient, world: World
) -> None:
    for path in set(routes(app, "POST")) - OPEN_TO_ALL:
        answer = await client.post(world.fill(path), data={"body": "typed words"})
        assert answer.status_code in {401, 404}, path
        if answer.status_code == 401 and not path.startswith("/api/"):
            assert "typed words" in answer.text, path


async def test_whoever_is_suspended_changes_nothing_from_that_moment_on(
    app: Litestar, client: httpx.AsyncClient, world: World
) -> None:
    await world.sign_in(client, "member")
    choice = Choice(0, 0, "suspend", "civility", "They insult somebody.", 3)
    await modmembers.sanction(world.people["moderator"], world.people["member"].id, choice)
    before = await checksum()

    for path in set(routes(app, "POST")) - OPEN_TO_ALL:
        answer = await client.post(world.fill(path), data={"body": "words", "text": "words", "on": "1", "value": "1"})
        assert answer.status_code in {401, 404}, path

    assert await checksum() == before
    assert await db.value("select count(*) from session where member = $1", world.people["member"].id) == 0


async def test_whoever_is_no_moderator_any_more_is_none_at_the_next_request(
    client: httpx.AsyncClient, world: World
) -> None:
    await world.sign_in(client, "moderator")
    assert (await client.get("/mod/queue")).status_code == 200

    await modmembers.give_role(world.people["admin"], world.people["moderator"].id, "member", "They asked for it.")

    assert (await client.get("/mod/queue")).status_code == 404
    await make.sign_in(client, msgspec.structs.replace(world.people["moderator"], role="member"))
    assert (await client.get("/mod/queue")).status_code == 404


HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
        "manifest-src 'self'; require-trusted-types-for 'script'; trusted-types htmx"
    ),
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


async def test_every_answer_carries_the_headers(app: Litestar, client: httpx.AsyncClient, world: World) -> None:
    # A letter is drawn in a frame, which has a policy of its own: tests/people/accounts/test_devmail.py.
    # The script of publishers' pages, and what it asks for, may be loaded from anywhere.
    others = ("/dev/mail/", "/embed/v1")
    addresses = [address for address in await gets(app, world) if not address.startswith(others)]
    answers = [await client.get(address) for address in addresses]
    answers += [
        await client.get("/nothing/here"),
        await client.get("/t/1/x", headers={"if-none-match": "*"}),
        await client.put("/"),
        await client.options("/"),
        await client.post("/preview", content=b"a" * 200_000),
        await client.post("/login", headers={"sec-fetch-site": "cross-site"}),
        await client.get(static("parley.js")),
        await client.get("/static/0/../../etc/passwd"),
    ]

    for answer in answers:
        got = {name: answer.headers.get(name) for name in HEADERS}
        assert got == HEADERS, (answer.request.method, answer.url)
        assert answer.headers["referrer-policy"] in {"same-origin", "strict-origin-when-cross-origin"}
        assert "permissions-policy" in answer.headers
        assert "cache-control" in answer.headers


async def test_a_fault_of_ours_carries_the_headers_and_a_number(
    client: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_address: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("parley.interfaces.pages.home.listing_for", fail)

    answer = await client.get("/")

    assert answer.status_code == 500
    assert "If you tell us about it, add this number" in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


async def test_pages_whose_address_is_a_secret_tell_it_nobody(
    app: Litestar, client: httpx.AsyncClient, world: World
) -> None:
    secret = [path for path in routes(app, "GET") if path.endswith(("{token:str}", "{key:str}", "{answer:str}"))]
    assert len(secret) > 10
    for path in [*secret, "/decision/{decision:str}"]:
        headers = (await client.get(world.fill(path))).headers
        assert (headers["referrer-policy"], headers["cache-control"]) == ("same-origin", "no-store"), path

    assert (await client.get("/")).headers["referrer-policy"] == "strict-origin-when-cross-origin"


async def test_only_public_pages_may_be_kept(client: httpx.AsyncClient, world: World) -> None:
    visitors = (await client.get("/")).headers["cache-control"]
    await world.sign_in(client, "member")
    members = (await client.get("/")).headers["cache-control"]
    settings = (await client.get("/settings/security")).headers["cache-control"]

    assert (visitors, members, settings) == ("no-cache", "private, no-cache", "no-store")


@pytest.mark.parametrize("path", ["/schema", "/schema/openapi.json", "/openapi.json", "/docs", "/metrics/../schema"])
async def test_there_is_no_public_description_of_the_routes(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path", ["//api/v1/me", "/api//v1//me/", "//embed/session?site=news", "/embed//session/?site=news"]
)
async def test_more_slashes_pass_no_check_by(client: httpx.AsyncClient, world: World, path: str) -> None:
    await db.execute(
        "insert into site (key, origins, topic) select 'news', '{https://news.example}', slug from topic limit 1"
    )
    await world.sign_in(client, "moderator")

    assert (await client.get(f"http://localhost{path}")).status_code == 401


SAME = {"sec-fetch-site": "same-origin"}
REFUSED = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": ""},
    {"sec-fetch-site": "cross-site", "origin": "http://localhost"},
    {"origin": "https://evil.example"},
    {"origin": "http://localhost.evil.example"},
    {"origin": "http://localhost:81"},
    {"origin": "https://localhost"},
    {"origin": "null"},
    {"origin": ""},
]


# The check knows no routes (http/security_headers.py): from one site all of them are tried, from the others a few.
@pytest.mark.parametrize(("headers", "step"), [(one, 20 if one in REFUSED[1:] else 1) for one in REFUSED], ids=str)
async def test_nothing_changes_from_another_site(
    app: Litestar, client: httpx.AsyncClient, world: World, headers: dict[str, str], step: int
) -> None:
    await world.sign_in(client, "admin")
    del client.headers["sec-fetch-site"]
    before = await checksum()

    for path in [one for one in routes(app, "POST") if one != ONE_CLICK][::step]:
        answer = await client.post(world.fill(path), data={"body": "words"}, headers=headers)
        assert answer.status_code == 403, path

    assert await checksum() == before


@pytest.mark.parametrize("headers", [SAME, {"origin": "http://localhost"}, {}], ids=str)
async def test_forms_of_our_own_pages_pass(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    del client.headers["sec-fetch-site"]

    answer = await client.post("/preview", data={"body": "words"}, headers=headers)

    assert answer.status_code == 200


OUTWARD = ["//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)"]
OUTWARD += ["/\t/evil.example", "/%0d%0aSet-Cookie:a=b\r\n", "evil.example", "///evil.example", "/ok\\..\\evil", ""]


@pytest.mark.parametrize("target", OUTWARD)
async def test_signing_in_never_leads_away(client: httpx.AsyncClient, world: World, target: str) -> None:
    pages = [await client.get(path, params={"next": target}) for path in ("/login", "/signup", "/forgot")]
    await world.sign_in(client, "member")
    led = (await client.get("/login", params={"next": target})).headers["location"]

    assert not any(re.search(r'name="next"|[?]next=', page.text) for page in pages)
    assert led == "/"
    assert not any("set-cookie" in page.headers for page in pages)
