"""The replies that are collapsed: what stands for them, and whom it never names; and how readers choose to see them."""

import httpx
import pytest

from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio


async def replied(*names: str) -> tuple[int, int]:
    """A thread with a perspective that each of `names` replied to, and that perspective."""
    thread = await make.thread()
    top = await make.comment(thread, await make.member())
    for name in names:
        await make.comment(thread, await make.member(name), f"Words of {name}.", parent=top)
    return thread, top


async def test_replies_after_the_second_are_collapsed_behind_number_and_authors(
    client: httpx.AsyncClient,
) -> None:
    thread, _ = await replied("ada", "ben", "cleo", "dora", "emil")
    page = (await client.get(await make.address(thread))).text
    shown, _, collapsed = page.partition('<details class="rest">')
    assert "Words of ben." in shown
    assert "Words of cleo." not in shown
    assert "Words of emil." in collapsed
    assert "3 more replies" in collapsed
    assert '<span class="who">: <bdi>cleo</bdi>, <bdi>dora</bdi>, 1 more</span>' in collapsed


async def test_replies_that_are_new_to_the_reader_are_not_collapsed(client: httpx.AsyncClient) -> None:
    thread, top = await replied("ada", "ben", "cleo")
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    await client.post(f"/t/{thread}/seen", data={"seq": "99"})
    await db.execute("update visit set read_until = now() - interval '1 hour'")
    await db.execute("update comment set created_at = now() - interval '2 hours' where thread = $1", thread)
    assert '<details class="rest"><' in (await client.get(await make.address(thread))).text
    await make.comment(thread, await make.member("emil"), "New words.", parent=top)
    assert '<details class="rest" open><' in (await client.get(await make.address(thread))).text


async def test_no_summary_names_members_whom_the_viewer_blocked(client: httpx.AsyncClient) -> None:
    thread, _ = await replied("ada", "ben", "cleo", "dora")
    mira = await make.member("mira")
    blocked = await db.value("select id from member where name = 'cleo'")
    await make.sign_in(client, mira)
    assert "<bdi>cleo</bdi>" in (await client.get(await make.address(thread))).text
    await db.execute(
        "insert into block (member, other, kind, created_at) values ($1, $2, 'block', now())", mira.id, blocked
    )
    await make.sign_in(client, mira)
    assert "<bdi>cleo</bdi>" not in (await client.get(await make.address(thread))).text


async def test_a_link_to_a_reply_finds_nothing_collapsed(client: httpx.AsyncClient) -> None:
    thread, top = await replied("ada", "ben", "cleo", "dora")
    page = (await client.get(f"{await make.address(thread)}?focus={top}")).text
    assert 'class="rest"' not in page


async def test_a_choice_of_display_is_kept_in_a_cookie_and_leads_back(client: httpx.AsyncClient) -> None:
    thread = await make.address(await make.thread())
    assert "data-density" not in (await client.get(thread)).text
    answer = await client.post("/reading", data={"density": "compact", "next": f"{thread}#discussion"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{thread}#discussion")
    assert 'data-density="compact"' in (await client.get(thread)).text


async def test_a_members_choice_of_display_is_kept_in_the_account(client: httpx.AsyncClient) -> None:
    thread, mira = await make.address(await make.thread()), await make.member("mira")
    await make.sign_in(client, mira)
    answer = await client.post("/reading", data={"density": "compact", "legend": "0", "next": thread})
    assert "parley-display" not in answer.headers.get("set-cookie", "")
    client.cookies.clear()
    await make.sign_in(client, mira)
    page = (await client.get(thread)).text
    assert 'data-density="compact"' in page
    assert 'class="legend"' not in page
    client.cookies.clear()
    assert "data-density" not in (await client.get(thread)).text


@pytest.mark.parametrize("form", [{"density": "huge"}, {"next": "https://evil.example/"}, {}])
async def test_an_invalid_choice_of_display_changes_nothing(client: httpx.AsyncClient, form: dict[str, str]) -> None:
    answer = await client.post("/reading", data=form)
    assert answer.headers["location"] == "/"
    page = (await client.get(await make.address(await make.thread()))).text
    assert "data-density" not in page
