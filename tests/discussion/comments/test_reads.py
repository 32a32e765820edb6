"""The filter of a discussion that folds comments in languages that the member does not read."""

import httpx
import pytest
from litestar import Litestar

from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

GERMAN = "Das ist nicht der Fall, und es wird auch nicht besser, wenn man es noch einmal sagt."
ENGLISH = "That is not the case, and it will not get better when you say it once more."
FOLDED = "<summary>In German. <span>Show</span></summary>"
ITEM = "In languages I read</a>"


@pytest.fixture
async def thread(app: Litestar) -> int:
    thread = await make.thread()
    gerd = await make.member("gerd")
    await make.comment(thread, gerd, GERMAN)
    await make.comment(thread, gerd, ENGLISH)
    await make.comment(thread, gerd, "Q.e.d.")
    return thread


@pytest.fixture
async def mira(client: httpx.AsyncClient, thread: int) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


async def page(client: httpx.AsyncClient, thread: int, query: str = "") -> str:
    return (await client.get(f"{await make.address(thread)}{query}")).text


async def test_the_filter_is_there_for_members_who_said_what_they_read(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    assert ITEM not in await page(client, thread)

    answer = await client.post("/settings/languages", data={"en": "1", "xx": "1"})

    assert answer.headers["location"] == "/settings/profile?saved=language#language"
    assert await db.value("select reads from member where id = $1", mira.id) == ["en"]
    settings = (await client.get("/settings/profile")).text
    assert [f'name="{code}" value="1" checked' in settings for code in ("en", "de")] == [True, False]
    shown = await page(client, thread)
    assert "&amp;reads=1#discussion" in shown.partition(ITEM)[0].rpartition("<a ")[2]
    # Off unless chosen.
    assert FOLDED not in shown


async def test_what_is_in_another_language_is_folded_and_nothing_else(
    client: httpx.AsyncClient, thread: int, mira: Viewer
) -> None:
    own = await make.comment(thread, mira, f"{GERMAN} Nie!")
    await client.post("/settings/languages", data={"en": "1"})

    shown = await page(client, thread, "?view=all&reads=1")

    assert shown.count(FOLDED) == 1
    assert shown.index(FOLDED) < shown.index(GERMAN)
    assert FOLDED not in shown.partition(f'id="c{own}"')[2].partition("<article")[0]
    # More of the same discussion is folded too, and orders keep the filter.
    assert FOLDED in (await client.get(f"/t/{thread}/comments?sort=best&reads=1")).text
    assert "sort=new&amp;reads=1#discussion" in shown
    assert 'aria-current="true">In languages I read' in shown


async def test_whoever_reads_it_or_said_nothing_sees_all(client: httpx.AsyncClient, thread: int, mira: Viewer) -> None:
    assert "In German." not in await page(client, thread, "?view=all&reads=1")

    await client.post("/settings/languages", data={"en": "1", "de": "1"})
    assert "In German." not in await page(client, thread, "?view=all&reads=1")

    client.cookies.clear()
    assert "In German." not in await page(client, thread, "?view=all&reads=1")
