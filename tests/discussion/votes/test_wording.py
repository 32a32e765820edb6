"""Agreement is about words: when they change, earlier votes of agreement no longer count."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.commenting import editing
from parley.discussion.votes import jobs, ops, queries
from parley.discussion.votes.ops import Reworded
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

SELECT_COUNTERS = "select array[ups, agrees, disagrees, unsure] from comment where id = $1"


async def test_a_new_text_ends_the_votes_of_agreement_on_the_old_one(app: Litestar) -> None:
    author, voter = await make.member(), await make.member()
    comment = await make.comment(await make.thread(), author)
    await make.vote(voter, comment, "quality", 1)
    await make.vote(voter, comment, "agreement", 1)

    await editing.edit_comment(viewer=author, comment_id=comment, body="I see it quite otherwise.")

    assert await db.value(SELECT_COUNTERS, comment) == [1, 0, 0, 0]
    assert await queries.votes_on_comments(voter.id, [comment]) == {comment: ViewerState(quality=1)}
    assert await queries.differing_recounts(0, comment) == []
    await make.vote(voter, comment, "agreement", -1)
    assert await db.value(SELECT_COUNTERS, comment) == [1, 0, 1, 0]
    assert await queries.votes_on_comments(voter.id, [comment]) == {comment: ViewerState(quality=1, agreement=-1)}


async def test_editing_the_text_of_a_comment_with_a_statement_keeps_the_agreement_votes(app: Litestar) -> None:
    author = await make.member()
    comment = await make.comment(await make.thread(), author)
    await db.execute("update comment set statement = 'It is otherwise.' where id = $1", comment)
    await make.vote(await make.member(), comment, "agreement", 1)

    await editing.edit_comment(viewer=author, comment_id=comment, body="I see it quite otherwise.")

    assert await db.value(SELECT_COUNTERS, comment) == [0, 1, 0, 0]


async def test_the_same_text_again_changes_nothing(app: Litestar) -> None:
    author = await make.member()
    comment = await make.comment(await make.thread(), author, "I see it otherwise.")
    await make.vote(await make.member(), comment, "agreement", 0)

    await editing.edit_comment(viewer=author, comment_id=comment, body="I see it otherwise.", stance="asks")

    assert await db.value(SELECT_COUNTERS, comment) == [0, 0, 0, 1]


async def test_taking_back_a_vote_on_earlier_words_subtracts_nothing(client: httpx.AsyncClient, app: Litestar) -> None:
    author, one, other = await make.member(), await make.member(), await make.member()
    comment = await make.comment(await make.thread(), author)
    await make.vote(one, comment, "agreement", 1)
    await editing.edit_comment(viewer=author, comment_id=comment, body="I see it quite otherwise.")
    await make.vote(other, comment, "agreement", 1)

    await make.vote(one, comment, "agreement", None)

    assert await db.value(SELECT_COUNTERS, comment) == [0, 1, 0, 0]
    assert await queries.differing_recounts(0, comment) == []


async def test_an_unverified_members_vote_on_earlier_words_is_not_counted_later(app: Litestar) -> None:
    author, newcomer = await make.member(), await make.member(state="unverified")
    comment = await make.comment(await make.thread(), author)
    await make.vote(newcomer, comment, "agreement", 1)
    await editing.edit_comment(viewer=author, comment_id=comment, body="I see it quite otherwise.")
    await make.put_state("member", newcomer.id, "active")

    await jobs.count_remaining_votes()

    assert await db.value(SELECT_COUNTERS, comment) == [0, 0, 0, 0]
    assert await queries.differing_recounts(0, comment) == []


async def test_an_answer_to_words_that_changed_is_refused(app: Litestar) -> None:
    author, voter = await make.member(), await make.member()
    comment = await make.comment(await make.thread(), author)
    await editing.edit_comment(viewer=author, comment_id=comment, body="I see it quite otherwise.")

    with pytest.raises(Reworded):
        await ops.cast_vote(viewer=voter, comment=comment, axis="agreement", value=1, wording=1)

    assert await db.value(SELECT_COUNTERS, comment) == [0, 0, 0, 0]
    assert await db.values("select id from vote where comment = $1", comment) == []
