"""Requests about rights: anybody sends one, who added the article answers, a moderator decides."""

import httpx
import pytest
from litestar import Litestar

from parley.moderation.reports import receipts
from parley.people.accounts.viewer import Viewer
from parley.platform import db, ratelimit
from parley.platform.ratelimit import RECEIPT_ADDRESS
from parley.platform.settings import settings
from tests import make
from tests.restricting import title

pytestmark = pytest.mark.anyio

WISH = {"ground": "copyright", "wish": "text", "text": "I wrote it, and gave nobody leave.", "good_faith": "1"}
VISITOR = WISH | {"name": "Ann Author", "email": "ann@press.example", "original": "https://press.example/essay"}


@pytest.fixture
async def mira(app: Litestar) -> Viewer:
    return await make.member("mira")


@pytest.fixture
async def thread(mira: Viewer) -> int:
    return await make.thread(make.text(title="The wager"), starter=mira)


async def letters(to: str) -> list[str]:
    return await db.values("select subject || ' ' || text from mail where recipient = $1 order by id", to)


async def request_of_visitor(client: httpx.AsyncClient, thread: int, **fields: str) -> httpx.Response:
    return await client.post(f"/t/{thread}/rights", data=VISITOR | fields)


async def test_a_visitor_asks_without_scripts_and_gets_a_receipt(client: httpx.AsyncClient, thread: int) -> None:
    form = await client.get(f"/t/{thread}/rights")
    answer = await request_of_visitor(client, thread)

    assert "Your rights in this article" in form.text
    assert (answer.status_code, answer.headers["location"]) == (303, f"/t/{thread}/rights/done")
    assert "confirms your address" in (await client.get(answer.headers["location"])).text
    [receipt] = await letters("ann@press.example")
    assert receipt.startswith("We have received your request")
    assert "You asked us to show less of an article" in receipt
    assert "report " not in receipt
    assert "/reports/" in receipt
    assert await db.value("select wish || ' ' || ground || ' ' || original from rights_request") == (
        "text copyright https://press.example/essay"
    )
    # Nothing changes until a moderator decides.
    assert await db.value("select display from article") == "full"


async def test_requests_fill_nobodys_mailbox(client: httpx.AsyncClient, thread: int) -> None:
    """From sixty networks, requests about sixty articles sent sixty letters to one mailbox in a minute."""
    await ratelimit.take(RECEIPT_ADDRESS, "ann@press.example", RECEIPT_ADDRESS.most)
    answer = await request_of_visitor(client, thread, email="ann+1@press.example")
    assert answer.status_code == 303
    assert await db.value("select count(*) from rights_request") == 1
    assert await letters("ann+1@press.example") == []


@pytest.mark.parametrize("field", ["ground", "wish", "text", "name", "email", "good_faith"])
async def test_missing_fields_are_named_and_the_text_is_kept(
    client: httpx.AsyncClient, thread: int, field: str
) -> None:
    answer = await request_of_visitor(client, thread, **{field: ""})

    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert field == "text" or "gave nobody leave" in answer.text
    assert await db.value("select count(*) from report") == 0


async def test_an_invalid_address_is_refused(client: httpx.AsyncClient, thread: int) -> None:
    assert (await request_of_visitor(client, thread, original="javascript:alert(1)")).status_code == 422


async def test_an_unknown_thread_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/t/77/rights")).status_code == 404
    assert (await request_of_visitor(client, 77)).status_code == 404


async def test_the_member_who_added_it_is_told_once_the_address_is_confirmed(
    client: httpx.AsyncClient, mira: Viewer, thread: int
) -> None:
    await request_of_visitor(client, thread)
    assert await letters("mira@example.org") == []

    report = await db.value("select id from report")
    for _ in range(2):
        await client.post(f"/reports/{report}/{receipts.key(report)}")

    [letter] = await letters("mira@example.org")
    assert "gave nobody leave" in letter
    assert "Ann Author" not in letter
    assert "ann@press.example" not in letter


async def test_the_member_who_added_it_answers_and_the_moderator_reads_both(
    client: httpx.AsyncClient, mira: Viewer, thread: int
) -> None:
    await request_of_visitor(client, thread)
    number = await db.value("select id from rights_request")
    await make.sign_in(client, mira)
    page = await client.get(f"/t/{thread}/rights/{number}")
    assert "gave nobody leave" in page.text
    assert "Ann Author" not in page.text

    empty = await client.post(f"/t/{thread}/rights/{number}", data={"text": " "})
    answer = await client.post(f"/t/{thread}/rights/{number}", data={"text": "It is under an open licence."})

    assert (empty.status_code, answer.status_code) == (422, 303)
    await make.sign_in(client, await make.member("mo", role="moderator"))
    listed = await client.get("/mod/rights", follow_redirects=True)
    assert f'id="i{await db.value("select id from queue_item")}"' in listed.text
    assert "Hidden until you choose to read it" not in (await client.get("/mod/queue")).text
    item = await client.get(f"/mod/item/{await db.value('select id from queue_item')}")
    assert "It is under an open licence." in item.text
    assert "gave nobody leave" in item.text
    assert "ann@press.example" in item.text
    assert "something serious" not in item.text


@pytest.mark.parametrize(("role", "status"), [("visitor", 401), ("member", 404), ("moderator", 403)])
async def test_nobody_else_answers(client: httpx.AsyncClient, thread: int, role: str, status: int) -> None:
    await request_of_visitor(client, thread)
    number = await db.value("select id from rights_request")
    if role != "visitor":
        await make.sign_in(client, await make.member(role=role))
    answer = await client.post(f"/t/{thread}/rights/{number}", data={"text": "No."})
    assert answer.status_code == status
    assert await db.value("select answer from rights_request") == ""


async def test_a_granted_request_takes_the_text_down_and_both_sides_are_notified(
    client: httpx.AsyncClient, mira: Viewer, thread: int
) -> None:
    await request_of_visitor(client, thread)
    await make.sign_in(client, await make.member("mo", role="moderator"))
    item = await db.value("select id from queue_item")

    fields = {"action": "text", "rule": "illegal", "reason": "It is the author's.", "law": "§ 97"}
    fields["title"] = await title(thread)
    decided = await client.post(f"/mod/item/{item}/decide", data=fields | {"version": "1"})

    assert decided.status_code == 303
    assert "A moderator agreed" in (await letters("ann@press.example"))[-1]
    assert "was taken down" in (await letters("mira@example.org"))[-1]
    assert "The queue is empty." in (await client.get("/mod/queue?kind=rights")).text
    assert "granted" in (await client.get(f"/mod/item/{item}")).text
    number = await db.value("select id from rights_request")
    await make.sign_in(client, mira)
    late = await client.post(f"/t/{thread}/rights/{number}", data={"text": "But I may."})
    assert late.status_code == 422
    assert "But I may." in late.text


async def test_a_declined_request_leaves_everything(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    await request_of_visitor(client, thread)
    await make.sign_in(client, await make.member("mo", role="moderator"))
    item = await db.value("select id from queue_item")
    await client.post(f"/mod/item/{item}/decide", data={"version": "1", "action": "approve"})
    assert "left the article as it is" in (await letters("ann@press.example"))[-1]
    assert await letters("mira@example.org") == []
    assert await db.value("select display from article") == "full"


async def test_a_member_asks_once_at_a_time(client: httpx.AsyncClient, mira: Viewer, thread: int) -> None:
    await make.sign_in(client, await make.member("sam"))
    first, again = [await client.post(f"/t/{thread}/rights", data=WISH) for _ in range(2)]
    assert (first.status_code, again.status_code) == (303, 422)
    assert "already reported" in again.text
    assert "gave nobody leave" in again.text
    assert len(await letters("mira@example.org")) == 1


async def test_a_flood_from_one_network_is_stopped(
    client: httpx.AsyncClient, thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings().limits
    answers = [await request_of_visitor(client, thread, email=f"ann{number}@press.example") for number in range(11)]
    assert [one.status_code for one in answers] == [303] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 60
    # All unconfirmed requests together weigh less than one member's report.
    assert await db.value("select risk from queue_item") < 0.1


async def test_only_moderators_see_the_list(client: httpx.AsyncClient, mira: Viewer) -> None:
    await make.sign_in(client, mira)
    assert (await client.get("/mod/rights")).status_code == 404
