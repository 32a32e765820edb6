"""Every kind of change reaches a reader once, in its present state."""

import asyncio
import time

import pytest

from parley.discussion.commenting import editing
from parley.discussion.slow_mode import display
from parley.discussion.threads import ops as threads
from parley.moderation.decisions import thread_actions
from parley.moderation.matching import current
from parley.platform import db
from parley.platform.events.notify import Signal, notify
from tests import make
from tests.interfaces.live.forum import Forum, Web, assert_all_have_the_truth
from tests.interfaces.live.reader import Reader

pytestmark = pytest.mark.anyio


async def test_comments_edits_deletions_and_restores_reach_a_reader_in_order(
    forum: Forum, web: Web, thread: int
) -> None:
    ada = await make.member()
    async with Reader([web.address], thread, last=0) as reader:
        await reader.open()
        first = await make.comment(thread, ada, "First thought.")
        reply = await make.comment(thread, ada, "A reply.", parent=first)
        await editing.edit_comment(viewer=ada, comment_id=first, body="Second thought.")
        await editing.delete_comment(viewer=ada, comment_id=reply)
        await reader.until(lambda one: "deleted" in one.comments[reply].body if reply in one.comments else False)
        await editing.restore_comment(viewer=ada, comment_id=reply)
        await reader.until(lambda one: one.comments[reply].body == "A reply.")
        assert reader.comments[first].body == "Second thought."
        await assert_all_have_the_truth([reader], thread, forum.servers.database_url)


async def test_a_lock_and_a_revised_article_reach_a_reader(forum: Forum, web: Web) -> None:
    moderator = await make.member(role="moderator")
    thread = await make.thread(make.text(title="A live revision", url="https://paper.example/live-revision"))
    async with Reader([web.address], thread) as reader:
        await reader.open()
        await thread_actions.act(moderator, thread, "lock", "Too hot")
        await reader.until(lambda one: "Too hot" in one.state)
        await threads.revise_thread(thread, make.text("Other words.", title="A live revision"))
        await reader.until(lambda one: "revised" in one.article)


async def test_slow_mode_of_a_branch_and_its_end_reach_a_reader(
    forum: Forum, web: Web, thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The cached wait does not change while they post, so slow mode does not stop these comments.
    monkeypatch.setattr(current._cache, "_seconds", 600.0)
    current.forget()
    one, other = await make.member(), await make.member()
    async with Reader([web.address], thread) as reader:
        await reader.open()
        last = await make.comment(thread, one)
        for turn in range(7):
            last = await make.comment(thread, one if turn % 2 else other, parent=last)
        current.forget()
        await display.update_all()
        await reader.until(lambda one: "one reply every 2 minutes" in one.state)
        await db.execute("update comment set created_at = created_at - interval '31 minutes'")
        await display.update_all()
        await reader.until(lambda one: "Slow mode" not in one.state)


async def test_many_votes_come_as_at_most_one_message_a_second(forum: Forum, web: Web, thread: int) -> None:
    author = await make.member()
    voters = [await make.member() for _ in range(12)]
    targets = [await make.comment(thread, author, f"Vote on this, {place}.") for place in range(3)]
    async with Reader([web.address], thread, last=0) as reader:
        await reader.until(lambda one: len(one.comments) == len(targets))
        before, begun = len(reader.messages), time.monotonic()
        for voter in voters:
            for target in targets:
                await make.vote(voter, target)
        await reader.until(lambda one: all(one.comments[target].score == len(voters) for target in targets))
        messages = len(reader.messages) - before
        assert messages <= time.monotonic() - begun + 2
        assert messages < len(voters) * len(targets)


async def test_scores_that_change_while_others_are_read_are_not_lost(forum: Forum, web: Web, thread: int) -> None:
    author = await make.member()
    voters = [await make.member() for _ in range(20)]
    target = await make.comment(thread, author)
    async with Reader([web.address], thread, last=0) as reader:
        await reader.open()
        for voter in voters:
            await make.vote(voter, target)
            await make.vote(voter, target, value=-1)
        await reader.until(lambda one: one.comments[target].score == -len(voters))


async def test_scores_that_exceed_one_message_follow_in_the_next(forum: Forum, web: Web, thread: int) -> None:
    """More comments than one query of scores reads."""
    author = await make.member()
    first = await make.comment(thread, author)
    async with Reader([web.address], thread) as reader:
        await reader.open()
        await db.execute(MANY, thread, author.id, 1_200)
        await notify(Signal(thread, scores=True))
        await reader.until(lambda one: one.raw.count('-score b" hx-swap') >= 1_200)
    assert first


MANY = """
insert into comment (thread, author, body, html, html_version, ups, scored_at)
select $1, $2, 'x', '<p>x</p>', 1, number, clock_timestamp() from generate_series(1, $3) number
"""


async def test_readers_of_two_processes_are_counted_together(quick: Web, unlimited: Web, thread: int) -> None:
    async with Reader([quick.address], thread) as one, Reader([unlimited.address], thread) as other:
        await asyncio.gather(*(reader.until(lambda this: this.readers == "2 reading") for reader in (one, other)))
        async with Reader([unlimited.address], thread):
            await one.until(lambda this: this.readers == "3 reading")
        await one.until(lambda this: this.readers == "2 reading")


async def test_a_heartbeat_keeps_a_quiet_stream_open(quick: Web, thread: int) -> None:
    async with Reader([quick.address], thread) as reader:
        await reader.until(lambda one: one.beats >= 2)
        assert reader.connected == 1
