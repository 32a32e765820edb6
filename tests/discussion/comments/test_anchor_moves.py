"""The anchors of a long thread are moved in short transactions after a revision, while readers and writers go on."""

import asyncio
import contextvars
import os
import signal
from collections import Counter
from typing import Any

import httpx
import pytest
from litestar import Litestar

from parley.discussion.comments import anchor_moves, counts
from parley.discussion.threads.ops import revise_thread
from parley.platform import db
from tests import command, make
from tests.faults.jobs import move_anchors

pytestmark = pytest.mark.anyio

WORDS = ("Nobody asked how much energy the answer cost.", "And nobody was told how long it took.")
CHANGED = (WORDS[0].replace("energy", "power"), WORDS[1].replace("it took", "it all took"))
MANY = 3 * anchor_moves.BATCH
# As many answers as `$3`, to the same words as the comment `$1`, or to those of the other passage `$2`.
ANSWERS = """
insert into comment (thread, author, stance, made_on, revision, quote, prefix, suffix, anchor, passage, confidence,
                     body, html, html_version, excerpt, created_at)
select c.thread, c.author, 'adds', l, 1, case when g % 2 = 0 then c.quote else 'told how long it took' end, '', '',
       'same', l, 1, c.body, c.html, c.html_version, c.excerpt, now()
from comment c, generate_series(1, $3) g, lateral (select case when g % 2 = 0 then c.passage else $2::bigint end) p(l)
where c.id = $1
"""
MOVED = {"changed how much power": MANY // 2, "changed told how long it all took": MANY // 2}
SELECT_ANCHORS = "select anchor || ' ' || coalesce(words, '') from comment where thread = $1 and passage is not null"
KINDS = "select kind from event where thread = $1 order by seq desc"
IS_UNMOVED = "select exists (select from revision where unmoved is not null)"


async def long_thread() -> tuple[int, list[int]]:
    """A thread with many anchored answers, and the lineages of its two passages."""
    thread = await make.thread(make.text(*WORDS))
    first, second = await make.lineages(thread)
    answer = await make.comment(thread, await make.member(), passage=first, quote="how much energy")
    await db.execute(ANSWERS, answer, second, MANY - 1)
    await db.execute("update thread set comment_count = $2 where id = $1", thread, MANY)
    async with db.atomic():
        await counts.recount(thread)
    return thread, [first, second]


async def anchors(thread: int) -> Counter[str]:
    return Counter(await db.values(SELECT_ANCHORS, thread))


async def until_stopped(monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    """Move the anchors until so many batches are done."""
    original, done = anchor_moves._move_if_newest, 0

    async def moves(*args: Any) -> bool:
        nonlocal done
        if done == batches:
            raise KeyboardInterrupt
        done += 1
        return await original(*args)

    with monkeypatch.context() as patch:
        patch.setattr(anchor_moves, "_move_if_newest", moves)
        with pytest.raises(KeyboardInterrupt):
            await anchor_moves.move_waiting()


async def test_many_anchors_are_moved_by_the_worker(app: Litestar) -> None:
    thread, _ = await long_thread()
    await revise_thread(thread, make.text(*CHANGED))
    assert await anchors(thread) == {"same ": MANY}

    assert await anchor_moves.move_waiting() == 1
    assert await anchor_moves.move_waiting() == 0

    assert await anchors(thread) == MOVED
    assert await counts.find_drifted(thread - 1, thread) == []
    assert not await db.value(IS_UNMOVED)
    assert (
        await db.value("select kind from event where thread = $1 order by seq desc limit 1", thread) == "anchors.moved"
    )


async def test_comments_that_wait_are_shown_as_of_the_former_version(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those on the passage that stays are there; those on the one that is gone are among the earlier ones."""
    thread, [first, second] = await long_thread()
    await revise_thread(thread, make.text(CHANGED[0]))
    await until_stopped(monkeypatch, 1)

    page = (await client.get(f"/t/{thread}/x?view=passage")).text
    on_passage, _, earlier = page.partition('id="gearlier"')
    assert f'data-passage="{first}" data-anchor="changed"' in on_passage
    assert f'data-passage="{second}" data-anchor="same"' in earlier
    assert f'data-passage="{second}" data-anchor="lost"' in earlier
    assert f'data-passage="{second}"' not in on_passage.partition('id="discussion"')[2]
    assert await db.value("select sum(adds + none) from passage_count where thread = $1", thread) == MANY
    more = (await client.get(f"/t/{thread}/comments?passage=earlier")).text
    assert 'data-anchor="same"' in more and 'data-anchor="lost"' in more

    await anchor_moves.move_waiting()
    page = (await client.get(f"/t/{thread}/x?view=passage&stance=adds")).text
    assert 'data-anchor="same"' not in page
    assert await anchors(thread) == {"changed how much power": MANY // 2, "lost ": MANY // 2}


async def test_a_revision_meanwhile_moves_each_from_where_it_was_found(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words that changed twice are followed from the text that has them, whether they were moved in between or not."""
    thread, _ = await long_thread()
    await revise_thread(thread, make.text(*CHANGED))
    await until_stopped(monkeypatch, 1)
    assert len(await anchors(thread)) == 3

    await revise_thread(thread, make.text(CHANGED[0].replace("power the", "power each"), CHANGED[1]))
    assert await db.values("select number from revision where unmoved is not null order by number") == [1, 2]
    await anchor_moves.move_waiting()

    assert await anchors(thread) == MOVED
    assert not await db.value(IS_UNMOVED)


async def test_a_batch_that_a_revision_overtook_is_found_in_the_newest_text(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread, _ = await long_thread()
    await revise_thread(thread, make.text(*CHANGED))
    locate = anchor_moves.locate

    async def revised_meanwhile(*args: Any) -> Any:
        monkeypatch.setattr(anchor_moves, "locate", locate)
        found = await locate(*args)
        await revise_thread(thread, make.text(*WORDS))
        return found

    monkeypatch.setattr(anchor_moves, "locate", revised_meanwhile)
    await anchor_moves.move_waiting()
    assert await anchors(thread) == {"same ": MANY}


async def test_a_comment_placed_by_hand_stays_where_it_was_placed(app: Litestar) -> None:
    thread, [first, second] = await long_thread()
    placed = await db.value("select min(id) from comment where thread = $1 and passage = $2", thread, second)
    await revise_thread(thread, make.text(*CHANGED), placed={placed: "the answer cost"})
    await anchor_moves.move_waiting()
    assert (
        await db.value("select words from comment where id = $1 and passage = $2", placed, first) == "the answer cost"
    )


@pytest.mark.committed
async def test_a_reply_gets_in_between_two_batches(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    thread, _ = await long_thread()
    parent = await db.value("select min(id) from comment where thread = $1", thread)
    who = await make.member()
    await revise_thread(thread, make.text(*CHANGED))
    original, replies = anchor_moves._move_if_newest, list[asyncio.Task[int]]()

    async def moves(*args: Any) -> bool:
        """While a batch is moved, somebody replies; the next batch waits until they have."""
        await asyncio.gather(*replies)
        moved = await original(*args)
        replies.append(asyncio.create_task(make.comment(thread, who, parent=parent), context=contextvars.Context()))
        await asyncio.sleep(0.05)
        assert not replies[-1].done(), "it waits for this batch"
        return moved

    monkeypatch.setattr(anchor_moves, "_move_if_newest", moves)
    async with asyncio.timeout(60):
        await anchor_moves.move_waiting()
        await asyncio.gather(*replies)

    assert len(replies) == 3
    assert await anchors(thread) == MOVED
    assert (await db.values(KINDS, thread))[:4] == [
        "comment.posted",
        "anchors.moved",
        "comment.posted",
        "comment.posted",
    ]


@pytest.mark.committed
async def test_a_worker_that_is_killed_between_two_batches_goes_on_with_the_rest(app: Litestar) -> None:
    thread, _ = await long_thread()
    await revise_thread(thread, make.text(*CHANGED))
    env = os.environ | {"FAULT_AT": "anchors moved", "PARLEY_LOG": "error"}

    left = [MANY]
    for ending in (-signal.SIGKILL,) * 3 + (0,):
        process = command.start(move_anchors, env)
        await asyncio.to_thread(process.join, command.SECONDS)
        assert process.exitcode == ending
        left.append((await anchors(thread))["same "])
        assert await counts.find_drifted(thread - 1, thread) == []

    assert left == [MANY, MANY - anchor_moves.BATCH, anchor_moves.BATCH, 0, 0]
    assert not await db.value(IS_UNMOVED)
