"""Moving a comment with its replies and votes: everything that names its thread follows, and undo gives it all back."""

import httpx
import pytest
from litestar import Litestar

from parley.discussion.commenting.drafts import Draft
from parley.discussion.commenting.posting import post_comment
from parley.discussion.comments import moving
from parley.discussion.comments.counts import find_drifted
from parley.discussion.votes import jobs as votes
from parley.interfaces.feeds import queries as feeds
from parley.interfaces.live import queries as live
from parley.interfaces.live import render
from parley.interfaces.search import jobs as search
from parley.letters.for_you import queries as unread
from parley.letters.notifications import jobs as notifications
from parley.moderation.decisions import undoing
from parley.moderation.decisions.rules import Choice, ThreadReference
from parley.moderation.modqueue import in_place
from parley.platform import db
from parley.platform.errors import Refused
from tests import make
from tests.moderation.modlog.replay import differences
from tests.moderation.scenarios.promises import broken, everything

pytestmark = pytest.mark.anyio

# Of each comment: its thread, parent, depth and passage.
WHERE = "select concat_ws(' ', thread, coalesce(parent, 0), depth, coalesce(passage, 0)) from comment where id = $1"
# Tables with a comment and a thread that keep the thread in which something happened.
HISTORY = {"event", "first_comment", "webhook_delivery", "decision"}


class World:
    """A root with two replies on a passage, beside another root, and a thread to move them to."""

    async def build(self) -> "World":
        self.ada, self.ben, self.mo = await make.member(), await make.member(), await make.member(role="moderator")
        self.old, self.new = await make.thread(), await make.thread(topic="policy")
        self.from_passage, *_ = await make.lineages(self.old)
        self.to_passage, *_ = await make.lineages(self.new)
        self.root = await make.comment(
            self.old, self.ada, "The root.", stance="asks", passage=self.from_passage, quote="The model answers"
        )
        self.reply = await make.comment(self.old, self.ben, "A reply.", parent=self.root)
        self.deep = await make.comment(self.old, self.ada, "A deep reply.", parent=self.reply)
        self.other = await make.comment(self.old, self.ben, "Another root.")
        await make.vote(self.ben, self.root)
        await make.vote(self.ada, self.reply, "agreement")
        return self

    @property
    def branch(self) -> list[int]:
        return [self.root, self.reply, self.deep]

    async def move(self, comment: int, thread: int, passage: int | None = None) -> int:
        choice = Choice(0, 0, "move", None, "It is about the other article.", to=ThreadReference(thread, passage))
        return await in_place.decide_on(self.mo, "comment", comment, self.old, choice)

    async def where(self) -> list[str]:
        return [await db.value(WHERE, one) for one in self.branch]


@pytest.fixture
async def world(app: Litestar) -> World:
    return await World().build()


async def sound() -> None:
    """The counters are what a recount gives, and the record leads to the state."""
    assert await broken() == [] and await differences() == []
    assert await find_drifted(0, 2**40) == []


async def test_a_branch_moves_with_its_replies_and_votes(world: World) -> None:
    await world.move(world.root, world.new, world.to_passage)

    assert await world.where() == [
        f"{world.new} 0 0 {world.to_passage}",
        f"{world.new} {world.root} 1 0",
        f"{world.new} {world.reply} 2 0",
    ]
    assert await db.values("select distinct thread from vote") == [world.new]
    assert await db.values("select comment_count from thread order by id") == [1, 3]
    assert await db.value("select stance from comment where id = $1", world.root) == "asks"
    await sound()


async def test_a_reply_becomes_a_top_level_comment_of_another_passage(world: World) -> None:
    passage = (await make.lineages(world.old))[1]
    await world.move(world.reply, world.old, passage)

    assert (await world.where())[1:] == [f"{world.old} 0 0 {passage}", f"{world.old} {world.reply} 1 0"]
    assert await db.value("select reply_count from comment where id = $1", world.root) == 0
    await sound()


@pytest.mark.parametrize("within", [True, False])
async def test_undo_gives_everything_back(world: World, monkeypatch: pytest.MonkeyPatch, *, within: bool) -> None:
    monkeypatch.setattr(undoing, "UNDO_SECONDS", 3_600)
    before, places = await everything(lasting=True), await world.where()
    anchors = await db.values("select to_jsonb(c)::text from comment c order by id")

    await undoing.undo(world.mo, await world.move(world.root, world.old if within else world.new))

    after = await everything(lasting=True)
    assert {**after, "queue_item": ""} == {**before, "queue_item": ""} and await world.where() == places
    assert await db.values("select to_jsonb(c)::text from comment c order by id") == anchors
    await sound()


async def test_undo_follows_a_parent_that_was_moved_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "UNDO_SECONDS", 3_600)
    third = await make.thread()
    moved = await world.move(world.reply, world.new)
    await world.move(world.root, third)

    await undoing.undo(world.mo, moved)

    assert await world.where() == [f"{third} 0 0 0", f"{third} {world.root} 1 0", f"{third} {world.reply} 2 0"]
    assert await db.values("select comment_count from thread order by id") == [1, 0, 3]
    await sound()


async def test_locks_of_branches_follow_only_from_within(world: World) -> None:
    lock = Choice(0, 0, "lock_branch")
    await in_place.decide_on(world.mo, "comment", world.deep, world.old, lock)
    await in_place.decide_on(world.mo, "comment", world.root, world.old, lock)

    await world.move(world.reply, world.new)

    locks = await db.values("select locked_branch from comment where id = any($1) order by id", world.branch)
    assert locks == [world.root, None, world.deep]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("update thread set state = 'locked' where id = $1", "is locked"),
        ("update thread set state = 'archived' where id = $1", "is archived"),
        ("update article set restricted = 'none' where id = (select article from thread where id = $1)", "taken down"),
        ("update article set untitled = true where id = (select article from thread where id = $1)", "taken down"),
        ("select $1::bigint", "does not have this passage"),
    ],
)
async def test_nothing_moves_into_an_archived_or_locked_place(world: World, change: str, sentence: str) -> None:
    await db.execute(change, world.new)
    places = await world.where()

    with pytest.raises(Refused, match=sentence):
        await world.move(world.root, world.new, 10**15)

    assert await world.where() == places and await db.value("select count(*) from decision") == 0


async def test_an_unknown_or_unchanged_destination_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="no such thread"):
        await world.move(world.root, 10**15)
    with pytest.raises(Refused, match="already"):
        await world.move(world.root, world.old, world.from_passage)
    monkeypatch.setattr(moving, "MOST_MOVED", 2)
    with pytest.raises(Refused, match="More than 2 comments"):
        await world.move(world.root, world.new)


async def test_nobody_replies_in_the_old_thread(world: World) -> None:
    await world.move(world.root, world.new)

    with pytest.raises(Refused, match="moved the comment you are replying to"):
        await post_comment(Draft(world.old, world.ben, "Too late.", parent=world.reply))


async def test_search_unread_and_feeds_have_it_in_the_new_thread(world: World) -> None:
    await search.index_events()
    await world.move(world.root, world.new)

    assert set(await db.values("select thread from search_document where kind = 3")) == {world.old, world.new}
    await search.index_events()
    found = await db.values("select thread from search_document where source = any($1) and kind = 3", world.branch)
    assert found == [world.new] * 3
    assert set(await feeds.newest_in_thread(world.new)) == set(world.branch)
    assert await feeds.newest_in_thread(world.old) == [world.other]
    assert {one.id for one in await feeds.deleted_in_thread(world.old)} == set(world.branch)
    await db.execute(
        "insert into follow (member, thread, level, since) values ($1, $2, 'follow', now() - interval '1 day')",
        world.mo.id,
        world.new,
    )
    assert [one.count for one in await unread.threads_with_unread(world.mo.id)] == [3]


async def test_open_pages_see_it_leave_and_arrive(world: World) -> None:
    await world.move(world.root, world.new)

    left = await render.events(await live.events_after(world.old, 0, 100))
    here = await render.events(await live.events_after(world.new, 1, 100))

    words = b"".join(one.message for one in left)
    assert b"The root." not in words and words.count(b"moved this comment") == 3 and b"Another root." in words
    arrived = b"".join(one.message for one in here)
    assert arrived.index(b"The root.") < arrived.index(b"A reply.") < arrived.index(b"A deep reply.")


async def test_the_author_is_told_after_the_time_to_undo(world: World, client: httpx.AsyncClient) -> None:
    await notifications.handle_events()
    await world.move(world.root, world.new)
    await notifications.handle_events()
    await make.sign_in(client, world.ada)
    early = await client.get("/for-you")
    await db.execute("update decision set created_at = created_at - interval '1 minute'")
    page = await client.get("/for-you")

    assert "was moved" not in early.text
    assert "A comment of yours was moved" in page.text and "It is about the other article." in page.text
    assert f"/c/{world.root}" in page.text and page.text.count("replied to you") == 1
    told = await db.values("select distinct thread from notification where comment = any($1)", world.branch)
    assert told == [world.new]


async def test_both_maps_are_counted_again(world: World) -> None:
    await db.execute("insert into perspective_map (thread) values ($1), ($2)", world.old, world.new)
    await world.move(world.root, world.new)

    assert await db.value("select count(*) from perspective_map where counted_at < now() - interval '5 minutes'") == 2


async def test_the_nightly_check_corrects_a_vote_given_meanwhile(world: World) -> None:
    await db.execute("update vote set thread = $1", world.new)
    await votes.check_counters()

    assert await db.values("select distinct thread from vote") == [world.old]


async def test_every_table_that_repeats_a_thread_follows(app: Litestar) -> None:
    tables = await db.values(
        """select table_name from information_schema.columns where table_schema = 'public'
           and column_name in ('thread', 'comment') group by 1 having count(*) = 2"""
    )
    followed = {sql.split()[1] for sql in moving.THREAD_COLUMNS}
    assert set(tables) <= followed | HISTORY


async def test_the_form_moves_it_and_old_addresses_lead_there(client: httpx.AsyncClient, world: World) -> None:
    await make.sign_in(client, world.mo)
    form = await client.get(f"/c/{world.root}/moderate")
    mistaken = await client.post(f"/c/{world.root}/moderate", data={"action": "move", "reason": "Kept words."})
    nowhere = await client.post(f"/c/{world.root}/moderate", data={"action": "move", "to": "elsewhere"})
    address = f"http://localhost{await make.address(world.new)}#p{world.to_passage}"
    moved = await client.post(f"/c/{world.root}/moderate", data={"action": "move", "to": address})
    old = await client.get(f"{await make.address(world.old)}?focus={world.deep}")
    link = await client.get(f"/c/{world.deep}")
    queue = await client.get("/mod/queue")
    log = await client.get("/mod/log")
    await make.sign_in(client, world.ada)

    assert f'value="/t/{world.old}#p{world.from_passage}"' in form.text and "The model answers" in form.text
    assert mistaken.status_code == 422 and "choose a passage" in mistaken.text and "Kept words." in mistaken.text
    assert nowhere.status_code == 422 and "not the address of a thread" in nowhere.text and "elsewhere" in nowhere.text
    assert moved.status_code == 303 and (await world.where())[0] == f"{world.new} 0 0 {world.to_passage}"
    assert old.status_code == 303 and old.headers["location"] == f"/c/{world.deep}"
    assert link.headers["location"] == f"{await make.address(world.new)}?focus={world.deep}#c{world.deep}"
    assert 'value="move"' not in queue.text
    assert f"a passage of thread {world.new}" in log.text
    assert "A comment was moved to another place" in (await client.get("/log")).text
    assert (await client.post(f"/c/{world.root}/moderate", data={"action": "move", "to": "1"})).status_code == 404
