"""Nobody reads or changes what is another member's by naming its number."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from parley.interfaces.api.scopes import MODERATE, SCOPES
from parley.interfaces.api.web import description
from parley.platform import db
from tests import make
from tests.interfaces.api.calling import V1, program
from tests.standing.test_routes import checksum
from tests.standing.world import World, routes

pytestmark = pytest.mark.anyio

UPDATE = "/t/{thread:str}/updates/{number:str}"
# A row of the member $1, in the thread $2, for each address that ends with a number.
OWN = {
    "/settings/security/sessions/{session:str}": """
        insert into session (member, token_hash, expires_at)
        values ($1, $2::bigint::text::bytea, now() + interval '1 day')""",
    "/settings/security/passkeys/{passkey:str}": """
        insert into passkey (member, name, credential, handle, public_key)
        values ($1, 'key', $2::bigint::text::bytea, 'b', 'c')""",
    "/settings/security/links/{link:str}": """
        insert into identity (member, source, subject) values ($1, 'https://corp.example', $2::bigint::text)""",
    "/settings/invitations/{invitation:str}": """
        insert into invitation (member, token_hash, expires_at)
        values ($1, $2::bigint::text::bytea, now() + interval '1 day')""",
    "/settings/tokens/{number:str}": """
        insert into api_token (member, token_hash, name, expires_at)
        values ($1, $2::bigint::text::bytea, 'program', now() + interval '1 day')""",
    "/settings/data/{file:str}": "insert into export (member, state) select $1, 'done' where $2::bigint > 0",
    "/settings/articles/{number:int}": """
        insert into claim (article, member, way, state, token)
        select article, $1, 'word', 'confirmed', 'a' from thread where id = $2""",
    UPDATE: """
        insert into suggested_update (thread, member, draft) values ($2, $1, 'draft')""",
    "/embed/first/{number:str}": """
        insert into first_comment (site, url, member, body, submission, thread)
        select 'news', 'https://news.example/a', $1, 'Words.', 'a', id from thread where id = $2""",
}
# What members may do about what others made.
OF_ALL = {
    "/c/{comment:str}/keep",
    "/c/{comment:str}/report",
    "/c/{comment:str}/vote",
    "/t/{thread:str}/answer",
    "/t/{thread:str}/claim",
    "/t/{thread:str}/comments",
    "/t/{thread:str}/follow",
    "/t/{thread:str}/keep",
    "/t/{thread:str}/mute",
    "/t/{thread:str}/report",
    "/t/{thread:str}/rights",
    "/t/{thread:str}/seen",
    "/topic/{topic:str}/follow",
    "/topic/{topic:str}/mute",
    "/u/{name:str}/block",
    "/u/{name:str}/mute",
    "/u/{name:str}/report",
}
# What programs of members may do about what others made.
OF_ALL_BY_PROGRAM = {
    ("post", "/threads/{thread}/comments"),
    ("get", "/comments/{comment}/votes"),
    ("put", "/comments/{comment}/votes/quality"),
    ("delete", "/comments/{comment}/votes/quality"),
    ("put", "/comments/{comment}/votes/agreement"),
    ("delete", "/comments/{comment}/votes/agreement"),
    ("get", "/threads/{thread}/answers"),
    ("post", "/threads/{thread}/answers"),
    ("get", "/threads/{thread}/answers/next"),
    ("get", "/threads/{thread}/thesis/answer"),
    ("put", "/threads/{thread}/thesis/answer"),
    ("post", "/threads/{thread}/corrections"),
    ("post", "/threads/{thread}/claims"),
    ("post", "/threads/{thread}/rights"),
    ("get", "/threads/{thread}/following"),
    ("put", "/threads/{thread}/following"),
    ("put", "/topics/{topic}/following"),
    ("put", "/members/{name}/muting"),
    ("post", "/threads/{thread}/seen"),
    ("post", "/comments/{comment}/reports"),
    ("post", "/threads/{thread}/reports"),
    ("post", "/members/{name}/reports"),
}
# What the member's own program may do here.
OWN_BY_PROGRAM = {
    ("get", "/imports/{draft}"),
    ("get", "/decisions/{decision}"),
    ("delete", "/comments/{comment}"),
    ("delete", "/claims/{claim}"),
}
METHODS = ("get", "put", "patch", "delete", "post")
# The address was mailed to its owner.
MAILED = ("{token:str}", "{answer:str}")
# Enough of each form to be accepted from whoever may send it.
FIELDS = {
    "body": "Words of a stranger.",
    "text": "Words of a stranger.",
    "reason": "A reason.",
    "title": "A title",
    "topic": "research",
    "action": "accept",
    "statement": "A statement of theirs.",
    "stance": "adds",
    "comment": "1",
    "level": "follow",
    "on": "1",
    "value": "1",
    "version": "1",
    "name": "eve-2",
    "code": "000000",
}


async def own_rows(world: World) -> dict[str, str]:
    """The addresses of rows of the member, by the beginnings of their routes."""
    await db.execute(
        "insert into site (key, origins, topic) values ('news', '{https://news.example}', 'research') "
        "on conflict do nothing"
    )
    mira, thread, filled = world.people["member"].id, int(world.parts["{thread:str}"]), {}
    for path, insert in OWN.items():
        number = await db.value(f"{insert} returning id", mira, thread)
        filled[path] = world.fill(path[: path.rindex("/")]) + f"/{number}"
    return filled


def address(path: str, own: dict[str, str], world: World) -> str:
    """The address of a route that leads to what is the member's."""
    start = next((one for one in own if path.startswith(one)), None)
    return world.fill(own[start] + path.removeprefix(start) if start else path)


@pytest.mark.parametrize("role", ["visitor", "unverified", "member"])
async def test_no_form_changes_what_is_anothers(
    app: Litestar, client: httpx.AsyncClient, world: World, role: str
) -> None:
    own = await own_rows(world)
    if role != "visitor":
        eve = await make.member("eve", state="unverified" if role == "unverified" else "active")
        await make.sign_in(client, eve)
        await db.execute("update session set proved_at = now() where member = $1", eve.id)
    before = await checksum()
    paths = [path for path in routes(app, "POST") if "{" in path and path not in OF_ALL and not path.endswith(MAILED)]

    accepted = {}
    for path in paths:
        answer = await client.post(address(path, own, world), data=FIELDS, params={"site": "news"})
        if answer.status_code < 400 and not answer.headers.get("location", "").startswith("/login"):
            accepted[path] = answer.status_code

    assert accepted == {}
    assert await checksum() == before


async def test_no_page_shows_what_is_anothers(client: httpx.AsyncClient, world: World) -> None:
    own = await own_rows(world)
    await make.sign_in(client, eve := await make.member("eve"))
    await db.execute("update session set proved_at = now() where member = $1", eve.id)

    answers = {path: (await client.get(found, params={"site": "news"})).status_code for path, found in own.items()}

    # Most have no page.
    assert set(answers.values()) <= {404, 405}, answers


async def operations(world: World, own: dict[str, str]) -> list[tuple[str, str, str, object]]:
    """Method, path, address and body of each operation of the API about one thing: the member's, wherever it can be."""
    found = []
    claim, update = (own[one].rpartition("/")[2] for one in ("/settings/articles/{number:int}", UPDATE))
    parts = {key.replace(":str", ""): value for key, value in world.parts.items()}
    parts |= {"{claim}": claim, "{update}": update}
    for path, item in description()["paths"].items():
        address = path.removeprefix(V1)
        for part, value in parts.items():
            address = address.replace(part, value)
        for method, operation in item.items():
            if "{" in path and method in METHODS:
                found.append((method, path.removeprefix(V1), address, sample_of(operation)))
    return found


def sample_of(operation: dict[str, Any]) -> object:
    """A body that an operation accepts."""
    body = operation.get("requestBody")
    return sample(body["content"]["application/json"]["schema"]) if body else None


def sample(schema: dict[str, Any], name: str = "") -> object:
    """A value that a schema allows; texts are those that forms get."""
    if "$ref" in schema:
        return sample(description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], name)
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        return sample(next(one for one in choices if one.get("type") != "null"), name)
    if "enum" in schema or "const" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
    if kind == "object":
        wanted = {key: schema["properties"][key] for key in schema.get("required", schema["properties"])}
        return {key: sample(one, key) for key, one in wanted.items()}
    values = {"array": [], "integer": 1, "number": 1, "boolean": True}
    return values.get(kind, FIELDS.get(name, "Words of a stranger."))


async def test_no_program_reads_or_changes_what_is_anothers(app: Litestar, world: World) -> None:
    """Every operation of the description about one thing, with the token of a member whose it is not."""
    asked = await operations(world, await own_rows(world))
    eve, mira = await make.member("eve"), world.people["member"]
    before, accepted, found = await checksum(), set(), set()
    allowed = set(SCOPES) - {MODERATE}
    async with program(app) as visitor, program(app, eve, *allowed) as stranger, program(app, mira, *allowed) as owner:
        # As a token that moderated has it, whose owner moderates no more.
        await db.execute("update api_token set scopes = $1", list(SCOPES))
        for method, path, address, body in asked:
            public = method == "get" and (await visitor.get(address)).is_success
            if not public and (method, path) not in OF_ALL_BY_PROGRAM:
                answer = await stranger.request(method, address, json=body)
                assert answer.status_code < 500, (method, path)
                if answer.is_success or answer.is_redirect:
                    accepted.add((method, path))
        after = await checksum()
        for method, path, address, body in asked:
            if not path.startswith("/moderation/") and (await owner.request(method, address, json=body)).is_success:
                found.add((method, path))
    assert accepted == set()
    # When the tokens were made and last used.
    assert {table for table in after if after[table] != before[table]} <= {"api_token"}
    assert found >= OWN_BY_PROGRAM, "what is the member's was not there for the stranger to reach"
