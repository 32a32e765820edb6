"""The digest tells one point of common ground and one dividing statement of the week's maps."""

import pytest
from litestar import Litestar

import make
from digests.issuing import issue_for, reader, reviewed, thread_with_sides
from parley.core import db

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


async def test_a_letter_tells_one_of_each_kind_with_the_invitation_to_answer(app: Litestar) -> None:
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


async def test_a_letter_tells_nothing_old_removed_or_of_somebody_blocked(app: Litestar) -> None:
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
    assert "From the maps" not in (letter.html or "")
