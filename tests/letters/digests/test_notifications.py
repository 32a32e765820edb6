"""Notifications in the digest: where the member chose that, and never both there and in another mail."""

import pytest
from litestar import Litestar

from parley.discussion.threads.ops import revise_thread
from parley.discussion.threads.reading import open_thread
from parley.letters.digests import mailing
from parley.letters.news.selection import SIDES
from parley.letters.notifications import jobs as notifications
from parley.letters.notifications import mailing as replies
from parley.letters.notifications import ops as following
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.letters.digests.issuing import (
    due,
    issue,
    issue_for,
    items_of,
    kinds,
    next_week,
    reader,
    reviewed,
    voted_up,
)

pytestmark = pytest.mark.anyio

SENTENCE = "The model answers before it has understood the question."


@pytest.fixture
async def mira(app: Litestar) -> Viewer:
    return await reader("mira")


async def an_hour_passes() -> None:
    """Else all that happens in a test happens in the same moment."""
    await db.execute("update comment set created_at = created_at - interval '1 hour'")
    await db.execute("update revision set created_at = created_at - interval '1 hour'")
    await db.execute("update thread set created_at = created_at - interval '1 hour'")


async def answered(mira: Viewer, who: Viewer | None = None) -> int:
    """Mira wrote, and somebody answered."""
    thread = await make.thread()
    root = await make.comment(thread, mira, "What do you mean by understanding?")
    await an_hour_passes()
    reply = await make.comment(thread, who or await make.member("jon"), "What a child means by it.", parent=root)
    await notifications.handle_events()
    return reply


async def test_a_reply_comes_in_the_digest_of_a_member_who_chose_that(mira: Viewer) -> None:
    await following.set_channels(mira.id, {"reply": "digest"})
    reply = await answered(mira)

    number = await issue_for(mira)

    assert await kinds(number) == ["reply"]
    assert await items_of(number) == [reply]
    letter = await reviewed(number)
    assert letter is not None
    assert letter.subject.startswith("jon replies to you: The wager")
    assert "to you: What do you mean by understanding?" in letter.text
    assert "Replies to you, today" in letter.text


async def test_a_reply_that_was_mailed_is_in_no_digest(mira: Viewer) -> None:
    await answered(mira)

    assert await items_of(await issue_for(mira)) == []


async def test_a_reply_that_was_read_on_the_site_is_not_sent(mira: Viewer) -> None:
    await following.set_channels(mira.id, {"reply": "digest"})
    await answered(mira)
    number = await issue_for(mira)
    await following.read_all(mira.id, await db.value("select max(id) from notification"))

    assert await reviewed(number) is None


@pytest.mark.parametrize("channel", ["page", "off", "mail"])
async def test_a_changed_channel_applies_to_a_queued_letter(mira: Viewer, channel: str) -> None:
    await following.set_channels(mira.id, {"reply": "digest"})
    await answered(mira)
    number = await issue_for(mira)
    await following.set_channels(mira.id, {"reply": channel})

    letter = await reviewed(number)

    # By mail at once is for answers to come: what no letter told still comes here.
    assert (letter is not None) == (channel == "mail")


async def test_a_followed_thread_comes_with_the_number_of_new_comments(mira: Viewer) -> None:
    thread = await make.thread()
    await following.follow_thread(mira.id, thread, "follow")
    new = [await voted_up(thread) for _ in range(3)]
    await notifications.handle_events()

    number = await issue_for(mira)

    assert await kinds(number) == ["followed"]
    assert (await items_of(number))[0] in new
    letter = await reviewed(number)
    assert letter is not None
    assert "You follow this thread: 3 new since today" in letter.text


async def test_a_followed_thread_comes_with_both_sides_whatever_was_notified(mira: Viewer) -> None:
    thread = await make.thread()
    await following.follow_thread(mira.id, thread, "follow")
    await open_thread(mira.id, thread)
    await db.execute("update visit set seen_at = now() - interval '1 hour', read_until = now() - interval '1 hour'")
    perspectives = [await make.comment(thread, await make.member(), "Words.", stance=side) for side in SIDES]
    await db.execute("update thread_stats set disagreement = $2 where thread = $1", thread, perspectives)
    await notifications.handle_events()
    await db.execute("delete from notification where comment <> $1", perspectives[0])

    number = await issue_for(mira)

    assert await kinds(number) == ["followed", "followed"]
    assert await items_of(number) == perspectives
    assert await reviewed(number) is not None


async def test_a_followed_thread_with_channel_page_is_in_no_digest(mira: Viewer) -> None:
    thread = await make.thread()
    await following.follow_thread(mira.id, thread, "follow")
    await following.set_channels(mira.id, {"followed": "page"})
    await open_thread(mira.id, thread)
    await db.execute("update visit set seen_at = now() - interval '1 hour', read_until = now() - interval '1 hour'")
    await voted_up(thread)
    await notifications.handle_events()

    assert "followed" not in await kinds(await issue_for(mira))
    assert "read" not in await kinds(await db.value("select max(id) from issue"))


async def test_a_muted_thread_is_left_out_even_of_a_queued_letter(mira: Viewer) -> None:
    thread = await make.thread()
    await voted_up(thread)
    number = await issue_for(mira)
    assert len(await items_of(number)) == 1
    await following.follow_thread(mira.id, thread, "mute")

    assert await reviewed(number) is None
    await next_week(mira)
    assert await items_of(await issue_for(mira)) == []


async def test_a_muted_topic_is_left_out(mira: Viewer) -> None:
    await voted_up(await make.thread(topic="policy"))
    await following.follow_topic(mira.id, "policy", "mute", on=True)

    assert await items_of(await issue_for(mira)) == []


async def test_a_followed_topic_counts_as_the_readers_own(mira: Viewer) -> None:
    await following.follow_topic(mira.id, "work", "follow", on=True)
    for topic in ("work", "policy"):
        await voted_up(await make.thread(topic=topic))

    assert await kinds(await issue_for(mira)) == ["best", "elsewhere"]


async def test_a_daily_digest_has_a_weekly_topic_once_a_week(mira: Viewer) -> None:
    await following.set_topics(mira.id, {"policy": "weekly"})
    comment = await voted_up(await make.thread(topic="policy"))
    await due(mira)
    await db.execute(
        "update subscription set frequency = 'daily', weekday = weekday % 7 + 1 where member = $1", mira.id
    )
    assert await kinds((await issue())[0]) == []

    await next_week(mira)
    await due(mira)
    assert await items_of((await issue())[0]) == [comment]


async def test_a_topic_that_comes_once_a_week_is_in_each_weekly_digest(mira: Viewer) -> None:
    await following.set_topics(mira.id, {"policy": "weekly"})
    comment = await voted_up(await make.thread(topic="policy"))

    assert await items_of(await issue_for(mira)) == [comment]


async def test_a_changed_passage_is_included_once(mira: Viewer) -> None:
    thread = await make.thread()
    lineage = (await make.lineages(thread))[0]
    await make.comment(thread, mira, "No.", passage=lineage, quote="before it has understood")
    await an_hour_passes()
    changed = SENTENCE.replace("before it has understood the", "long before it has understood any")
    article = make.text(changed, *make.WORDS[1:], title="The wager")
    await revise_thread(thread, article)
    await notifications.handle_events()

    number = await issue_for(mira)

    assert await kinds(number) == ["revised"]
    letter = await reviewed(number)
    assert letter is not None
    assert "long before it has understood any" in " ".join(letter.text.split())
    await next_week(mira)
    assert await kinds(await issue_for(mira)) == []


async def test_notifications_of_a_lost_letter_come_again(mira: Viewer) -> None:
    await following.set_channels(mira.id, {"reply": "digest"})
    reply = await answered(mira)
    first = await issue_for(mira)
    await mailing.settled(await db.value("select mail from issue where id = $1", first), "unknown")
    await next_week(mira)

    assert await items_of(await issue_for(mira)) == [reply]


async def test_a_reply_in_a_followed_thread_of_a_muted_topic_is_included(mira: Viewer) -> None:
    await following.set_channels(mira.id, {"reply": "digest"})
    reply = await answered(mira)
    await following.follow_topic(mira.id, "research", "mute", on=True)

    number = await issue_for(mira)

    assert await items_of(number) == [reply]
    assert await reviewed(number) is not None


async def test_a_reply_that_was_to_be_mailed_comes_if_the_channel_changed_before(mira: Viewer) -> None:
    reply = await answered(mira)
    await following.set_channels(mira.id, {"reply": "digest"})

    number = await issue_for(mira)

    assert await items_of(number) == [reply]
    assert await reviewed(number) is not None


async def test_a_reply_whose_letter_was_stopped_comes_in_the_digest(mira: Viewer) -> None:
    reply = await answered(mira)
    [queued] = await db.values("select id from mail where list = 'replies' and member = $1", mira.id)
    await replies.settled(queued, "stopped")

    assert await items_of(await issue_for(mira)) == [reply]


async def test_old_notifications_are_not_included(mira: Viewer) -> None:
    await following.set_channels(mira.id, {"reply": "digest"})
    await answered(mira)
    for table in ("notification", "comment", "thread"):
        await db.execute(f"update {table} set created_at = now() - interval '31 days'")

    assert await kinds(await issue_for(mira)) == []
