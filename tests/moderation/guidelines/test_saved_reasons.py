"""Saved reasons and their placeholders; nobody gets an empty reason."""

import httpx
import pytest

from parley.moderation.decisions.forms import fill_placeholders
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import removal, reported

pytestmark = pytest.mark.anyio

SAVED = "You wrote {quote}. See “{rule}”. It lasts {days}."


async def a_moderator(client: httpx.AsyncClient) -> Viewer:
    moderator = await make.member(role="moderator")
    await make.sign_in(client, moderator)
    return moderator


async def save(client: httpx.AsyncClient, text: str = SAVED, **fields: str) -> httpx.Response:
    return await client.post("/mod/guidelines/civility/reasons", data={"text": text} | fields)


async def the_reason() -> str | None:
    reason: str | None = await db.value("select reason from decision order by id desc limit 1")
    return reason


async def test_a_saved_reason_is_chosen_without_typing_and_its_placeholders_are_filled(
    client: httpx.AsyncClient,
) -> None:
    await a_moderator(client)
    assert (await save(client)).headers["location"] == "/mod/guidelines/civility"
    item = await reported()
    page = await client.get(f"/mod/item/{item}")
    saved = str(await db.value("select id from saved_reason"))
    fields = await removal(item) | {"action": "silence", "until": "3", "reason": "", "saved": saved, "quote": "a fool"}
    answer = await client.post(f"/mod/item/{item}/decide", data=fields)

    assert 'id="saved-reasons"' in page.text and "You wrote {quote}" in page.text
    assert answer.status_code == 303
    assert await the_reason() == "You wrote “a fool”. See “Argue with the case, not with the person”. It lasts 3 days."


async def test_a_reason_that_quotes_needs_the_words(client: httpx.AsyncClient) -> None:
    await a_moderator(client)
    item = await reported()
    answer = await client.post(f"/mod/item/{item}/decide", data=await removal(item) | {"reason": SAVED})

    assert answer.status_code == 422
    assert 'id="f-quote-error"' in answer.text and "You wrote {quote}" in answer.text
    assert await the_reason() is None


@pytest.mark.parametrize("empty", ["", "  ", "\n", "\u200b", "\u2060\u00ad"])
async def test_nobody_gets_an_empty_reason(client: httpx.AsyncClient, empty: str) -> None:
    await a_moderator(client)
    item = await reported()
    answer = await client.post(f"/mod/item/{item}/decide", data=await removal(item) | {"reason": empty})

    assert answer.status_code == 422
    assert 'id="f-reason-error"' in answer.text
    assert await the_reason() is None


async def test_a_reason_is_for_oneself_or_for_all_moderators(client: httpx.AsyncClient) -> None:
    await a_moderator(client)
    await save(client, "Mine alone.")
    await save(client, "For all of us.", shared="1")
    await a_moderator(client)
    page = (await client.get("/mod/guidelines/civility")).text
    mine, shared = await db.values("select id from saved_reason order by id")

    assert "For all of us." in page and "Mine alone." not in page
    assert (await client.post(f"/mod/reasons/{mine}/delete")).status_code == 404
    assert (await client.post(f"/mod/reasons/{shared}/delete")).status_code == 303
    assert await db.values("select text from saved_reason") == ["Mine alone."]


async def test_too_many_or_too_long_reasons_are_refused_and_kept(client: httpx.AsyncClient) -> None:
    await a_moderator(client)
    too_long = await save(client, "x" * 1_001)
    for _ in range(20):
        await save(client)
    one_more = await save(client, "One more.")

    assert too_long.status_code == one_more.status_code == 422
    assert "x" * 1_001 in too_long.text and "One more." in one_more.text
    assert await db.value("select count(*) from saved_reason") == 20


@pytest.mark.parametrize("role", [None, "member"])
async def test_members_save_none(client: httpx.AsyncClient, role: str | None) -> None:
    if role:
        await make.sign_in(client, await make.member(role=role))

    assert (await save(client)).status_code == 404
    assert (await client.post("/mod/reasons/1/delete")).status_code == 404


def test_a_quote_without_a_placeholder_stands_before_the_reason() -> None:
    assert fill_placeholders("An insult.", quote="you fool", rule="", days=None) == "“you fool”\n\nAn insult."
    assert fill_placeholders("", quote="you fool", rule="", days=None) == ""
    assert fill_placeholders("{quote} {days} {other}", quote="{rule}", rule="R", days=1) == "“{rule}” 1 day {other}"
