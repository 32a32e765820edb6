"""No address of the API and no download shows a comment to readers who may not see it."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar

from parley.interfaces.webhooks.messages import DueEvent, message
from parley.platform.events import redis
from tests import make
from tests.interfaces.api.calling import V1, program
from tests.standing.test_canary import GONE, HELD, IN_FORCE_SECONDS, WAYS, Cage
from tests.standing.world import World, built, routes, world

__all__ = ["built", "world"]
pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def cage(built: World) -> Cage:
    filled = Cage(await make.member("cora"), await make.thread())
    await filled.fill(built.people.values())
    return filled


def addresses(app: Litestar, world: World, cage: Cage) -> set[str]:
    """Every address of the API, for each comment, its thread and its author."""
    found = set()
    for path in routes(app, "GET"):
        if path.startswith((V1, "/t/{thread:str}/export", "/t/{thread:str}/annotations")):
            filled = path.replace("{thread:str}", str(cage.thread)).replace("{name:str}", cage.author.name)
            found |= {world.fill(filled.replace("{comment:str}", str(bird))) for bird in cage.birds.values()}
    found |= {f"{V1}/threads/{cage.thread}/comments?sort={sort}" for sort in ("old", "new", "best")}
    return found | {f"{V1}/search?q=says+by:cora", f"{V1}/events?after=0-0"}


async def heard(client: httpx.AsyncClient, addresses: set[str], cage: Cage) -> dict[str, set[str]]:
    """Return which states' words are in answers, and at which addresses."""
    found: dict[str, set[str]] = {}
    for address in sorted(addresses):
        await redis.redis().flushdb()
        answer = await client.get(f"http://localhost{address}")
        assert answer.status_code < 500, address
        for state in cage.heard(answer.text):
            found.setdefault(state, set()).add(address)
    return found


@pytest.mark.parametrize("role", ["visitor", "member", "moderator"])
async def test_hidden_words_are_in_no_answer(app: Litestar, world: World, cage: Cage, role: str) -> None:
    scopes = {"visitor": (), "member": ("comment", "vote"), "moderator": ("comment", "vote", "moderate")}[role]
    async with program(app, world.people.get(role), *scopes) as client:
        asked = addresses(app, world, cage)
        before = await heard(client, asked, cage)
        assert before.keys() == WAYS.keys() - HELD
        assert len(before["visible"]) >= 8

        await cage.change()
        await asyncio.sleep(IN_FORCE_SECONDS)

        after = await heard(client, asked, cage)
        assert {state: pages for state, pages in after.items() if state in GONE} == {}
        assert len(after["visible"]) >= 8


async def test_no_webhook_message_has_hidden_words(cage: Cage) -> None:
    async def told() -> set[str]:
        found = set()
        for bird in cage.birds.values():
            due = DueEvent(1, "1-1", cage.thread, 1, "comment.edited", bird, datetime.now(UTC), None)
            found |= cage.heard((await message(due)).decode())
        return found

    assert await told() == WAYS.keys() - HELD
    await cage.change()
    assert await told() == {"visible"}


async def test_members_get_no_words_of_a_comments_author_whom_they_blocked(
    app: Litestar, world: World, cage: Cage
) -> None:
    await make.block(world.people["member"], cage.author)
    async with program(app, world.people["member"], "vote") as client:
        asked = {one for one in addresses(app, world, cage) if one.startswith(V1)}
        assert await heard(client, asked, cage) == {}
