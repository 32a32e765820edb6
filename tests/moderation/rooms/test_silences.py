"""Moderators of a topic silence a member there, for a time; it holds nowhere else, and can be undone and appealed."""

from datetime import UTC, datetime

import httpx
import pytest
from msgspec.structs import replace

from parley.discussion.commenting import editing
from parley.moderation.appeals import ops as appeals
from parley.moderation.appeals import queries
from parley.moderation.decisions import jobs, undoing
from parley.moderation.decisions.rules import Choice
from parley.moderation.modqueue import bulk_jobs, in_place
from parley.moderation.modqueue.filters import QueueFilter
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.http.access import ROOM_MODERATOR
from tests import make
from tests.moderation.modqueue.reported import decided, removal, reported, sanctioned
from tests.moderation.rooms.test_rooms import appointed
from tests.own_data.exports.test_exports import exported, lines, mira

__all__ = ["mira"]

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]
SILENCE = Choice(0, 0, "silence_topic", "civility", "Advertising.", 7)
STATE = "select state from decision where id = $1"


async def test_it_holds_in_the_topic_only_and_ends_at_its_time() -> None:
    author, room = await make.member(), await appointed("research")
    own = await make.comment(await make.thread(), author)
    silence = await decided(await reported(author), room, "silence_topic", days=3)

    with pytest.raises(Refused, match="cannot write in this topic until"):
        await make.comment(await make.thread(), author)
    with pytest.raises(Refused):
        await editing.edit_comment(viewer=author, comment_id=own, body="Another insult.")
    with pytest.raises(Refused):
        await make.thread(starter=author)
    assert await make.comment(await make.thread(topic="work", starter=author), author)
    assert await db.value("select state from member where id = $1", author.id) == "active"

    await db.execute("update decision set until = now() where id = $1", silence)
    assert await make.comment(await make.thread(), author)
    await jobs.end_sanctions()
    assert await db.value(STATE, silence) == "ended"
    assert await db.value("select count(*) from mod_action where action = 'end' and decision = $1", silence) == 1


async def test_it_goes_with_a_removal_and_both_are_undone_together(client: httpx.AsyncClient) -> None:
    author, room = await make.member(), await appointed("research")
    item = await reported(author)
    await make.sign_in(client, room)
    assert '<option value="silence_topic"' in (await client.get(f"/mod/item/{item}")).text

    fields = await removal(item) | {"also": "silence_topic", "until": "7"}
    assert (await client.post(f"/mod/item/{item}/decide", data=fields)).status_code == 303
    silence, first = await db.values("select id from decision order by id desc limit 2")
    with pytest.raises(Refused):
        await make.comment(await make.thread(), author)
    await undoing.undo(room, first)

    assert await db.value(STATE, silence) == "undone"
    assert await make.comment(await make.thread(), author)
    assert await db.value("select count(*) from mail where kind like 'decision.%'") == 0


async def test_the_member_reads_why_and_appeals_to_another_moderator_of_the_topic(client: httpx.AsyncClient) -> None:
    author, first, second = await make.member(), await appointed("research"), await appointed("research")
    other, thread = await appointed("work"), await make.thread()
    silence = await sanctioned(await reported(author), first, author, "silence_topic", 30)
    await make.sign_in(client, author)

    assert "cannot write in this topic until" in (await client.get(f"/t/{thread}/x", follow_redirects=True)).text
    reasons = (await client.get(f"/decision/{silence}")).text
    assert "You cannot write in a topic" in reasons and "It insults somebody." in reasons
    assert "It insults somebody." in await db.value("select text from mail where kind = $1", f"decision.{silence}")
    appeal = await appeals.file(decision=silence, text="It was a quotation.")
    waiting = [[row.id for row in await queries.waiting(who) if row.kind == "appeal"] for who in (first, second, other)]
    assert waiting == [[], [appeal], []]
    await appeals.decide(second, appeal, outcome="overturned", answer="It was one.")

    assert await make.comment(thread, author)


async def test_two_rooms_see_nothing_of_each_others_silences(client: httpx.AsyncClient) -> None:
    author, research, work = await make.member(), await appointed("research"), await appointed("work")
    first = await decided(await reported(author), research, "silence_topic", days=3)
    await make.comment(elsewhere := await make.thread(topic="work"), author)
    second = await in_place.decide_on_author(work, author.id, elsewhere, replace(SILENCE, reason="Only in work."))

    await make.sign_in(client, work)
    assert (await client.get(f"/decision/{first}")).status_code == 404
    record = (await client.get("/mod/log")).text
    assert "Only in work." in record and "It insults somebody." not in record
    await undoing.undo(research, first)

    assert await db.value(STATE, second) == "in_force"
    assert await make.comment(await make.thread(), author)


async def test_an_appeal_shortens_it_and_the_export_has_it(client: httpx.AsyncClient, mira: Viewer) -> None:
    first, second = await appointed("research"), await appointed("research")
    silence = await decided(await reported(mira), first, "silence_topic", days=30)
    appeal = await appeals.file(decision=silence, text="It was a quotation.")
    await appeals.decide(second, appeal, outcome="modified", answer="A day.", action="silence_topic", days=1)

    assert await db.value("select until < now() + interval '2 days' from decision where id = $1", silence)
    with pytest.raises(Refused):
        await make.comment(await make.thread(), mira)
    own = lines(await exported(client, mira), "decisions.jsonl")
    assert [(row["action"], row["reason"]) for row in own] == [("silence_topic", "It insults somebody.")]


async def test_nobody_silences_elsewhere_staff_or_who_moderates_the_topic() -> None:
    author, room, second = await make.member(), await appointed("research"), await appointed("research")
    item = await reported(author)

    with pytest.raises(NotFound):
        await decided(item, await appointed("work"), "silence_topic", days=3)
    for somebody in (second, await make.member(role="moderator")):
        with pytest.raises(Forbidden):
            await decided(await reported(somebody), room, "silence_topic", days=3)
    assert room.access is ROOM_MODERATOR
    assert await decided(item, await make.member(role="moderator"), "silence_topic", days=None)


async def test_one_decision_on_all_silences_each_author_once_and_is_undone() -> None:
    author, room = await make.member(), await appointed("research")
    for _ in range(3):
        await reported(author)
    remove = Choice(0, 0, "remove", "civility", "Advertising.")
    bulk = await bulk_jobs.start(room, QueueFilter(kind="reported"), datetime.now(UTC), remove, SILENCE)
    await bulk_jobs.work_off()

    assert await db.value("select count(*) from decision where action = 'silence_topic'") == 1
    with pytest.raises(Refused):
        await make.comment(await make.thread(), author)
    await bulk_jobs.undo(room, bulk)
    await bulk_jobs.work_off()
    assert await make.comment(await make.thread(), author)
