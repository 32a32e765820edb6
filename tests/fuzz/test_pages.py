"""The time fuzzer's second form: no page of many long and dense items takes the event loop long (CONTRIBUTING.md).

What is measured is time of the processor that the thread of the event loop used, while everybody else waits.
"""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from parley.people.accounts import muted_words
from parley.platform import db
from parley.platform.http.environment import compile_all
from parley.platform.http.languages import offered
from tests import make
from tests.conftest import committed
from tests.fuzz import costly, pages
from tests.fuzz.pages import Answer, Reader
from tests.standing.world import build

pytestmark = pytest.mark.anyio

# Items of each kind, more than any page has; and seconds.
COUNT, LIMIT = 60, 0.1
# They need a mailed link, a file, another site, a second moderator or an admin, and have tests of their own. They show
# one item at most.
MISSING = {
    "/card/{thread:str}/{picture:str}",
    "/claims/{claim:str}/{key:str}",
    "/contact",
    "/docs/{name:str}",
    "/embed/first/{number:str}",
    "/embed/login",
    "/embed/session",
    "/imprint",
    "/invite/{token:str}",
    "/leave/{token:str}",
    "/media/{digest:str}",
    "/mod/decision/{decision:str}/second-approval",
    "/mod/site/{name:str}",
    "/p/{lineage:str}/page",
    "/p/{lineage:str}/page.webp",
    "/recover/{token:str}",
    "/reports/{report:str}/{key:str}",
    "/settings/data/{file:str}",
    "/settings/email/{step:str}/{token:str}",
    "/signup/{token:str}",
    "/sso/{provider:str}",
    "/sso/{provider:str}/back",
    "/sso/{provider:str}/signup",
    "/t/{thread:str}/original.pdf",
    "/t/{thread:str}/rights/{number:str}",
    "/terms",
}


async def measure(app: Litestar, count: int, bodies: list[str], *, is_long: bool = False) -> list[Answer]:
    """What everything that can be read costs its readers: the victim is who wrote the items, and whom they concern."""
    world = await build()
    people = {
        "member": await make.member("other"),
        "victim": world.people["member"],
        "moderator": world.people["moderator"],
        "admin": world.people["admin"],
    }
    for number in range(muted_words.MOST_WORDS):
        await muted_words.mute(people["member"], f"nobodys word {number}", None)
    readers = [Reader("visitor"), *[await pages.reader(role, who) for role, who in people.items()]]
    last = await db.value("select last_seq from thread where id = $1", int(world.parts["{thread:str}"]))
    await costly.fill(world, count, bodies)
    if is_long:
        await costly.lengthen(world)
    # The first page of a process compiles its templates.
    await compile_all(offered().values())
    return [
        answer
        for asked in await pages.addresses(app, world, last)
        for reader in readers
        if asked.is_for(reader)
        for answer in await pages.answers_to(app, reader, asked, LIMIT)
    ]


def too_costly(answers: list[Answer]) -> list[str]:
    """The pages that take too long, and above them, in what pytest captures, the ten costliest."""
    worst = pages.costliest(answers)
    print(*worst[:10], sep="\n")  # noqa: T201 for docs/performance.md
    return [str(answer) for answer in worst if answer.seconds > LIMIT]


@pytest.fixture(scope="module")
async def answers(app: Litestar) -> AsyncIterator[list[Answer]]:
    async with committed():
        yield await measure(app, COUNT, costly.BODIES[:1])


async def test_no_page_of_costly_items_takes_the_event_loop_long(answers: list[Answer]) -> None:
    assert too_costly(answers) == []


async def test_every_route_shows_something_to_somebody(answers: list[Answer]) -> None:
    """A new route needs values in `tests/standing/world.py`, or an address in `pages.py`."""
    opened = {answer.route for answer in answers if answer.status < 400}

    assert {answer.route for answer in answers} - opened == MISSING
    assert [answer.address for answer in answers if answer.status >= 500] == []


@pytest.mark.slow
@pytest.mark.committed
@pytest.mark.parametrize("kind", range(len(costly.BODIES)))
async def test_nor_does_one_of_twice_as_many_whatever_they_are_made_of(app: Litestar, kind: int) -> None:
    assert too_costly(await measure(app, 2 * COUNT, costly.BODIES[kind : kind + 1])) == []
