"""Who is notified of what: at most one notification per comment, and no wrong ones."""

import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments import states
from parley.discussion.other_sites.loading import ImportLine, import_discussion
from parley.discussion.threads import ops as threads
from parley.discussion.threads import reading
from parley.letters.notifications import counts, jobs, ops, queries
from parley.own_data.comment_claims import ops as comment_claims
from parley.people.accounts import blocks
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.events.event_log import emit
from tests import make

pytestmark = pytest.mark.anyio


async def notifications_of(who: Viewer) -> list[tuple[str, int | None]]:
    """The kinds and comments of what `who` has to read, the first first."""
    await jobs.handle_events()
    return [(row.kind, row.comment) for row in reversed(await queries.list_page(who.id)) if row.is_unread]


async def shut_out(who: Viewer, other: Viewer, kind: str) -> None:
    person = await accounts.by_name(other.name)
    assert person is not None
    await blocks.put(who, person, kind, on=True)  # type: ignore[arg-type]


@pytest.fixture
async def mira(app: Litestar) -> Viewer:
    return await make.member("mira")


@pytest.fixture
async def jon(app: Litestar) -> Viewer:
    return await make.member("jon")


@pytest.fixture
async def thread(app: Litestar) -> int:
    return await make.thread()


async def test_a_reply_notifies_the_author_of_the_parent_once(mira: Viewer, jon: Viewer, thread: int) -> None:
    root = await make.comment(thread, mira)
    reply = await make.comment(thread, jon, parent=root)

    assert await notifications_of(mira) == [("reply", reply)]
    assert await notifications_of(mira) == [("reply", reply)]
    assert await notifications_of(jon) == []


async def test_nobody_is_notified_of_their_own_comments(mira: Viewer, thread: int) -> None:
    root = await make.comment(thread, mira)
    await make.comment(thread, mira, "To myself, @mira.", parent=root)

    assert await notifications_of(mira) == []


async def test_a_reply_that_also_mentions_is_one_notification(mira: Viewer, jon: Viewer, thread: int) -> None:
    root = await make.comment(thread, mira)
    reply = await make.comment(thread, jon, "Well, @mira, no.", parent=root)

    assert await notifications_of(mira) == [("reply", reply)]


@pytest.mark.parametrize("words", ["So says @mira.", "(@Mira)", "*@mira*", "@mira, @mira and @mira"])
async def test_a_mention_notifies_the_member(mira: Viewer, jon: Viewer, thread: int, words: str) -> None:
    comment = await make.comment(thread, jon, words)

    assert await notifications_of(mira) == [("mention", comment)]


@pytest.mark.parametrize(
    "words", ["mail x@mira", "`@mira`", "    @mira", "> @mira\n\nNo.", "[@mira](http://x.y)", "@mirador"]
)
async def test_code_quotes_links_and_addresses_mention_nobody(
    mira: Viewer, jon: Viewer, thread: int, words: str
) -> None:
    await make.comment(thread, jon, words)

    assert await notifications_of(mira) == []


async def test_an_edit_notifies_only_newly_mentioned_members(mira: Viewer, jon: Viewer, thread: int) -> None:
    ada = await make.member("ada")
    comment = await make.comment(thread, jon, "See @mira.")
    assert await notifications_of(mira) == [("mention", comment)]
    await ops.read_all(mira.id, await db.value("select max(id) from notification"))

    await editing.edit_comment(viewer=jon, comment_id=comment, body="See @mira and @ada.")

    assert await notifications_of(mira) == []
    assert await notifications_of(ada) == [("mention", comment)]


async def test_changes_by_others_and_old_mentions_notify_nobody_again(mira: Viewer, jon: Viewer, thread: int) -> None:
    comment = await make.comment(thread, jon, "See @mira.")
    assert await notifications_of(mira) == [("mention", comment)]
    await db.execute("delete from notification")

    async with db.atomic():
        await emit("comment.edited", thread=thread, comment=comment, actor=None)
    assert await notifications_of(mira) == []
    await editing.edit_comment(viewer=jon, comment_id=comment, body="Look at @Mira.")
    assert await notifications_of(mira) == []


async def test_imported_comments_mention_nobody_when_they_are_claimed_or_restored(mira: Viewer, thread: int) -> None:
    line = ImportLine("a", author="Ada", created_utc=1_400_000_000, body="No, @mira.", email="ada@example.org")
    await import_discussion(thread, [line], lambda _: None)
    ada = await make.member("ada")
    assert await comment_claims.claim(ada) == 1
    assert await notifications_of(mira) == []

    comment = await db.value("select id from comment where author = $1", ada.id)
    await editing.delete_comment(viewer=ada, comment_id=comment)
    await editing.restore_comment(viewer=ada, comment_id=comment)
    assert await notifications_of(mira) == []
    await editing.edit_comment(viewer=ada, comment_id=comment, body="No, @mira, nor @jon.")
    assert await notifications_of(mira) == []


async def test_a_comment_notifies_at_most_ten_mentioned_members(jon: Viewer, thread: int) -> None:
    crowd = [await make.member() for _ in range(15)]

    await make.comment(thread, jon, " ".join(f"@{one.name}" for one in crowd))

    assert [bool(await notifications_of(one)) for one in crowd].count(True) == 10


async def test_commenting_follows_the_thread(mira: Viewer, jon: Viewer, thread: int) -> None:
    await make.comment(thread, mira)
    assert await notifications_of(mira) == []
    news = await make.comment(thread, jon, "Something else.")

    assert await notifications_of(mira) == [("followed", news)]


async def test_unfollowing_lasts_until_the_member_comments_again(mira: Viewer, jon: Viewer, thread: int) -> None:
    await make.comment(thread, mira)
    await jobs.handle_events()
    await ops.unfollow_thread(mira.id, thread, "follow")
    await make.comment(thread, jon, "Unheard.")
    assert await notifications_of(mira) == []

    await _later("follow", "since")
    await make.comment(thread, mira, "Again.")
    await jobs.handle_events()

    assert (await queries.following(mira.id, thread)).level == "follow"


async def test_commenting_does_not_follow_a_muted_thread(mira: Viewer, jon: Viewer, thread: int) -> None:
    await ops.follow_thread(mira.id, thread, "mute")
    root = await make.comment(thread, mira)
    await make.comment(thread, jon, "Well, @mira.", parent=root)

    assert await notifications_of(mira) == []
    assert (await queries.following(mira.id, thread)).level == "mute"


async def test_comments_before_following_give_no_notification(mira: Viewer, jon: Viewer, thread: int) -> None:
    await make.comment(thread, jon)
    await db.execute("update comment set created_at = now() - interval '1 minute'")
    await ops.follow_thread(mira.id, thread, "follow")

    assert await notifications_of(mira) == []


async def test_a_muted_topic_notifies_only_of_followed_threads(mira: Viewer, jon: Viewer) -> None:
    silent, followed = await make.thread(topic="work"), await make.thread(topic="work")
    await ops.follow_topic(mira.id, "work", "mute", on=True)
    await ops.follow_thread(mira.id, followed, "follow")
    await make.comment(silent, jon, "Hello @mira.")
    heard = await make.comment(followed, jon, "Hello @mira.")

    assert await notifications_of(mira) == [("mention", heard)]


async def test_the_starter_of_a_thread_follows_it(mira: Viewer, jon: Viewer) -> None:
    thread = await make.thread(starter=mira)
    await jobs.handle_events()
    news = await make.comment(thread, jon)

    assert await notifications_of(mira) == [("followed", news)]


@pytest.mark.parametrize("kind", ["mute", "block"])
async def test_blocked_and_muted_members_cause_no_notifications(
    mira: Viewer, jon: Viewer, thread: int, kind: str
) -> None:
    await ops.follow_thread(mira.id, thread, "follow")
    await shut_out(mira, jon, kind)
    await make.comment(thread, jon, "Hello @mira.")

    assert await notifications_of(mira) == []


async def test_a_member_is_not_notified_of_comments_by_somebody_who_blocked_them(
    mira: Viewer, jon: Viewer, thread: int
) -> None:
    await shut_out(mira, jon, "block")
    await make.comment(thread, mira, "Hello @jon.")

    assert await notifications_of(jon) == []


async def test_a_held_comment_notifies_once_it_is_approved(mira: Viewer, jon: Viewer, thread: int) -> None:
    comment = await make.comment(thread, jon, "Hello @mira.")
    await make.put_state("comment", comment, "pending")
    assert await notifications_of(mira) == []

    await _move(comment, "visible")

    assert await notifications_of(mira) == [("mention", comment)]


async def test_a_removed_comment_hides_its_notification_until_it_is_restored(
    mira: Viewer, jon: Viewer, thread: int
) -> None:
    comment = await make.comment(thread, jon, "Hello @mira.")
    assert await notifications_of(mira) == [("mention", comment)]
    await _move(comment, "hidden")
    assert await notifications_of(mira) == []
    assert await counts.unread(mira.id) == 0

    await _move(comment, "visible")

    assert await notifications_of(mira) == [("mention", comment)]


async def test_comments_that_most_readers_reject_give_no_notification(mira: Viewer, jon: Viewer, thread: int) -> None:
    comment = await make.comment(thread, jon, "Hello @mira.")
    await make.vote(await make.member(), comment, value=-1)
    assert await notifications_of(mira) == [("mention", comment)]

    await make.vote(await make.member(), comment, value=-1)

    assert await notifications_of(mira) == []


async def test_kinds_that_are_off_give_no_notification(mira: Viewer, jon: Viewer, thread: int) -> None:
    root = await make.comment(thread, mira)
    await make.comment(thread, jon, parent=root)
    await ops.set_channels(mira.id, {"reply": "off", "followed": "off"})

    assert await notifications_of(mira) == []


async def test_with_replies_off_a_reply_that_mentions_notifies_as_a_mention(
    mira: Viewer, jon: Viewer, thread: int
) -> None:
    await ops.set_channels(mira.id, {"reply": "off", "followed": "off"})
    root = await make.comment(thread, mira)
    reply = await make.comment(thread, jon, "Well, @mira.", parent=root)

    assert await notifications_of(mira) == [("mention", reply)]


async def test_a_changed_passage_notifies_its_commenters(mira: Viewer, jon: Viewer, thread: int) -> None:
    first, second, *_ = await make.lineages(thread)
    on_first = await make.comment(thread, mira, "On this.", passage=first)
    await make.comment(thread, jon, "On that.", passage=second)
    await make.comment(thread, await make.member("ada"), "On the whole.")
    await ops.set_channels(mira.id, {"followed": "off"})

    await threads.revise_thread(
        thread, make.text("The model answers before it has read the question.", *make.WORDS[1:])
    )

    assert await notifications_of(mira) == [("revised", on_first)]
    assert "revised" not in dict(await notifications_of(jon))


async def test_a_follower_has_at_most_twenty_unread_notifications_of_a_thread(
    mira: Viewer, jon: Viewer, thread: int
) -> None:
    await ops.follow_thread(mira.id, thread, "follow")
    for _ in range(25):
        await make.comment(thread, jon)

    assert len(await notifications_of(mira)) == 20
    assert await counts.unread(mira.id) == 0


async def test_unverified_and_deactivated_members_get_no_notifications(jon: Viewer, thread: int) -> None:
    uma = await make.member("uma", state="unverified")
    await make.comment(thread, jon, "Hello @uma.")

    assert await notifications_of(uma) == []


async def test_a_mention_leads_to_the_members_page(jon: Viewer, mira: Viewer, thread: int) -> None:
    comment = await make.comment(thread, jon, "Hello @MIRA, and @nobody-here.")

    html = await db.value("select html from comment where id = $1", comment)

    assert '<a href="/u/mira" rel="nofollow ugc noopener">@MIRA</a>' in html
    assert "/u/nobody" not in html


async def _move(comment: int, to: str) -> None:
    async with db.atomic():
        await states.transition(await states.lock_comment(comment), to, actor=None)


async def _later(table: str, column: str) -> None:
    """Let a moment pass between what is there and what comes: all of a test has one time."""
    await db.execute(f"update {table} set {column} = {column} - interval '1 second'")


CROWD = """
with crowd as (
    insert into member (name, name_key, email, email_key, state, created_at)
    select 'm' || n, 'm' || n, n || '@x.y', n || '@x.y', 'active', now() from generate_series(1, 10000) n
    returning id
)
insert into follow (member, thread, level, since) select id, $1, 'follow', now() - interval '1 hour' from crowd
"""


async def test_ten_thousand_followers_cost_the_author_nothing_and_the_worker_one_statement(
    jon: Viewer, thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = db.DB.run

    async def counting(method: str, sql: str, args: tuple[object, ...]) -> object:
        asked.append(sql)
        return await ask(method, sql, args)

    monkeypatch.setattr(db.DB, "run", counting)
    costs = []
    for turn in ("first", "alone", "crowd"):
        if turn == "crowd":
            await db.execute(CROWD, thread)
        asked.clear()
        await make.comment(thread, jon, "News.")
        assert not [sql for sql in asked if "follow" in sql or "notice" in sql]
        asked.clear()
        await jobs.handle_events()
        costs.append(len(asked))

    assert costs[1] == costs[2]
    assert await db.value("select count(*) from notification where kind = 'followed'") == 10_000


async def test_a_batch_of_events_ends_in_time_for_programs_that_follow_them(
    mira: Viewer, jon: Viewer, thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_REACHED", 5)
    for follower in (mira, jon):
        await ops.follow_thread(follower.id, thread, "follow")
    for _ in range(4):
        await make.comment(thread, jon)
    await db.execute("update event set handled_at = now() where kind <> 'comment.posted'")

    await jobs._handle_some()

    assert await db.value(WAITING) == 2
    await jobs.handle_events()
    assert await db.value(WAITING) == 0


WAITING = "select count(*) from event where handled_at is null"


async def test_a_comment_that_was_read_before_its_notification_was_made_is_not_new(app: Litestar) -> None:
    mira, jon, thread = await make.member("mira"), await make.member("jon"), await make.thread()
    own = await make.comment(thread, mira)
    await reading.open_thread(mira.id, thread)
    await db.execute("update visit set read_until = read_until - interval '1 hour'")
    seen, other = [await make.comment(thread, jon, parent=own) for _ in range(2)]
    await reading.mark_read(mira.id, thread, [seen])

    await jobs.handle_events()

    unread = await db.values("select comment from notification where member = $1 and read_at is null", mira.id)
    assert unread == [other]
