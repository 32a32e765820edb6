"""Members and visitors who report get a receipt and the outcome (moderation-proofs.md R14)."""

import httpx
import pytest

from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import second_approval, undoing
from parley.moderation.decisions.letters import draft_letters
from parley.moderation.decisions.rules import Choice
from parley.moderation.modqueue import bulk
from parley.platform import db
from parley.platform.ratelimit import RECEIPT_ADDRESS
from tests import make
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio

LETTERS = "select subject || ': ' || text from mail where recipient = $1 order by id"
ITEM = "select max(id) from queue_item"
VISITOR = {"reason": "illegal", "text": "A threat.", "name": "Ada", "email": "ada@elsewhere.example", "good_faith": "1"}


async def by_member(client: httpx.AsyncClient, path: str, reason: str = "civility") -> int:
    """The item of what rita reported."""
    await make.sign_in(client, await make.member("rita"))
    assert (await client.post(f"{path}/report", data={"reason": reason, "text": "An insult."})).status_code == 303
    item: int = await db.value(ITEM)
    return item


async def a_comment() -> int:
    return await make.comment(await make.thread(), await make.member("jonas"), "You are a fool.")


async def letters(to: str) -> list[str]:
    return await db.values(LETTERS, to)


async def test_a_member_is_told_that_it_came_and_what_became_of_it(client: httpx.AsyncClient) -> None:
    comment = await a_comment()
    item = await by_member(client, f"/c/{comment}")

    (receipt,) = await letters("rita@example.org")
    await decided(item, await make.member(role="moderator"))
    _, outcome = await letters("rita@example.org")

    assert receipt.startswith("We have received your report: Hello rita,")
    assert f"http://localhost/c/{comment}\n" in receipt
    assert "Thank you for reporting a comment on Parley: Argue with the case, not with the person." in receipt
    assert outcome.startswith("The decision on your report: Hello rita,") and "agreed and has acted" in outcome
    assert f"http://localhost/c/{comment}\n" in outcome


async def test_nobody_fills_another_persons_mailbox_with_receipts(client: httpx.AsyncClient) -> None:
    """A hundred reports an hour from one network, each of another comment, sent a hundred letters to any address."""
    thread, author = await make.thread(), await make.member()
    most = RECEIPT_ADDRESS.most

    for turn in range(most + 3):
        comment = await make.comment(thread, author, f"Comment {turn}.")
        answer = await client.post(f"/c/{comment}/report", data=VISITOR | {"email": f"ada+{turn}@elsewhere.example"})
        assert answer.status_code == 303

    assert await db.value("select count(*) from report") == most + 3
    assert await db.value("select count(*) from mail where recipient like 'ada%'") == most


async def test_decisions_fill_nobodys_mailbox_with_outcomes(client: httpx.AsyncClient) -> None:
    """One decision sent a letter to each of the addresses `ada+1@…`, `ada+2@…`, which are one mailbox."""
    comment, most = await a_comment(), RECEIPT_ADDRESS.most
    for turn in range(most):
        fields = VISITOR | {"email": f"ada+{turn}@elsewhere.example", "text": f"Threat {turn}."}
        await client.post(f"/c/{comment}/report", data=fields)
    await client.post(f"/c/{comment}/report", data=VISITOR | {"email": "bo@elsewhere.example"})
    await db.execute("update report set proven = true where email = 'ada+0@elsewhere.example'")

    await decided(await db.value(ITEM), await make.member(role="moderator"))

    assert await db.value("select count(*) from mail where recipient like 'ada%'") == most + 1
    assert len(await letters("ada+0@elsewhere.example")) == 2, "a confirmed address gets its outcome"
    assert len(await letters("bo@elsewhere.example")) == 2


async def test_rehearsals_leave_the_letters_to_a_mailbox_as_they_are(client: httpx.AsyncClient) -> None:
    """Each rehearsal counted as a letter, after ten of which the reporter got none."""
    await client.post(f"/c/{await a_comment()}/report", data=VISITOR)
    item, mo = await db.value(ITEM), await make.member(role="moderator")
    choice = Choice(item, await db.value("select version from queue_item"), "remove", "civility", "It insults.")

    for _ in range(RECEIPT_ADDRESS.most):
        await bulk.decide(mo, [choice], commit=False)
    await bulk.decide(mo, [choice], commit=True)

    assert len(await letters("ada@elsewhere.example")) == 2


async def test_a_visitor_is_told_the_same_and_greeted_by_no_name_that_they_claim(client: httpx.AsyncClient) -> None:
    comment = await a_comment()
    await client.post(f"/c/{comment}/report", data=VISITOR)

    await decided(await db.value(ITEM), await make.member(role="moderator"), "approve")
    receipt, outcome = await letters("ada@elsewhere.example")

    assert "Hello,\n" in receipt and "Stay within the law" in receipt and "A threat" not in receipt
    assert "Hello,\n" in outcome and "left things as they are" in outcome and "report it again" in outcome


async def test_an_address_that_a_visitor_names_again_and_again_is_written_to_once(client: httpx.AsyncClient) -> None:
    comment = await a_comment()
    for address in ("ada@elsewhere.example", "ADA@elsewhere.example"):
        await client.post(f"/c/{comment}/report", data=VISITOR | {"email": address})

    await decided(await db.value(ITEM), await make.member(role="moderator"))

    assert await db.value("select count(*) from report") == 2
    assert await db.value("select count(*) from mail where lower(recipient) = 'ada@elsewhere.example'") == 2


@pytest.mark.parametrize(("path", "thing"), [("/t/{}", "an article"), ("/u/jo%20nas", "a member")])
async def test_a_receipt_says_what_it_is_about(client: httpx.AsyncClient, path: str, thing: str) -> None:
    await make.member("jo nas")
    path = path.format(await make.thread())

    await by_member(client, path, "spam")

    (receipt,) = await letters("rita@example.org")
    assert f"Thank you for reporting {thing} on Parley" in receipt and f"http://localhost{path}\n" in receipt


async def test_the_same_report_twice_has_one_receipt(client: httpx.AsyncClient) -> None:
    comment = await a_comment()
    await by_member(client, f"/c/{comment}")

    await client.post(f"/c/{comment}/report", data={"reason": "hate"})

    assert len(await letters("rita@example.org")) == 1


async def test_a_report_that_leads_to_a_lock_was_right(client: httpx.AsyncClient) -> None:
    item = await by_member(client, f"/c/{await a_comment()}")

    await decided(item, await make.member(role="moderator"), "lock", guideline=None)

    assert "agreed and has acted" in (await letters("rita@example.org"))[1]
    assert await db.value("select outcome from report") == "upheld"


async def test_no_outcome_is_mailed_before_the_second_approval_or_after_undoing(client: httpx.AsyncClient) -> None:
    mo, second = await make.member(role="moderator"), await make.member(role="moderator")
    item = await by_member(client, f"/c/{await a_comment()}")

    await undoing.undo(mo, await decided(item, mo))
    proposed = await decided(item, mo, "suspend")
    assert len(await letters("rita@example.org")) == 1
    await second_approval.approve(second, proposed)

    assert len(await letters("rita@example.org")) == 2


async def test_a_moderator_sees_before_what_reporters_will_read(client: httpx.AsyncClient) -> None:
    item = await by_member(client, f"/c/{await a_comment()}")
    choice = Choice(item, 1, "remove", "civility", "It insults somebody.")

    letter = await draft_letters(choice, await db.value("select id from member where name = 'jonas'"), "comment")
    await decisions.decide(await make.member(role="moderator"), choice)

    (_, sent) = await letters("rita@example.org")
    assert letter.reporters is not None and "rita" not in letter.reporters
    assert sent.endswith(letter.reporters.partition("\n")[2])


@pytest.mark.parametrize("outcome", ["overturned", "upheld"])
async def test_reporters_are_told_when_an_appeal_changes_the_outcome(client: httpx.AsyncClient, outcome: str) -> None:
    comment = await a_comment()
    await client.post(f"/c/{comment}/report", data=VISITOR)
    item = await by_member(client, f"/c/{comment}")
    decision = await decided(item, await make.member(role="moderator"))
    appeal = await appeals.file(decision=decision, text="It was a quotation.")

    await appeals.decide(await make.member(role="moderator"), appeal, outcome=outcome, answer="Seen again.")

    for address, greeting in (("rita@example.org", "Hello rita,"), ("ada@elsewhere.example", "Hello,\n")):
        receipt, told, *changed = await letters(address)
        assert "We have received" in receipt and "agreed and has acted" in told
        assert len(changed) == (outcome == "overturned")
        for letter in changed:
            assert letter.startswith(f"The decision on your report has changed: {greeting}") and "overturned" in letter
            assert f"http://localhost/c/{comment}\n" in letter and "jonas" not in letter


async def test_without_a_report_no_outcome_is_mailed(client: httpx.AsyncClient) -> None:
    await decided(await reported(), await make.member(role="moderator"))

    letter = await draft_letters(Choice(await db.value(ITEM), 1, "warn", "civility", "Again."), None, "comment")

    assert letter.reporters is None
