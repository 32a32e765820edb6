"""The published rules: admins edit them, and reports, decisions, statements and the record follow."""

import httpx
import pytest

from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio

MANNERS = {
    "code": "manners",
    "title": "Keep your manners",
    "text": "As at a table.",
    "severity": "1",
    "position": "1",
}
CIVILITY = {
    "title": "Be kind",
    "text": "No shouting.",
    "severity": "1",
    "position": "1",
    "category": "CYBER_VIOLENCE",
}


async def as_admin(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member(role="admin"))


async def test_an_admin_adds_a_rule_that_members_report_and_moderators_decide_by(client: httpx.AsyncClient) -> None:
    await as_admin(client)
    answer = await client.post("/mod/guidelines/new", data=MANNERS)
    item = await reported()

    assert (answer.status_code, answer.headers["location"]) == (303, "/mod/rules")
    comment = await db.value("select target from queue_item")
    for address in ("/rules", f"/c/{comment}/report", f"/mod/item/{item}", "/mod/rules", "/mod/rules/new"):
        assert "Keep your manners" in (await client.get(address)).text, address
    assert "Published rule added" in (await client.get("/mod/log?kind=ground")).text


async def test_a_changed_rule_is_read_by_old_decisions_as_it_was(client: httpx.AsyncClient) -> None:
    await as_admin(client)
    moderator = await make.member(role="moderator")
    before = await decided(await reported(), moderator)
    async with make.as_owner():
        await db.execute("update decision set created_at = created_at - interval '1 hour'")
    answer = await client.post("/mod/guidelines/civility", data=CIVILITY)
    after = await decided(await reported(), moderator)

    assert answer.status_code == 303
    old, new = [(await client.get(f"/decision/{one}")).text for one in (before, after)]
    assert "Argue with the case, not with the person" in old and "No insults" in old and "Be kind" not in old
    assert "Be kind" in new and "No shouting." in new
    assert await db.value("select after->>'title' from mod_action where action = 'ground.change'") == "Be kind"


async def test_a_rule_out_of_force_can_no_longer_be_chosen(client: httpx.AsyncClient) -> None:
    await as_admin(client)
    decision = await decided(await reported(), await make.member(role="moderator"))
    await client.post("/mod/guidelines/civility", data=CIVILITY | {"retired": "1"})
    await make.sign_in(client, await make.member())
    comment = await make.comment(await make.thread(), await make.member())
    answer = await client.post(f"/c/{comment}/report", data={"reason": "civility"})

    assert answer.status_code == 422
    assert "Be kind" not in (await client.get("/rules")).text
    assert await db.value("select guideline from decision where id = $1", decision) == "civility"


@pytest.mark.parametrize("kept", ["illegal", "topic"])
async def test_one_rule_about_the_law_and_one_other_stay(client: httpx.AsyncClient, kept: str) -> None:
    await as_admin(client)
    async with make.as_owner():
        await db.execute("update guideline set retired = illegal = $1 and code <> $2", kept == "illegal", kept)
    answer = await client.post(
        f"/mod/guidelines/{kept}",
        data=CIVILITY | {"retired": "1"} | ({"illegal": "1"} if kept == "illegal" else {}),
    )

    assert answer.status_code == 422
    assert "must stay in force" in answer.text and "Be kind" in answer.text
    assert await db.value("select not retired from guideline where code = $1", kept)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"severity": "9"},
        {"hours_to_decide": "0"},
        {"position": "x"},
        {"code": "civility"},
        {"code": "a b"},
        {"category": "x"},
        {"code": "new"},
    ],
)
async def test_a_wrong_rule_is_refused_and_its_text_kept(client: httpx.AsyncClient, wrong: dict[str, str]) -> None:
    await as_admin(client)
    answer = await client.post("/mod/guidelines/new", data=MANNERS | wrong)

    assert answer.status_code == 422
    assert 'class="error' in answer.text and "As at a table." in answer.text
    assert await db.value("select count(*) from guideline") == 7


@pytest.mark.parametrize(("role", "status"), [(None, 404), ("member", 404), ("moderator", 404)])
async def test_only_admins_edit(client: httpx.AsyncClient, role: str | None, status: int) -> None:
    if role:
        await make.sign_in(client, await make.member(role=role))

    assert (await client.post("/mod/guidelines/new", data=MANNERS)).status_code == status
    assert (await client.post("/mod/guidelines/civility", data=CIVILITY)).status_code == status
    assert (await client.get("/mod/rules")).status_code == (200 if role == "moderator" else 404)
    assert await db.value("select count(*) from guideline where title in ('Be kind', 'Keep your manners')") == 0


async def test_there_is_no_page_of_a_rule_that_does_not_exist(client: httpx.AsyncClient) -> None:
    await as_admin(client)

    assert (await client.get("/mod/guidelines/nothing")).status_code == 404
    assert (await client.post("/mod/guidelines/nothing", data=CIVILITY)).status_code == 404
    assert (await client.post("/mod/reasons/1/delete")).status_code == 404
