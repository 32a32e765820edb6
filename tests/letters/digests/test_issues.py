"""Planning, building, rendering and settling issues."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import asyncpg
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.threads.reading import open_thread
from parley.letters.digests import items, jobs, mailing, ops
from parley.letters.digests.queries import subscription_of
from parley.letters.digests.schedule import Schedule
from parley.letters.news import queries as selection_queries
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts import blocks, hooks, queries
from parley.people.accounts.viewer import Viewer
from parley.people.mail.sending import deliver_due
from parley.platform import db
from parley.platform.settings import settings
from parley.site.retention import remove_expired
from tests import make
from tests.letters.digests.issuing import (
    due,
    issue,
    issue_for,
    items_of,
    kinds,
    mail_of,
    next_week,
    reader,
    reviewed,
    state,
    thread_with_sides,
    voted_up,
)

pytestmark = pytest.mark.anyio

SELECT_COUNTED = "select unread, round(extract(epoch from now() - since) / 86400)::int as days from issue_item"

# Something happens with a comment, or between its author and the reader.
End = Callable[[Viewer, int], Awaitable[None]]


class CountedItem(msgspec.Struct, frozen=True):
    """How many comments an item says are new, and since how many days."""

    unread: int
    days: int


async def shut_out(viewer: Viewer, author: int, kind: blocks.Kind) -> None:
    name = await db.value("select name from member where id = $1", author)
    other = await queries.by_name(name)
    assert other is not None
    await blocks.put(viewer, other, kind, on=True)


async def author_of(comment: int) -> int:
    found: int = await db.value("select author from comment where id = $1", comment)
    return found


async def test_an_issue_quotes_one_perspective_of_each_side(app: Litestar) -> None:
    mira = await reader()
    _, supports, challenges = await thread_with_sides()

    number = await issue_for(mira)

    assert await items_of(number) == [supports, challenges]
    assert await state(number) == "posted"
    letter = await reviewed(number)
    assert letter is not None
    for words in ("It is right, and here is why.", "It is wrong, and here is why."):
        assert words in letter.text
        assert words in (letter.html or "")


async def test_a_perspective_about_the_whole_article_comes_with_the_opening_of_the_article(app: Litestar) -> None:
    mira = await reader("mira")
    thread, supports, _ = await thread_with_sides()
    begins = await db.value(
        """select p.text from thread t join revision r on r.article = t.article and r.number = t.revision
           join passage p on p.revision = r.id and p.kind = 'paragraph' where t.id = $1 order by position limit 1""",
        thread,
    )
    await db.execute("update comment set quote = 'A sentence.' where id = $1", supports)

    found = await items.readable(await issue_for(mira))

    assert {one.comment == supports: one.opening for one in found} == {True: "", False: begins}


async def test_the_queue_contains_no_comments_and_the_sent_letter_does(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    number = await issue_for(mira)
    waiting = await db.value("select subject || text || coalesce(html, '') from mail")

    assert await deliver_due() == 1

    assert "here is why" not in waiting
    assert await state(number) == "sent"
    [sent] = (settings().data / "mail").glob(f"*{await mail_of(number):06}-digest.eml")
    words = message_from_bytes(sent.read_bytes(), policy=default).get_body(("plain",))
    assert words is not None
    assert "It is right, and here is why." in words.get_content()


async def test_an_empty_issue_is_not_sent(app: Litestar) -> None:
    mira = await reader()

    number = await issue_for(mira)

    assert await state(number) == "empty"
    assert await db.value("select count(*) from mail") == 0


@pytest.mark.parametrize("joined", ["60 days", "10 minutes"])
@pytest.mark.parametrize("votes", [0, 1])
async def test_only_what_readers_value_by_an_account_of_some_age_is_recommended(
    app: Litestar, joined: str, votes: int
) -> None:
    mira = await reader()
    thread = await make.thread()
    await db.execute("update thread set created_at = now() - interval '40 days' where id = $1", thread)
    comment = await make.comment(thread, await make.member(), "Something new.")
    for _ in range(votes):
        await make.vote(await make.member(), comment)
    age = "update member set created_at = now() - $2::text::interval where id = $1"
    await db.execute(age, await author_of(comment), joined)

    number = await issue_for(mira)

    assert (await state(number) == "posted") == (votes == 1 and joined == "60 days")


async def test_no_issue_repeats_an_item_of_an_earlier_one(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    first = await issue_for(mira)
    await next_week(mira)
    _, *new = await thread_with_sides()

    second = await issue_for(mira)

    assert await items_of(second) == new
    assert not set(await items_of(first)) & set(await items_of(second))


async def test_the_database_refuses_to_store_an_item_twice(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    first = await issue_for(mira)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with db.atomic():
            await items.put(await items.readable(first))


async def test_a_period_has_one_issue_however_often_it_is_planned(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    first = await issue_for(mira)
    await thread_with_sides()
    await due(mira)

    assert await issue() == []
    assert await db.values("select id from issue") == [first]


async def test_comments_read_on_the_site_are_not_included(app: Litestar) -> None:
    mira = await reader()
    thread, *_ = await thread_with_sides()
    await open_thread(mira.id, thread)

    assert await state(await issue_for(mira)) == "empty"


async def test_comments_after_a_visit_come_with_the_number_of_new_ones(app: Litestar) -> None:
    mira = await reader()
    thread, *_ = await thread_with_sides()
    await db.execute("update comment set created_at = now() - interval '3 days'")
    await open_thread(mira.id, thread)
    await db.execute("update visit set seen_at = now() - interval '2 days', read_until = now() - interval '2 days'")
    new = [await voted_up(thread) for _ in range(3)]

    number = await issue_for(mira)

    assert await kinds(number) == ["read"]
    assert (await items_of(number))[0] in new
    letter = await reviewed(number)
    assert letter is not None
    assert "You read this thread: 3 new since" in letter.text


async def test_comments_of_members_whom_the_reader_muted_are_not_counted(app: Litestar) -> None:
    mira = await reader()
    thread = await make.thread()
    await open_thread(mira.id, thread)
    await db.execute("update visit set seen_at = now() - interval '2 days', read_until = now() - interval '2 days'")
    await muted(mira, await voted_up(thread))
    await voted_up(thread)

    await issue_for(mira)

    assert await db.values("select unread from issue_item") == [1]


async def test_more_new_comments_than_are_considered_are_not_counted(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = selection_queries.SELECT_VISITED.replace(str(selection_queries.MAX_COUNTED), "2")
    monkeypatch.setattr(selection_queries, "SELECT_VISITED", few)
    mira = await reader()
    thread = await make.thread()
    await open_thread(mira.id, thread)
    await db.execute("update visit set seen_at = now() - interval '2 days', read_until = now() - interval '2 days'")
    await collapsed(mira, await voted_up(thread))
    await voted_up(thread)

    await issue_for(mira)

    assert await db.values("select unread from issue_item") == [0]


async def test_after_a_long_absence_new_comments_are_counted_from_the_day_that_is_named(app: Litestar) -> None:
    mira = await reader()
    thread, *_ = await thread_with_sides()
    await db.execute("update comment set created_at = now() - interval '40 days'")
    await open_thread(mira.id, thread)
    await db.execute("update visit set seen_at = now() - interval '45 days', read_until = now() - interval '45 days'")
    await voted_up(thread)

    await issue_for(mira)

    assert await db.fetch(CountedItem, SELECT_COUNTED) == [CountedItem(unread=1, days=30)]


async def test_a_reply_to_a_removed_comment_is_not_recommended(app: Litestar) -> None:
    """Nobody could understand it without the page."""
    mira = await reader()
    thread, *_ = await thread_with_sides()
    parent = await voted_up(thread)
    await db.execute("update comment set created_at = now() - interval '3 days'")
    await open_thread(mira.id, thread)
    await db.execute("update visit set seen_at = now() - interval '2 days', read_until = now() - interval '2 days'")
    reply = await make.comment(thread, await make.member(), "Because of that.", parent=parent)
    await make.vote(await make.member(), reply)
    assert await items_of(await issue_for(mira)) == [reply]

    await db.execute("delete from issue_item")
    await db.execute("update comment set state = 'deleted_by_author' where id = $1", parent)
    await next_week(mira)

    assert reply not in await items_of(await issue_for(mira))


async def test_comments_on_the_article_come_before_replies(app: Litestar) -> None:
    mira = await reader()
    thread = await make.thread()
    await open_thread(mira.id, thread)
    await db.execute("update visit set seen_at = now() - interval '1 hour', read_until = now() - interval '1 hour'")
    root = await voted_up(thread, "A perspective.")
    reply = await make.comment(thread, await make.member(), "Why?", parent=root)
    await db.execute("update comment set ups = 1 where id = $1", reply)

    assert await items_of(await issue_for(mira)) == [root]


async def test_items_read_since_the_issue_was_built_are_left_out(app: Litestar) -> None:
    mira = await reader()
    thread, *_ = await thread_with_sides()
    _, *others = await thread_with_sides()
    number = await issue_for(mira)
    assert len(await items_of(number)) == 4
    await open_thread(mira.id, thread)

    letter = await reviewed(number)

    assert letter is not None
    assert await items_of(number) == others


async def test_an_issue_without_remaining_items_is_not_sent_and_its_items_stay_available(app: Litestar) -> None:
    mira = await reader()
    thread, *_ = await thread_with_sides()
    number = await issue_for(mira)
    await open_thread(mira.id, thread)

    assert await reviewed(number) is None
    assert await state(number) == "empty"
    assert await items_of(number) == []


async def hidden(viewer: Viewer, comment: int) -> None:
    await make.put_state("comment", comment, "hidden")


async def removed(viewer: Viewer, comment: int) -> None:
    await make.put_state("comment", comment, "removed")


async def collapsed(viewer: Viewer, comment: int) -> None:
    await db.execute("update comment set collapsed = 'Off topic' where id = $1", comment)


async def reported(viewer: Viewer, comment: int) -> None:
    await reports.report(ReportInput("comment", comment, "civility", "An insult.", await make.member()))


async def thread_reported(viewer: Viewer, comment: int) -> None:
    thread = await db.value("select thread from comment where id = $1", comment)
    await reports.report(ReportInput("article", thread, "civility", "An insult.", await make.member()))


async def voted_down(viewer: Viewer, comment: int) -> None:
    for _ in range(2):
        await make.vote(await make.member(), comment, value=-1)


async def muted(viewer: Viewer, comment: int) -> None:
    await shut_out(viewer, await author_of(comment), "mute")


async def blocked(viewer: Viewer, comment: int) -> None:
    await shut_out(viewer, await author_of(comment), "block")


async def blocked_by_its_author(viewer: Viewer, comment: int) -> None:
    await db.execute(
        "insert into block (member, other, kind, created_at) values ($1, $2, 'block', now())",
        await author_of(comment),
        viewer.id,
    )


async def author_suspended(viewer: Viewer, comment: int) -> None:
    await make.put_state("member", await author_of(comment), "suspended")


async def voted_on_by_the_reader(viewer: Viewer, comment: int) -> None:
    await make.vote(viewer, comment)


ENDS = (
    hidden,
    removed,
    collapsed,
    reported,
    thread_reported,
    voted_down,
    muted,
    blocked,
    blocked_by_its_author,
    author_suspended,
    voted_on_by_the_reader,
)


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
async def test_items_that_may_not_be_read_are_not_chosen(app: Litestar, end: End) -> None:
    mira = await reader()
    thread = await make.thread()
    await open_thread(mira.id, thread)
    await db.execute("update visit set seen_at = now() - interval '1 hour', read_until = now() - interval '1 hour'")
    comment = await voted_up(thread, "A perspective.")
    await end(mira, comment)

    assert await items_of(await issue_for(mira)) == []


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
async def test_items_that_may_no_longer_be_read_are_not_sent(app: Litestar, end: End) -> None:
    mira = await reader()
    thread = await make.thread()
    await open_thread(mira.id, thread)
    await db.execute("update visit set seen_at = now() - interval '1 hour', read_until = now() - interval '1 hour'")
    comment = await voted_up(thread, "A perspective.")
    number = await issue_for(mira)
    assert await items_of(number) == [comment]
    await end(mira, comment)

    assert await reviewed(number) is None


async def test_a_letter_quotes_a_comment_as_it_was_last_edited(app: Litestar) -> None:
    mira = await reader()
    thread = await make.thread()
    comment = await voted_up(thread, "With a mistkae.")
    number = await issue_for(mira)
    await db.execute("update comment set excerpt = 'Without one.' where id = $1", comment)

    letter = await reviewed(number)

    assert letter is not None
    assert "Without one." in letter.text
    assert "mistkae" not in f"{letter.text}{letter.html}"


async def test_the_same_letter_is_written_each_time_it_is_asked_for(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    number = await issue_for(mira)

    assert await reviewed(number) == await reviewed(number)


@pytest.mark.parametrize("outcome", ["unknown", "expired", "failed", "stopped"])
async def test_items_that_may_not_have_arrived_come_in_the_next_issue(app: Litestar, outcome: str) -> None:
    mira = await reader()
    _, *perspectives = await thread_with_sides()
    first = await issue_for(mira)
    await mailing.settled(await mail_of(first), outcome)
    await next_week(mira)

    second = await issue_for(mira)

    assert await state(first) == ("empty" if outcome == "stopped" else outcome)
    assert await items_of(second) == perspectives


async def test_items_that_arrived_are_never_repeated(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    first = await issue_for(mira)
    await mailing.settled(await mail_of(first), "sent")
    await next_week(mira)

    assert await state(await issue_for(mira)) == "empty"
    assert await state(first) == "sent"


async def test_a_cancelled_issue_that_arrived_all_the_same_is_not_repeated(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    first = await issue_for(mira)
    await ops.pause(mira.id, 2)
    await mailing.settled(await mail_of(first), "sent")
    await ops.pause(mira.id, 0)
    await next_week(mira)

    assert await state(await issue_for(mira)) == "empty"


async def test_one_click_stops_what_is_queued_too(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    await issue_for(mira)
    assert await mailing.wanted(mira.id, "")

    await mailing.stop(mira.id, "")

    assert not await mailing.wanted(mira.id, "")
    assert await db.value("select next_at from subscription") is None
    await db.execute("update subscription set next_at = now()")
    assert [await state(one) for one in await issue()] in ([], ["empty"])


@pytest.mark.parametrize("frequency", ["weekly", "daily"])
async def test_stopping_can_be_taken_back(app: Litestar, frequency: str) -> None:
    mira = await reader()
    await ops.set_schedule(mira.id, msgspec.structs.replace(ops.DEFAULT, frequency=frequency))
    await mailing.stop(mira.id, "")
    await mailing.stop(mira.id, "")
    await ops.start(mira.id, "")

    one = await subscription_of(mira.id)
    assert one is not None
    assert one.frequency == frequency
    assert one.next_at is not None
    assert one.next_at > datetime.now(UTC)


async def test_a_pause_holds_back_what_is_queued_and_ends_by_itself(app: Litestar) -> None:
    mira = await reader()
    _, *perspectives = await thread_with_sides()
    await issue_for(mira)
    await ops.pause(mira.id, 2)

    one = await subscription_of(mira.id)
    assert one is not None
    assert one.next_at is not None
    assert not await mailing.wanted(mira.id, "")
    assert timedelta(days=14) <= one.next_at - datetime.now(UTC) + timedelta(minutes=1) <= timedelta(days=22)
    await db.execute("update subscription set paused_until = now() - interval '1 minute'")
    await next_week(mira)
    assert await items_of(await issue_for(mira)) == perspectives


async def test_a_letter_cancelled_by_a_pause_is_not_sent_after_it(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    number = await issue_for(mira)
    await ops.pause(mira.id, 2)
    await ops.pause(mira.id, 0)

    assert await mailing.wanted(mira.id, "")
    assert await reviewed(number) is None


async def test_a_question_that_was_answered_meanwhile_is_not_sent(app: Litestar) -> None:
    mira = await reader()
    thread = await make.thread()
    question = await make.comment(thread, await make.member(), "What is a token?", stance="asks")
    number = await issue_for(mira)
    assert await kinds(number) == ["question"]
    await make.comment(thread, await make.member(), "A piece of a word.", parent=question)

    assert await reviewed(number) is None


async def test_an_inactive_member_is_asked_once(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    await db.execute("update member set seen_at = now() - interval '91 days' where id = $1", mira.id)

    asked = await issue_for(mira)
    letter = await reviewed(asked)
    await next_week(mira)
    await due(mira)

    assert letter is not None
    assert letter.subject == "Do you still want the digest?"
    assert await issue() == []


async def test_a_question_that_was_never_sent_is_asked_again(app: Litestar) -> None:
    mira = await reader()
    await db.execute("update member set seen_at = now() - interval '91 days' where id = $1", mira.id)
    asked = await issue_for(mira)
    await mailing.settled(await mail_of(asked), "expired")
    await next_week(mira)

    again = await issue_for(mira)

    assert await db.values("select list from issue order by id") == ["keep", "keep"]
    assert await reviewed(again) is not None


async def test_a_member_who_answers_or_returns_gets_the_digest_again(app: Litestar) -> None:
    mira = await reader()
    _, *perspectives = await thread_with_sides()
    await db.execute("update member set seen_at = now() - interval '91 days' where id = $1", mira.id)
    asked = await issue_for(mira)
    await db.execute("update subscription set asked_at = asked_at - interval '1 hour'")
    await ops.keep(mira.id)

    assert await reviewed(asked) is None
    await next_week(mira)
    assert await items_of(await issue_for(mira)) == perspectives


async def test_an_issue_that_could_not_be_built_for_a_day_is_not_sent_late(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    await due(mira)
    await jobs.plan(datetime.now(UTC))
    await db.execute("update issue set due_at = now() - interval '25 hours'")
    await jobs.build_all(datetime.now(UTC))

    assert await db.values("select state from issue") == ["empty"]
    assert await db.value("select count(*) from mail") == 0


async def test_an_issue_that_could_not_be_built_does_not_keep_back_the_next_ones(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    await due(mira)
    await jobs.plan(datetime.now(UTC))
    await db.execute("update issue set due_at = now() - interval '25 hours', period = 'earlier'")
    await db.execute(
        """insert into job_failure (job, item, attempts, error, failed_at)
           select 'issues to build', id::text, 8, 'broken', now() from issue"""
    )
    await due(mira)
    await jobs.plan(datetime.now(UTC))
    await db.execute("update issue set due_at = now() where period <> 'earlier'")

    await jobs.build_all(datetime.now(UTC))

    assert await db.values("select state from issue order by id") == ["planned", "posted"]


async def test_a_change_of_zone_in_the_week_gives_neither_two_issues_nor_none(app: Litestar) -> None:
    mira = await reader()
    await thread_with_sides()
    first = await issue_for(mira)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"):
        one = await subscription_of(mira.id)
        assert one is not None
        await ops.set_schedule(mira.id, Schedule("weekly", one.weekday, one.hour, zone))
        assert await issue() == []

    one = await subscription_of(mira.id)
    assert one is not None
    assert one.next_at is not None
    assert timedelta(days=5) < one.next_at - datetime.now(UTC) < timedelta(days=9)
    assert await db.values("select id from issue") == [first]


async def test_a_member_who_confirms_their_address_has_the_digest(app: Litestar) -> None:
    mira = await make.member()
    for hook in hooks.when_verified:
        await hook(mira.id)

    one = await subscription_of(mira.id)
    assert one is not None
    assert one.frequency == "weekly"
    assert one.next_at is not None
    assert one.next_at > datetime.now(UTC)


async def test_two_issues_that_are_due_together_share_no_item(app: Litestar) -> None:
    mira = await reader()
    _, *perspectives = await thread_with_sides()
    for period in ("2026-W48", "2026-11-25"):
        await db.execute(
            "insert into issue (member, period, due_at) values ($1, $2, now() - interval '1 minute')", mira.id, period
        )

    assert await jobs.build_all(datetime.now(UTC)) == 2

    assert await db.values("select state from issue order by id") == ["posted", "empty"]
    assert await db.values("select comment from issue_item order by position") == perspectives


async def test_the_items_of_an_old_issue_are_deleted_with_it(app: Litestar) -> None:
    first = await issue_for(await reader())
    assert await items_of(first) == []
    await thread_with_sides()
    second = await issue_for(await reader())
    assert await items_of(second) != []
    await db.execute("update issue set planned_at = now() - interval '121 days' where id = $1", second)

    await remove_expired()

    assert await db.values("select id from issue where id = any($1)", [first, second]) == [first]
    assert await items_of(second) == []
