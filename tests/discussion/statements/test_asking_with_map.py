"""Once a thread has a map, odd questions ask what it knows least about a member, and the end shows where they stand."""

import html
import re
from datetime import UTC, datetime

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.opinion_map.picture import MapPicture, Square
from parley.discussion.opinion_map.published import PublishedMap
from parley.discussion.opinion_model.analysis import (
    Analysis,
    Gate,
    MixtureComponent,
    Parameters,
    StatementParameters,
)
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

STORE = "insert into perspective_map (thread, analysis, published, counted_at) values ($1, $2, $3, $4)"
PICTURE = MapPicture(5, 1, (False,), (Square(1, 0, 40, "A"), Square(4, 0, 40, "B")))


async def mapped_thread(loadings: list[float]) -> int:
    """A thread with a statement for each of `loadings` on the one axis of its map."""
    thread = await make.thread()
    found = {}
    for loading in loadings:
        comment = await make.comment(thread, await make.member(), statement=f"It is so at {loading}.")
        found[str(comment)] = StatementParameters(0.0, (loading,), (0.0, 0.0, 0.0, 0.0))
    centres, parts = {"A": (-1.0,), "B": (1.0,)}, (MixtureComponent(1.0, 0.0, 1.0),)
    parameters = Parameters(found, noise=0.2, intercepts=0.1, centres=centres, parts=parts)
    analysis = Analysis("open", None, Gate(80, len(loadings), 800), 1, (), (), {}, parameters)
    published = PublishedMap(None, 80, axes=1, groups={"A": 40, "B": 40}, picture=PICTURE)
    await db.execute(
        STORE, thread, *(msgspec.json.encode(one).decode() for one in (analysis, published)), datetime.now(UTC)
    )
    return thread


def fields(page: httpx.Response, **more: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: html.unescape(value) for name, value in found} | more


async def test_odd_questions_are_informative_and_even_ones_asked(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await mapped_thread([0.1, 0.9, 0.5, 0.3])
    await make.sign_in(client, await make.member())

    first = await client.get(f"/t/{thread}/answer")
    assert "It is so at 0.9." in first.text
    assert fields(first)["offer"].startswith("chosen.")
    second = await client.get(
        (await client.post(f"/t/{thread}/answer", data=fields(first, value="1"))).headers["location"]
    )
    assert fields(second)["offer"].startswith("random.")
    await client.post(f"/t/{thread}/answer", data=fields(second, value="1"))

    assert await db.values("select asked from vote order by id") == [False, True]


async def test_an_informative_offer_cannot_be_turned_into_a_random_one(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    thread = await mapped_thread([0.1, 0.9])
    await make.sign_in(client, await make.member())
    given = fields(await client.get(f"/t/{thread}/answer"), value="1")

    await client.post(f"/t/{thread}/answer", data=given | {"offer": given["offer"].replace("chosen", "random")})

    assert await db.values("select asked from vote") == [False]


async def test_the_end_of_a_sitting_says_where_one_stands(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await mapped_thread([0.9, -0.9, 0.8, -0.8, 0.9, -0.9])
    mira = await make.member()
    comments = await db.values("select id from comment where thread = $1 order by id", thread)
    for comment, value in zip(comments, [1, -1] * 3, strict=True):
        await make.vote(mira, comment, "agreement", value)
    await make.sign_in(client, mira)

    page = await client.get(f"/t/{thread}/answer")

    assert "Where you stand<" in page.text
    assert "nearer to B" in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_without_a_map_it_says_what_is_missing(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread()
    comment = await make.comment(thread, await make.member(), statement="It is so.")
    mira = await make.member()
    await make.vote(mira, comment, "agreement", 1)
    await make.sign_in(client, mira)

    page = await client.get(f"/t/{thread}/answer")

    assert "about 80 people" in page.text and "Where you stand<" not in page.text
