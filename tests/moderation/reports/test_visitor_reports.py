"""Reports by visitors: many from one network count once, and unconfirmed ones weigh less than a member's."""

import re

import httpx
import pytest

from parley.moderation.decisions import ops as decisions
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.platform import db
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]


async def comment() -> int:
    return await make.comment(await make.thread(), await make.member(), "Nothing special.")


async def visit(target: int, network: str, text: str, email: str | None = None) -> int:
    ground = await db.value("select code from guideline where illegal and not retired limit 1")
    return await reports.report(ReportInput("comment", target, ground, text, email=email, network=network))


async def closed(target: int) -> None:
    """Close the item of a comment and decline its reports."""
    item = await db.value("select id from queue_item where kind = 'comment' and target = $1", target)
    await decisions.close(item, "declined")


async def state(target: int) -> str:
    found: str = await db.value("select state from queue_item where kind = 'comment' and target = $1", target)
    return found


async def risk(target: int) -> float:
    found: float = await db.value("select risk from queue_item where kind = 'comment' and target = $1", target)
    return found


async def test_one_network_counts_once_and_so_does_one_text() -> None:
    target = await comment()
    await visit(target, "192.0.2.0/24", "It is illegal.")
    first = await risk(target)
    await visit(target, "192.0.2.0/24", "Other words.")
    await visit(target, "198.51.100.0/24", " it is ILLEGAL. ")
    assert await risk(target) == first > 0
    await visit(target, "203.0.113.0/24", "Words of my own.")
    assert await risk(target) > first


async def test_a_crowd_of_visitors_never_outweighs_one_member() -> None:
    crowded, other = await comment(), await comment()
    for number in range(50):
        await visit(crowded, f"192.0.{number}.0/24", f"Words {number}.")
    await reports.report(ReportInput("comment", other, "civility", "Look.", await make.member()))
    assert 0 < await risk(crowded) < await risk(other)


async def test_a_mailed_link_gives_a_visitors_report_full_weight(client: httpx.AsyncClient) -> None:
    target = await comment()
    number = await visit(target, "192.0.2.0/24", "It is illegal.", "reader@example.org")
    before = await risk(target)
    text = await db.value("select text from mail where kind = $1", f"receipt.{number}")
    found = re.search(r"/reports/\S+", text)
    assert found
    assert (await client.get(found[0])).status_code == 200 and await risk(target) == before
    assert (await client.post(found[0])).status_code == 200
    assert await risk(target) >= 1 > before
    assert (await client.post(f"/reports/{number}/{'0' * 32}")).status_code == 404


async def test_one_mailbox_counts_once_however_its_address_is_written() -> None:
    target = await comment()
    for number, email in enumerate(["Reader@example.org", "reader+2@example.org", "reader+3+x@EXAMPLE.org"]):
        await reports.confirm_address(await visit(target, f"192.0.{number}.0/24", f"Words {number}.", email))
    assert await db.values("select weight from report order by id") == [1, 0, 0]


async def test_moderators_see_whether_a_visitors_address_is_confirmed(client: httpx.AsyncClient) -> None:
    target = await comment()
    number = await visit(target, "192.0.2.0/24", "It is illegal.", "reader@example.org")
    item = await db.value("select id from queue_item")
    await make.sign_in(client, await make.member(role="moderator"))
    before = await client.get(f"/mod/item/{item}")
    await reports.confirm_address(number)
    after = await client.get(f"/mod/item/{item}")

    assert "address not confirmed" in before.text and "weighs 1.00" not in before.text
    assert "address not confirmed" not in after.text and "weighs 1.00" in after.text


async def test_a_report_that_weighs_nothing_leaves_a_closed_item_closed(client: httpx.AsyncClient) -> None:
    target = await comment()
    await visit(target, "192.0.2.0/24", "It is illegal.")
    await closed(target)

    again = await visit(target, "198.51.100.0/24", "It is illegal.", "reader@example.org")
    assert await state(target) == "done"
    assert await db.value("select count(*) from mail where kind = $1", f"receipt.{again}") == 1

    assert await reports.confirm_address(again)
    assert await state(target) == "open"


async def test_new_reasons_from_the_same_network_open_a_closed_item_again() -> None:
    target = await comment()
    await visit(target, "192.0.2.0/24", "It is illegal.")
    await closed(target)

    await visit(target, "192.0.2.0/24", "It names the address of a child.")

    assert await state(target) == "open"


async def test_a_member_whose_reports_weigh_nothing_does_not_open_a_closed_item_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = await comment()
    await visit(target, "192.0.2.0/24", "It is illegal.")
    await closed(target)
    monkeypatch.setattr(reports, "SELECT_WEIGHT", "select 0.0 where $1::bigint is not null")

    await reports.report(ReportInput("comment", target, "civility", "Look.", await make.member()))

    assert await state(target) == "done"
