"""Changing one's name: the old one leads to the new one, and belongs to nobody else."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting import drafts
from parley.people.account_settings import signup_ops
from parley.people.accounts import queries
from parley.people.accounts.viewer import Viewer
from parley.people.sign_in.authentication import Client
from parley.platform import db
from parley.platform.errors import Refused
from tests import make

pytestmark = pytest.mark.anyio

PAGE = "/settings/name"


@pytest.fixture
async def mira(app: Litestar, client: httpx.AsyncClient) -> Viewer:
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


async def rename(client: httpx.AsyncClient, name: str) -> httpx.Response:
    return await client.post(PAGE, data={"name": name})


async def a_month_later() -> None:
    await db.execute("update former_name set changed_at = changed_at - interval '31 days'")


async def test_the_new_name_is_shown_and_mailed_and_the_old_one_leads_to_it(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    assert (await rename(client, "Miranda")).headers["location"] == "/settings/profile?saved=name#name"
    assert (await client.get("/u/miranda")).status_code == 200
    old = await client.get("/u/MIRA")
    assert (old.status_code, old.headers["location"]) == (302, "/u/Miranda")
    assert await db.value("select subject from mail") == "Your name on Parley is now Miranda"
    assert 'data-viewer="Miranda"' in (await client.get("/settings/profile")).text
    assert [one and one.id for one in await queries.by_login("mira")] == [mira.id]


async def test_mentions_by_the_old_name_reach_the_member(client: httpx.AsyncClient, mira: Viewer) -> None:
    await rename(client, "miranda")
    assert '<a href="/u/miranda"' in await drafts.render("As @mira said.")
    assert '<a href="/u/miranda"' in await drafts.render("As @miranda said.")


async def test_nobody_else_gets_the_old_name_within_a_year(client: httpx.AsyncClient, mira: Viewer) -> None:
    await rename(client, "miranda")
    await make.sign_in(client, await make.member("jon"))
    taken = await rename(client, "m1ra")
    assert (taken.status_code, 'value="m1ra"' in taken.text) == (422, True), "nor one that looks like it"
    with pytest.raises(Refused, match="is taken"):
        await signup_ops.sign_up(
            name="mira", email="a@example.org", password="a good long one", client=Client("", "127.0.0.1")
        )
    await db.execute("delete from former_name")
    assert (await rename(client, "mira")).status_code == 303


async def test_a_name_changes_once_in_thirty_days_and_can_be_taken_back(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    assert (await rename(client, "mira")).status_code == 422
    await rename(client, "miranda")
    soon = await rename(client, "mira")
    assert (soon.status_code, "once in 30 days" in soon.text) == (422, True)
    assert f'action="{PAGE}#name"' not in (await client.get("/settings/profile")).text
    await a_month_later()
    assert (await rename(client, "mira")).status_code == 303
    assert await db.values("select name from former_name") == ["miranda"]
    await a_month_later()
    assert (await rename(client, "Mira")).status_code == 303, "only the case"
    assert (await client.get("/u/mira")).status_code == 200


async def test_moderators_see_the_former_names(client: httpx.AsyncClient, mira: Viewer) -> None:
    await rename(client, "miranda")
    await make.sign_in(client, await make.member("mo", role="moderator"))
    assert "<bdi>mira</bdi>" in (await client.get("/mod/members/miranda")).text


async def test_a_silenced_member_cannot_change_their_name(client: httpx.AsyncClient, mira: Viewer) -> None:
    await db.execute("update member set state = 'silenced'")
    assert (await rename(client, "miranda")).status_code == 403
    client.cookies.clear()
    assert (await rename(client, "miranda")).status_code == 401
    assert await db.value("select name from member") == "mira"
