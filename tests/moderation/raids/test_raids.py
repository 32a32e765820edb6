"""In raid mode comments wait for a moderator: of newcomers, with links, or all, on the site or in one topic."""

import httpx
import pytest

from parley.discussion.commenting import editing
from parley.discussion.threads import queries as threads
from parley.moderation.matching import facts
from parley.moderation.raids import ops
from parley.moderation.signups import queries as signups
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]


async def regular() -> Viewer:
    """A member of the highest trust: ten comments on six days, which somebody read."""
    member, reader = await make.member(), await make.member()
    for number in range(10):
        thread = await make.thread()
        comment = await make.comment(thread, member, f"What I think of part {number}.")
        await db.execute(
            "update comment set created_at = now() - $2 * interval '1 day' where id = $1", comment, 3 + number % 6
        )
        await db.execute("insert into visit (member, thread, seen_at) values ($1, $2, now())", reader.id, thread)
    return member


async def posted(author: Viewer, body: str = "I see it otherwise.", topic: str = "research") -> str:
    comment = await make.comment(await make.thread(topic=topic), author, body)
    state: str = await db.value("select state from comment where id = $1", comment)
    return state


async def begin(holds: str, topic: str | None = None, by: Viewer | None = None, *, closes: bool = False) -> int:
    by = by or await make.member(role="moderator")
    return await ops.begin(by, ops.Switch(topic, holds, 3, closes))


async def test_newcomers_wait_and_regulars_post_as_before() -> None:
    member, newcomer = await regular(), await make.member()
    raid = await begin("newcomers")

    assert await posted(member) == "visible"
    assert await posted(newcomer) == "pending"
    await ops.end(await make.member(role="moderator"), raid)
    assert await posted(newcomer) == "visible"


async def test_it_ends_by_itself() -> None:
    raid = await begin("all")
    assert await posted(await make.member()) == "pending"

    await db.execute("update raid set until = now() - interval '1 second' where id = $1", raid)

    assert await posted(await make.member()) == "visible"


async def test_links_or_all_in_one_topic_only() -> None:
    await begin("links", "research")
    member = await make.member()
    assert await posted(member, "See https://example.org/a") == "pending"
    assert await posted(member) == "visible"
    assert await posted(member, "See https://example.org/a", "work") == "visible"


async def test_neither_an_edit_nor_an_older_comment_is_a_way_around() -> None:
    member, thread = await make.member(), await make.thread()
    old = await make.comment(thread, member, "Harmless.")
    raid = await begin("all")
    held = await make.comment(thread, member, "Spam for you.")

    await editing.edit_comment(viewer=member, comment_id=held, body="Harmless after all.")
    with pytest.raises(Refused):
        await editing.edit_comment(viewer=member, comment_id=old, body="Spam for you.")
    await ops.end(await make.member(role="moderator"), raid)
    await editing.edit_comment(viewer=member, comment_id=held, body="More spam for you.")

    assert await db.value("select state from comment where id = $1", held) == "pending"


async def test_a_raid_of_thirty_new_accounts_reaches_no_reader(client: httpx.AsyncClient) -> None:
    member, thread = await regular(), await make.thread()
    await begin("newcomers")

    for _ in range(30):
        raider = await make.member()
        for number in range(3):
            await make.comment(thread, raider, f"Buy gold at the gold shop, part {number}.")
    await make.comment(thread, member, "A word of a regular.")

    page = (await client.get(f"/t/{thread}/x", follow_redirects=True)).text
    assert "A word of a regular." in page and "Buy gold" not in page
    assert await db.value("select count(*) from queue_item where state = 'open' and thread = $1", thread) == 90


async def test_sign_ups_can_be_closed_meanwhile() -> None:
    assert await signups.mode() == "open"
    raid = await begin("nothing", closes=True)
    assert await signups.mode() == "closed"

    await ops.end(await make.member(role="moderator"), raid)

    assert await signups.mode() == "open"


async def test_moderators_of_a_topic_switch_it_on_there_only(client: httpx.AsyncClient) -> None:
    member = await make.member()
    await db.execute("insert into room_moderator (topic, member) values ('work', $1)", member.id)
    of_site = await begin("newcomers")
    await make.sign_in(client, member)

    assert (await client.post("/mod/raids", data={"holds": "all", "hours": "1", "topic": "work"})).status_code == 303
    assert await posted(await regular(), topic="work") == "pending"
    for topic in ("research", ""):
        refused = await client.post("/mod/raids", data={"holds": "all", "hours": "1", "topic": topic})
        assert refused.status_code == 404
    assert (await client.post(f"/mod/raids/{of_site}/end")).status_code == 404
    own = await db.value("select id from raid where topic = 'work'")
    assert f"/mod/raids/{own}/end" in (await client.get("/mod/raids")).text
    assert (await client.post(f"/mod/raids/{own}/end")).status_code == 303
    record = (await client.get("/mod/log")).text
    # That of the whole site is not theirs.
    assert record.count("<b>Raid mode switched on</b>") == record.count("<b>Raid mode switched off</b>") == 1
    with pytest.raises(NotFound):
        await begin("all", by=member)


async def test_members_read_above_the_form_that_theirs_will_wait(client: httpx.AsyncClient) -> None:
    await begin("newcomers")
    thread = await make.thread()
    await make.sign_in(client, await make.member())

    page = await client.get(f"/t/{thread}/x", follow_redirects=True)

    assert "Your comment will wait for a moderator" in page.text
    assert await db.value("select count(*) from mod_action where action = 'raid.begin'") == 1


async def test_of_two_that_are_on_the_strictest_for_the_member_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def facts_of(member: int) -> facts.AuthorRecord:
        asked.append(member)
        return await record_of(member)

    record_of = facts.author
    member, newcomer = await regular(), await make.member()
    await begin("links")
    await begin("newcomers")
    await begin("newcomers", "research")
    monkeypatch.setattr(ops.facts, "author", facts_of)
    thread = await threads.one(await make.thread())
    assert thread is not None

    assert "with links" in str(await ops.wait_of(member, thread, None))
    assert "will wait" in str(await ops.wait_of(newcomer, thread, None))
    assert asked == [member.id, newcomer.id], "once each"


async def test_the_same_form_sent_twice_is_one_raid_mode_which_ends_once(monkeypatch: pytest.MonkeyPatch) -> None:
    mo = await make.member(role="moderator")
    raid = await begin("all", by=mo)

    again = await ops.begin(mo, ops.Switch(None, "all", 24))
    other = await begin("all", "research")
    rows = await ops.current(mo)

    async def as_both_saw(_viewer: Viewer) -> list[ops.RaidRow]:
        return rows

    monkeypatch.setattr(ops, "current", as_both_saw)
    for _ in range(2):
        await ops.end(mo, raid)

    assert (again, len({raid, other})) == (raid, 2)
    assert await db.value("select until > now() + interval '23 hours' from raid where id = $1", raid)
    assert await db.value("select count(*) from mod_action where action = 'raid.end'") == 1
