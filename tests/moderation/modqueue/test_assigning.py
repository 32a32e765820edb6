"""An item is assigned to a colleague who may decide it, on the page and through the API."""

import httpx
import pytest
from litestar import Litestar

from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.filters import QueueFilter
from parley.platform import db
from tests import make
from tests.interfaces.api.calling import program
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio


async def test_a_colleague_is_asked_by_mail_and_finds_it_under_mine(client: httpx.AsyncClient) -> None:
    mo, ada, item = await make.member("mo", role="moderator"), await make.member("ada", role="admin"), await reported()
    await make.sign_in(client, mo)
    assert '<option dir="auto">ada</option>' in (await client.get(f"/mod/item/{item}")).text

    assert (await client.post(f"/mod/item/{item}/assign", data={"name": "ada"})).status_code == 303

    page = (await client.get(f"/mod/item/{item}")).text
    assert '<option dir="auto" selected>ada</option>' in page and "for <bdi>ada</bdi>" in page
    mine = QueueFilter(claimed="mine")
    assert [row.id for row in await modqueue.page(ada.id, mine)] == [item]
    assert await modqueue.page(mo.id, mine) == []
    assert f"/mod/item/{item}" in await db.value("select text from mail where kind = $1", f"assigned.{item}")
    await decided(item, mo)
    assert await db.value("select assigned_to from queue_item where id = $1", item) is None


async def test_nobody_is_asked_who_may_not_decide(client: httpx.AsyncClient) -> None:
    mo, reporter = await make.member(role="moderator"), await make.member("rita", role="moderator")
    await make.member("mira")
    local = await make.member("lena")
    await db.execute("insert into room_moderator (topic, member) values ('work', $1)", local.id)
    item = await reported(by=reporter)
    await make.sign_in(client, mo)

    for name in ("mira", "lena", "nobody", "rita"):
        answer = await client.post(f"/mod/item/{item}/assign", data={"name": name})
        assert answer.status_code == 422 and "No moderator with this name" in answer.text, name
    await db.execute("update room_moderator set topic = 'research'")
    assert (await client.post(f"/mod/item/{item}/assign", data={"name": "lena"})).status_code == 303
    assert (await client.post(f"/mod/item/{item}/assign", data={"name": ""})).status_code == 303
    assert await db.value("select assigned_to from queue_item where id = $1", item) is None


async def test_programs_assign_too(app: Litestar) -> None:
    mo, item = await make.member("mo", role="moderator"), await reported()
    async with program(app, mo, "moderate") as script:
        assert (await script.post(f"/moderation/queue/{item}/assign", json={"name": "nobody"})).status_code == 422
        assert (await script.post(f"/moderation/queue/{item}/assign", json={"name": "mo"})).status_code == 204
        [row] = (await script.get("/moderation/queue")).json()["items"]
        assert row["assigned_to"] == "mo"
    assert await db.value("select count(*) from mail where kind like 'assigned.%'") == 0


async def test_a_saved_reason_does_all_that_it_carries(client: httpx.AsyncClient) -> None:
    mo, author = await make.member(role="moderator"), await make.member()
    await make.sign_in(client, mo)
    saved = {"text": "Advertising, more than once.", "action": "remove", "also": "silence"}
    assert (await client.post("/mod/guidelines/civility/reasons", data=saved)).status_code == 422
    assert (await client.post("/mod/guidelines/civility/reasons", data=saved | {"days": "3"})).status_code == 303
    item = await reported(author)
    page = (await client.get(f"/mod/item/{item}")).text
    macro = page.partition('name="macro" value="')[2].partition('"')[0]
    version = await db.value("select version from queue_item where id = $1", item)

    answer = await client.post(f"/mod/item/{item}/decide", data={"macro": macro, "version": str(version)})

    assert answer.status_code == 303, answer.text
    assert await db.values("select action || ' ' || reason from decision order by id") == [
        "remove Advertising, more than once.",
        "silence Advertising, more than once.",
    ]
    assert await db.value("select state from member where id = $1", author.id) == "silenced"
