"""A reader that reconnects resumes after its last event: nothing is missing, nothing is repeated."""

import pytest

from parley.discussion.commenting import editing
from parley.platform import db
from tests import make
from tests.interfaces.live.forum import Forum, Web, assert_all_have_the_truth, browser_of
from tests.interfaces.live.reader import Reader

pytestmark = pytest.mark.anyio


async def test_a_broken_connection_resumes_after_its_last_event(forum: Forum, web: Web, thread: int) -> None:
    ada = await make.member()
    async with Reader([web.address], thread, last=0) as reader:
        for place in range(4):
            await make.comment(thread, ada, f"Before the cut, {place}.")
            await reader.until(lambda one, wanted=place: len(one.comments) > wanted)
            await reader.cut()
            await make.comment(thread, ada, f"While away, {place}.")
        await assert_all_have_the_truth([reader], thread, forum.servers.database_url)


async def test_the_header_wins_over_the_address(forum: Forum, web: Web, thread: int) -> None:
    """A browser reconnects to the same address, which has the event number of the page as it was loaded."""
    ada = await make.member()
    for place in range(3):
        await make.comment(thread, ada, f"Said {place}.")
    newest = await db.value("select last_seq from thread where id = $1", thread)
    async with Reader([web.address], thread, last=0) as reader:
        reader.seqs.append(newest - 1)
        await reader.until(lambda one: one.seqs[-1] == newest)
        assert reader.seqs == [newest - 1, newest]


async def test_missed_scores_come_first_and_without_an_event_number(forum: Forum, web: Web, thread: int) -> None:
    ada, ben = await make.member(), await make.member()
    target = await make.comment(thread, ada)
    newest = await db.value("select last_seq from thread where id = $1", thread)
    await make.vote(ben, target)
    await make.comment(thread, ada, "Said after the vote.")
    async with Reader([web.address], thread, last=newest) as reader:
        await reader.until(lambda one: len(one.seqs) == 1)
        told = reader.raw.split("\n\n")
        assert f"c{target}-score b" in told[1]
        assert "id:" not in told[1]
        assert told[2].startswith(f"id: {newest + 1}\n")


@pytest.mark.parametrize("made_up", ["999999999", "-1", "x", "1e3", "99999999999999999999999", "٣"])
async def test_an_event_number_from_the_future_hides_no_new_events(
    forum: Forum, web: Web, thread: int, made_up: str
) -> None:
    ada = await make.member()
    async with Reader([web.address], thread) as reader:
        reader.last = made_up  # type: ignore[assignment]
        await reader.open()
        comment = await make.comment(thread, ada)
        await reader.until(lambda one: comment in one.comments)


async def test_a_reader_that_missed_too_much_has_to_load_the_page_again(forum: Forum, web: Web, thread: int) -> None:
    ada = await make.member()
    comment = await make.comment(thread, ada)
    for place in range(201):
        await editing.edit_comment(viewer=ada, comment_id=comment, body=f"Edit {place}.")
    async with Reader([web.address], thread, last=0) as reader:
        await reader.until(lambda one: one.resyncs == 1)
        await make.comment(thread, ada, "Still heard.")
        await reader.until(lambda one: len(one.comments) == 1)
    async with Reader([web.address], thread, last=10) as near:
        await near.until(lambda one: len(one.seqs) == 194)
        assert near.resyncs == 0


async def test_a_page_says_where_its_stream_begins(forum: Forum, web: Web, thread: int) -> None:
    ada = await make.member()
    await make.comment(thread, ada)
    newest = await db.value("select last_seq from thread where id = $1", thread)
    async with browser_of() as browser:
        page = await browser.get(web.address + await make.address(thread))
    assert f'<div id="live" data-last="{newest}">' in page.text


@pytest.mark.usefixtures("no_hourly_limit")
async def test_readers_that_join_in_a_burst_of_comments_lose_none(forum: Forum, web: Web, thread: int) -> None:
    ada = await make.member()
    readers: list[Reader] = []
    for place in range(40):
        await make.comment(thread, ada, f"In the burst, {place}.")
        if place % 4 == 0:
            readers.append(await Reader([web.address], thread, last=0).__aenter__())
    try:
        await assert_all_have_the_truth(readers, thread, forum.servers.database_url)
    finally:
        for reader in readers:
            await reader.__aexit__()
