"""Admins describe a topic and appoint its moderators, who then see and decide what is in it."""

import httpx
import pytest

from parley.moderation.appeals import ops as appeals
from parley.moderation.appeals import queries
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.rooms import ops
from parley.people.accounts import sessions, tokens
from parley.people.accounts.middleware import as_viewer
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, NotFound, Refused
from tests import make
from tests.conftest import forget
from tests.moderation.modqueue.reported import decided, removal, reported, sanctioned

MORE_TOPICS = """
insert into topic (slug, name, position) select 'topic' || n, 'Topic ' || n, n from generate_series(1, $1::int) n
on conflict do nothing
"""
pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]


async def appointed(*topics: str) -> Viewer:
    """A moderator of these topics, as a request has them."""
    member, admin = await make.member(), await make.member(role="admin")
    for topic in topics:
        await ops.appoint(admin, topic, member.name, on=True)
    token = await sessions.start(member.id, "member", agent="a test", address="127.0.0.1")
    row = await sessions.find(tokens.digest(token) or b"")
    assert row is not None
    return as_viewer(row, not_before=0)


async def test_an_admin_appoints_and_describes_on_a_page(client: httpx.AsyncClient) -> None:
    member = await make.member("rosa")
    await make.sign_in(client, await make.member(role="admin"))

    assert (await client.post("/mod/rooms/research/moderators", data={"name": "rosa"})).status_code == 303
    assert "rosa" in (await client.get("/mod/rooms/research")).text
    saved = await client.post("/mod/rooms/research", data={"intro": "Of *science*.", "rules": "Name your source."})
    client.cookies.clear()
    about = (await client.get(saved.headers["location"])).text

    assert "<em>science</em>" in about and "Name your source." in about and "rosa" in about
    assert "/topic/research/about" in (await client.get("/?topic=research")).text
    assert await db.value("select reason from mod_action where action = 'room.appoint' and target = $1", member.id)
    assert await db.value("select reason from mod_action where action = 'room.change'") == "research"


async def test_the_colour_of_a_topic_marks_it_wherever_it_is_named(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    await make.sign_in(client, await make.member(role="admin"))
    assert (await client.post("/mod/rooms/research", data={"hue": "12"})).status_code == 422

    await client.post("/mod/rooms/research", data={"hue": "195"})

    assert 'value="195" checked' in (await client.get("/mod/rooms/research")).text
    client.cookies.clear()
    for address in ("/topic/research/about", "/?topic=research", f"/t/{thread}/x", "/"):
        page = (await client.get(address, follow_redirects=True)).text
        assert 'fill="oklch(0.6 0.1 195)"' in page, address


async def test_whoever_is_dismissed_moderates_nothing_at_the_next_request(client: httpx.AsyncClient) -> None:
    admin, member = await make.member(role="admin"), await make.member()
    item = await reported()
    await ops.appoint(admin, "research", member.name, on=True)
    await make.sign_in(client, member)
    assert (await client.get(f"/mod/item/{item}")).status_code == 200

    await ops.appoint(admin, "research", member.name, on=False)

    assert (await client.get(f"/mod/item/{item}")).status_code == 404
    assert (await client.get("/mod/queue")).status_code == 404


async def test_only_admins_appoint_and_only_known_members_and_topics(client: httpx.AsyncClient) -> None:
    admin, moderator, member = [await make.member(role=role) for role in ("admin", "moderator", "member")]

    with pytest.raises(Forbidden):
        await ops.appoint(moderator, "research", member.name, on=True)
    with pytest.raises(NotFound):
        await ops.appoint(admin, "nowhere", member.name, on=True)
    with pytest.raises(Refused):
        await ops.appoint(admin, "research", "nobody-of-this-name", on=True)
    await make.sign_in(client, admin)
    assert (
        await client.post("/mod/rooms/research/moderators", data={"name": "nobody-of-this-name"})
    ).status_code == 422
    assert await db.value("select count(*) from room_moderator") == 0


async def test_a_moderator_of_the_topic_decides_but_sanctions_nobody(client: httpx.AsyncClient) -> None:
    room = await appointed("research")
    item, author = await reported(), await make.member()
    await make.sign_in(client, room)

    page = (await client.get(f"/mod/item/{item}")).text
    assert 'value="remove"' in page and 'value="silence"' not in page
    assert (await client.post(f"/mod/item/{item}/decide", data=await removal(item))).status_code == 303
    assert await db.value("select moderator from decision where item = $1", item) == room.id

    other = await reported(author)
    with pytest.raises(NotFound):
        await sanctioned(other, room, author)
    with pytest.raises(Forbidden):
        await decided(other, room, "silence", days=3)
    assert await db.value("select state from member where id = $1", author.id) == "active"


async def test_of_a_member_of_both_only_what_happened_in_the_room_is_shown(client: httpx.AsyncClient) -> None:
    site, author = await make.member(role="moderator"), await make.member()
    elsewhere = await make.comment(await make.thread(topic="work"), author, "Elsewhere.")
    await db.execute(
        "insert into note (member, author, text) values ($1, $2, 'A note of the site.')", author.id, site.id
    )
    await decided(await reported(author), site, reason="It insulted a researcher.")
    item, room = await reported(author), await appointed("work")
    assert elsewhere

    await make.sign_in(client, room)
    assert (await client.get(f"/mod/item/{item}")).status_code == 404
    await make.sign_in(client, await appointed("research"))
    page = (await client.get(f"/mod/item/{item}")).text

    assert "It insulted a researcher." in page
    assert "A note of the site." not in page
    assert "Save note" not in page
    assert "Sign-ups" not in page


async def test_appeals_go_to_another_moderator_of_the_topic() -> None:
    first, second, other = await appointed("research"), await appointed("research"), await appointed("work")
    decision = await decided(await reported(), first)
    appeal = await appeals.file(decision=decision, text="It was a quotation.")

    waiting = [[row.id for row in await queries.waiting(who) if row.kind == "appeal"] for who in (first, second, other)]

    assert waiting == [[], [appeal], []]
    with pytest.raises(NotFound):
        await appeals.assign(other, appeal)
    await appeals.decide(second, appeal, outcome="overturned", answer="It was one.")
    assert await db.value("select state from decision where id = $1", decision) == "overturned"


async def test_an_appeal_goes_to_the_site_where_the_topic_has_no_other_moderator(client: httpx.AsyncClient) -> None:
    only, other = await appointed("research"), await appointed("work")
    site, author = await make.member(role="moderator"), await make.member()
    decision = await decided(await reported(author), only)
    appeal = await appeals.file(decision=decision, text="It was a quotation.")

    for who in (only, other):
        assert [row for row in await queries.waiting(who) if row.kind == "appeal"] == []
        with pytest.raises((Forbidden, NotFound)):
            await appeals.decide(who, appeal, outcome="upheld", answer="It stands.")
    assert [row.id for row in await queries.waiting(site) if row.kind == "appeal"] == [appeal]
    await make.sign_in(client, site)
    assert (await client.get(f"/mod/appeals/{appeal}")).status_code == 200
    await appeals.decide(site, appeal, outcome="overturned", answer="It was one.")

    assert await db.value("select state from decision where id = $1", decision) == "overturned"


async def test_a_room_has_nothing_of_comments_that_were_moved_out_of_it() -> None:
    room = await appointed("research")
    item = await reported()
    assert [row.id for row in await modqueue.page(room.id, QueueFilter())] == [item]

    await db.execute("update thread set topic = 'work' where id = (select thread from queue_item where id = $1)", item)

    assert await modqueue.page(room.id, QueueFilter()) == []


@pytest.mark.parametrize("address", ["/mod", "/mod/queue"])
async def test_with_two_hundred_topics_no_more_is_asked_of_the_database(
    client: httpx.AsyncClient, queries: list[str], address: str
) -> None:
    """Neither for the staff of the site nor for whoever moderates all of them."""
    site, local = await make.member(role="moderator"), await make.member()
    await reported()
    sql = "insert into room_moderator (topic, member) select slug, $1 from topic on conflict do nothing"
    asked = {}
    for topics in (1, 200):
        await db.execute(MORE_TOPICS, topics)
        await db.execute(sql, local.id)
        await forget()
        for who in (site, local):
            await make.sign_in(client, who)
            await client.get(address)
            queries.clear()
            assert (await client.get(address)).status_code == 200
            asked[topics, who.name] = len(queries)

    assert asked[200, site.name] <= asked[1, site.name] and asked[200, local.name] <= asked[1, local.name], asked


async def test_a_topic_may_let_only_members_of_some_days_write(client: httpx.AsyncClient) -> None:
    member, thread = await make.member(), await make.thread()
    await db.execute("update member set created_at = now() where id = $1", member.id)
    await make.sign_in(client, await make.member(role="admin"))
    assert (await client.post("/mod/rooms/research", data={"min_days": "3"})).status_code == 422
    saved = await client.post("/mod/rooms/research", data={"min_days": "7"})
    assert "Members for a week" in (await client.get(saved.headers["location"])).text
    await make.sign_in(client, member)
    page = (await client.get(f"/t/{thread}/x", follow_redirects=True)).text
    assert "you can write once you have been a member for 7 days" in page

    with pytest.raises(Refused):
        await make.comment(thread, member)
    assert await make.comment(await make.thread(topic="work"), member)
    await db.execute("update member set created_at = now() - interval '8 days' where id = $1", member.id)
    assert await make.comment(thread, member)
    newcomer = await appointed("research")
    await db.execute("update member set created_at = now() where id = $1", newcomer.id)
    assert await make.comment(thread, newcomer)
