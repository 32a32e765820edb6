"""What the article claims, in the panel of a publisher's page."""

import httpx
import pytest

from parley.platform import db
from tests import make
from tests.discussion.thesis.test_answering import COUNTERS, TWELVE, box, pressed
from tests.interfaces.embed.test_embed import embedded, thread  # noqa: F401 a fixture

pytestmark = pytest.mark.anyio


@pytest.fixture
async def panel(thread: int) -> str:  # noqa: F811 the fixture
    await make.thesis(thread)
    return f"/embed/t/{thread}?site=pub"


def action(panel: str) -> str:
    return panel.replace("?", "/thesis/answer?")


async def counters() -> list[int]:
    found: list[int] = await db.value(COUNTERS.replace("thread = $1 and ", ""))
    return found


async def test_a_member_answers_and_takes_it_back(client: httpx.AsyncClient, panel: str) -> None:
    await embedded(client, await make.member())
    assert "Agree Disagree Unsure" in box(await client.get(panel))

    response = await client.post(action(panel), data={"value": "1", "version": "1"})

    assert response.headers["location"] == f"{panel}#thesis"
    page = await client.get(panel)
    assert pressed(page)[:1] == ["1"]
    assert "You agree. Take it back" in box(page)
    await client.post(action(panel), data={"value": ""})
    assert await counters() == [0, 0, 0]


async def test_a_visitors_answer_is_given_once_they_have_signed_in_there(client: httpx.AsyncClient, panel: str) -> None:
    response = await client.post(action(panel), data={"value": "-1", "version": "1"})
    address = response.headers["location"]
    page = await client.get(address)
    assert "Please sign in. Your answer is kept until then." in page.text
    await embedded(client, await make.member())

    response = await client.get(address)

    assert response.headers["location"] == f"{panel}#thesis"
    assert await counters() == [0, 1, 0]


async def test_the_balance_is_seen_without_answering(client: httpx.AsyncClient, panel: str) -> None:
    await make.thesis_answers(int(panel.split("/")[3].split("?", maxsplit=1)[0]), *TWELVE)
    assert "See results" in box(await client.get(panel))

    assert "Agree 50% Disagree 40% Unsure 10%" in box(await client.get(f"{panel}&see=1"))

    await embedded(client, await make.member())
    assert "%" not in box(await client.get(f"{panel}&see=1"))
    response = await client.post(action(panel), data={"see": "1"})
    assert "Agree 50% Disagree 40% Unsure 10%" in box(await client.get(response.headers["location"]))


async def test_a_site_answers_only_in_its_own_threads(client: httpx.AsyncClient, panel: str) -> None:
    given = (await client.post(action(panel), data={"value": "1", "version": "1"})).headers["location"]
    await embedded(client, await make.member(), "other")

    for response in (
        await client.post(action(panel).replace("pub", "other"), data={"value": "1"}),
        await client.get(given.replace("pub", "other")),
    ):
        assert response.status_code == 404
    assert await counters() == [0, 0, 0]


async def test_a_refusal_leaves_the_panel_usable(client: httpx.AsyncClient, panel: str) -> None:
    await embedded(client, await make.member())

    response = await client.post(action(panel), data={"value": "1", "version": "7"})

    assert response.status_code == 422
    assert "The words changed since you read them." in box(response)
    assert "<form" in response.text
