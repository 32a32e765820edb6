"""The same decision on many items: tried first, then done, each as it would be alone."""

import re

import httpx
import pytest

from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import INSULT, decided, reported, state_of_target, version_of
from tests.moderation.scenarios.promises import everything

pytestmark = pytest.mark.anyio

REMOVAL = {"action": "remove", "rule": "spam", "reason": "The same advertisement."}


async def boxes(*items: int) -> dict[str, str]:
    return {f"item-{item}": await version_of(item) for item in items}


async def moderator(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member(role="moderator"))


async def test_it_is_tried_first_and_then_done_once_for_each(client: httpx.AsyncClient) -> None:
    await moderator(client)
    first, second, gone = await reported(), await reported(), await reported()
    fields = await boxes(first, second, gone) | REMOVAL
    await decided(gone, await make.member(role="moderator"), "approve")

    asked = await client.post("/mod/bulk", data=await boxes(first, second))
    tried = await client.post("/mod/bulk", data=fields)
    states = [await state_of_target(item) for item in (first, second, gone)]
    done = await client.post("/mod/bulk", data=fields | {"sure": "1"})

    assert "Decide on 2 items" in asked.text
    assert "Removed: 2 items." in tried.text and "This has been decided in the meantime" in tried.text
    assert states == ["visible"] * 3
    assert "2 items are decided" in done.text
    assert [await state_of_target(item) for item in (first, second, gone)] == ["removed", "removed", "visible"]
    assert await db.value("select count(*) from mod_action where action = 'remove'") == 2
    assert await db.value("select count(*) from mail where text like '%The same advertisement.%'") == 2


async def test_decisions_on_many_items_are_taken_back_together(client: httpx.AsyncClient) -> None:
    await moderator(client)
    items = [await reported() for _ in range(3)]
    before = await everything(lasting=True)

    done = await client.post("/mod/bulk", data=await boxes(*items) | REMOVAL | {"sure": "1"})
    made = dict(re.findall(r'name="(item-\d+)" value="(\d+)"', done.text))
    undone = await client.post("/mod/bulk/undo", data=made)

    assert "nobody has been notified yet" in done.text and set(made) == {f"item-{item}" for item in items}
    assert "3 items wait again" in undone.text
    assert await everything(lasting=True) == before
    assert await db.value("select count(*) from mail where text like '%The same advertisement.%'") == 0


async def test_decisions_that_can_no_longer_be_undone_are_left_out_with_the_reason(client: httpx.AsyncClient) -> None:
    await moderator(client)
    late, fresh = await reported(), await reported()
    done = await client.post("/mod/bulk", data=await boxes(late, fresh) | REMOVAL | {"sure": "1"})
    made = dict(re.findall(r'name="(item-\d+)" value="(\d+)"', done.text))
    await db.execute("update decision set created_at = created_at - interval '31 seconds' where item = $1", late)
    others = await decided(another := await reported(), await make.member(role="moderator"))

    undone = await client.post("/mod/bulk/undo", data=made | {f"item-{another}": str(others)})

    assert undone.status_code == 200 and "1 item waits again" in undone.text
    assert undone.text.count("This can no longer be undone.") == 2
    assert [await state_of_target(item) for item in (late, fresh, another)] == ["removed", "visible", "removed"]


async def test_trying_leaves_no_trace(client: httpx.AsyncClient) -> None:
    await moderator(client)
    item = await reported()

    fields = await boxes(item) | REMOVAL
    before = await everything()

    await client.post("/mod/bulk", data=fields)

    assert await everything() == before


@pytest.mark.parametrize(("change", "mistake"), [({"rule": ""}, "f-rule-error"), ({"reason": ""}, "f-reason-error")])
async def test_missing_fields_are_named_and_the_rest_kept(
    client: httpx.AsyncClient, change: dict[str, str], mistake: str
) -> None:
    await moderator(client)

    answer = await client.post("/mod/bulk", data=await boxes(await reported()) | REMOVAL | {"sure": "1"} | change)

    assert answer.status_code == 422 and f'id="{mistake}"' in answer.text
    assert "reason" in change or "The same advertisement.</textarea>" in answer.text
    assert await db.value("select count(*) from decision") == 0


async def test_none_and_too_many_are_refused(client: httpx.AsyncClient) -> None:
    await moderator(client)
    many = {f"item-{number}": "1" for number in range(1, 52)}

    answers = [await client.post("/mod/bulk", data=data | REMOVAL) for data in ({}, many)]

    assert [one.status_code for one in answers] == [422, 422]
    assert "No item was selected" in answers[0].text and "51 items" in answers[1].text


@pytest.mark.parametrize("role", [None, "member"])
async def test_others_get_404(client: httpx.AsyncClient, role: str | None) -> None:
    item = await reported()
    if role:
        await make.sign_in(client, await make.member(role=role))

    assert (await client.post("/mod/bulk", data=await boxes(item) | REMOVAL | {"sure": "1"})).status_code == 404
    assert (await client.post("/mod/bulk/undo", data={f"item-{item}": "1"})).status_code == 404
    assert await state_of_target(item) == "visible"


async def test_the_queue_offers_it(client: httpx.AsyncClient) -> None:
    await moderator(client)
    item = await reported()

    page = await client.get("/mod/queue")

    assert f'name="item-{item}" value="1"' in page.text and 'action="/mod/bulk"' in page.text


async def test_unknown_and_own_items_are_gone_and_sensitive_ones_are_hidden(client: httpx.AsyncClient) -> None:
    mo = await make.member("mo", role="moderator")
    # A moderator does not decide about their own reports where another one can.
    await make.member("max", role="moderator")
    await make.sign_in(client, mo)
    own, flagged, serious, other = (
        await reported(mo),
        await reported(by=mo),
        await reported(ground="illegal"),
        await reported(),
    )
    fields = await boxes(own, flagged, serious, other) | {"item-999999": "1"}

    asked = await client.post("/mod/bulk", data=fields)
    tried = await client.post("/mod/bulk", data=fields | REMOVAL)
    done = await client.post("/mod/bulk", data=fields | REMOVAL | {"sure": "1"})

    assert [one.status_code for one in (asked, tried, done)] == [200] * 3
    assert asked.text.count("<b>Gone</b>") == 3
    assert asked.text.count("Hidden until you choose to read it") == 1 and asked.text.count(INSULT) == 1
    assert tried.text.count("There is no such item.") == 3 and "Removed: 2 items." in tried.text
    assert [await state_of_target(item) for item in (own, flagged)] == ["visible", "visible"]
    assert "2 items are decided" in done.text
