"""The digest tells one point of common ground and one dividing statement of the week's maps."""

import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments import wording
from parley.letters.notifications import ops as following
from parley.platform import db
from tests import make
from tests.letters.digests.issuing import issue_for, reader, reviewed, thread_with_sides

pytestmark = pytest.mark.anyio

FOUND = """
insert into statement_verdict (comment, thread, verdict, bridge, since)
values ($1, $2, $3, $4, now() - make_interval(days => $5))
"""


async def stated(thread: int, text: str, verdict: str, *, bridge: int = 80, days: int = 1) -> int:
    comment = await make.comment(thread, await make.member(), "A long comment.")
    await db.execute("update comment set statement = $2 where id = $1", comment, text)
    await db.execute(FOUND, comment, thread, verdict, bridge, days)
    return comment


async def test_a_digest_has_one_verdict_of_each_kind_and_a_link_to_answer(app: Litestar) -> None:
    thread, *_ = await thread_with_sides()
    await stated(thread, "Agreed by most.", "common-ground", bridge=90)
    await stated(thread, "Agreed by fewer.", "common-ground")
    await stated(thread, "Here they part.", "dividing")
    await stated(thread, "Found long ago.", "rejected", days=30)

    letter = await reviewed(await issue_for(await reader()))
    assert letter is not None
    for text in (letter.text, letter.html or ""):
        assert "Agreed by most." in text
        assert "Agreed by fewer." not in text
        assert "Here they part." in text
        assert f"/t/{thread}/answer" in text


async def test_a_digest_has_no_verdict_that_is_old_removed_or_by_a_blocked_member(app: Litestar) -> None:
    thread, *_ = await thread_with_sides()
    member = await reader()
    await stated(thread, "Found long ago.", "common-ground", days=9)
    blocked = await stated(thread, "By somebody blocked.", "common-ground")
    removed = await stated(thread, "It was removed.", "dividing")
    author = await db.value("select author from comment where id = $1", blocked)
    await db.execute(
        "insert into block (member, other, kind, created_at) values ($1, $2, 'block', now())", member.id, author
    )
    issue = await issue_for(member)
    await make.put_state("comment", removed, "removed")

    letter = await reviewed(issue)
    assert letter is not None
    assert "FROM THE MAPS" not in letter.text
    assert "Where people stand" not in (letter.html or "")


async def test_a_digest_has_no_verdict_that_is_muted_uncleared_or_by_a_member_who_blocked_the_reader(
    app: Litestar,
) -> None:
    await thread_with_sides()
    member = await reader()
    muted, work, taken = await make.thread(), await make.thread(topic="work"), await make.thread()
    await stated(muted, "In a muted thread.", "common-ground")
    await stated(work, "In a muted topic.", "common-ground")
    await stated(taken, "Under an article without a title.", "common-ground")
    blocking = await stated(await make.thread(), "By somebody who blocked the reader.", "dividing")
    await following.follow_thread(member.id, muted, "mute")
    await following.follow_topic(member.id, "work", "mute", on=True)
    await db.execute(
        "update article set untitled = true from thread t where t.article = article.id and t.id = $1", taken
    )
    await db.execute(
        """insert into block (member, other, kind, created_at)
           select author, $1, 'block', now() from comment where id = $2""",
        member.id,
        blocking,
    )
    issue = await issue_for(member)
    letter = await reviewed(issue)
    assert letter is not None
    assert "FROM THE MAPS" not in letter.text

    await following.follow_thread(member.id, work, "follow")
    letter = await reviewed(issue)
    assert letter is not None
    assert "In a muted topic." in letter.text


async def test_a_new_wording_has_no_verdict(app: Litestar) -> None:
    thread = await make.thread()
    author = await make.member()
    comment = await make.comment(thread, author, "The old words.")
    await db.execute(FOUND, comment, thread, "dividing", 80, 1)
    await editing.edit_comment(viewer=author, comment_id=comment, body="The old words.", assisted=True)
    assert await db.value("select count(*) from statement_verdict") == 1
    await editing.edit_comment(viewer=author, comment_id=comment, body="Other words.")
    assert await db.value("select count(*) from statement_verdict") == 0

    stated_one = await stated(thread, "To be taken away.", "common-ground")
    await wording.change_statement(stated_one, "To be taken away.")
    assert await db.value("select count(*) from statement_verdict") == 1
    await wording.withdraw_statement(stated_one)
    assert await db.value("select count(*) from statement_verdict") == 0
    await db.execute(FOUND, stated_one, thread, "dividing", 80, 1)
    await wording.restore_statement(stated_one, "To be taken away.")
    assert await db.value("select count(*) from statement_verdict") == 0
    await db.execute(FOUND, stated_one, thread, "dividing", 80, 1)
    await wording.change_statement(stated_one, "Said otherwise.")
    assert await db.value("select count(*) from statement_verdict") == 0
