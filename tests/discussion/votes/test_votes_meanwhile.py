"""Votes and replies that come while their comment is removed, merged or erased: counters stay those of the votes."""

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any

import pytest
from litestar import Litestar

from parley.discussion.comments import counts, states
from parley.discussion.comments.rules import IS_IN
from parley.discussion.votes.queries import differing_recounts
from parley.moderation.statements import ops as statements
from parley.own_data.erasure import jobs as erasure
from parley.platform import db
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.committed]


def beside(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Work in a transaction of its own, beside others."""
    return asyncio.create_task(work, context=contextvars.Context())


async def transition(comment: int, *to: str) -> None:
    for state in to:
        async with db.atomic():
            await states.transition(await states.lock_comment(comment), state, actor=None)


async def test_counters_are_those_of_the_votes_after_removal_merge_and_erasure(app: Litestar) -> None:
    thread, mod = await make.thread(), await make.member(role="moderator")
    authors = [await make.member() for _ in range(4)]
    comments = [await make.comment(thread, who, f"No. {who.id}.", statement=f"No. {who.id}.") for who in authors]
    voters = [await make.member() for _ in range(8)]
    await db.execute(
        "update member set state = 'deactivated', erase_at = now() - interval '1 day' where id = $1", authors[3].id
    )

    work = [beside(make.vote(who, comment, axis)) for who in voters for comment in comments
            for axis in ("quality", "agreement")]  # fmt: skip
    work += [beside(make.comment(thread, who, parent=comment)) for who in voters[:3] for comment in comments]
    work += [
        beside(transition(comments[0], "hidden", "removed", "visible")),
        beside(transition(comments[1], "hidden", "removed")),
        beside(statements.merge(mod, comments[2], comments[0])),
        beside(erasure.erase_due()),
    ]
    done = await asyncio.gather(*work, return_exceptions=True)

    unexpected = [one for one in done if isinstance(one, Exception) and type(one).__name__ not in REFUSALS]
    assert unexpected == []
    assert await db.value("select state from member where id = $1", authors[3].id) == "anonymised"
    assert await differing_recounts(0, max(comments)) == []
    assert await counts.find_drifted(thread - 1, thread) == []
    assert await db.value("select state from comment where id = $1", comments[1]) == "removed"
    assert await db.value("select comment_count from thread where id = $1", thread) == await db.value(
        f"select count(*) from comment c where c.thread = $1 and {IS_IN}",
        thread,
    )


REFUSALS = {"Refused", "Gone", "NotFound", "TooMany"}
