"""Nobody reads or changes what is another member's by naming its number."""

import httpx
import pytest
from litestar import Litestar

import make
from api.calling import program
from parley.core import db
from standing.test_routes import checksum
from standing.world import World, routes

pytestmark = pytest.mark.anyio

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
    "/t/{thread:str}/updates/{number:str}": """
        insert into suggested_update (thread, member, draft) values ($2, $1, 'draft')""",
    "/embed/first/{number:str}": """
        insert into first_comment (site, url, member, body, submission, thread)
        select 'news', 'https://news.example/a', $1, 'Words.', 'a', id from thread where id = $2""",
}
# What members may do about what others made.
OF_ALL = {
    "/c/{comment:str}/report",
    "/c/{comment:str}/vote",
    "/t/{thread:str}/answer",
    "/t/{thread:str}/claim",
    "/t/{thread:str}/comments",
    "/t/{thread:str}/follow",
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


async def test_no_program_changes_what_is_anothers(app: Litestar, world: World) -> None:
    eve = await make.member("eve")
    before = await checksum()
    async with program(app, eve, "comment", "vote", "follow") as calls:
        for method in ("PUT", "PATCH", "DELETE", "POST"):
            for path in routes(app, method):
                if path.startswith("/api/v1/comments/") and "/votes" not in path and not path.endswith("/reports"):
                    found = world.fill(path).removeprefix("/api/v1")
                    answer = await calls.request(method, found, json={"body": "Words of a stranger."})
                    assert answer.status_code in {400, 403, 404, 405, 422}, (method, path)
    after = await checksum()
    assert {table for table in after if after[table] != before[table]} <= {"api_token"}
