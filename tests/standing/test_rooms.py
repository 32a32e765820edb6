"""A moderator of one room sees and changes nothing of another, whatever address there is or will be."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from parley.interfaces.api import tokens
from parley.interfaces.api.scopes import MODERATE
from parley.interfaces.live.queue_stream import QueueStream, QueueStreams
from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import Choice
from parley.moderation.modqueue import bulk_jobs, claims
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.raids import ops as raids
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.own_data.exports import records, selects
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.http.access import ROOM_MODERATOR
from tests import make
from tests.conftest import committed, forget
from tests.moderation.modqueue.reported import decided
from tests.standing.test_routes import checksum
from tests.standing.world import World, build, gets, routes, walk

pytestmark = pytest.mark.anyio

# Whatever happens in the room that is none of the moderator's says this somewhere.
CANARY = "xylophonist"
# What of it only its moderators and those of the site may read.
SECRET = "zymurgist"
# Enough of each form to be accepted from a moderator of that room.
FIELDS = {
    "action": "remove", "rule": "civility", "reason": "It insults somebody.", "sure": "1", "version": "2",
    "outcome": "upheld", "answer": "It stands.", "approve": "1", "judgement": "remove", "confirm": "eve",
}  # fmt: skip
# What differs whenever a page is made.
MOMENT = re.compile(r"(since=|at\" value=\"|appealed until <time datetime=\"|urn:request:)[\w:-]+")
UNKNOWN = re.compile(r"unknown field `(\w+)`")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# Addresses that need no moderator, but show one more than others.
FURTHER = ("/decision/{decision:str}", "/c/{gone}/history")


async def moderator(name: str, topic: str) -> Viewer:
    member = await make.member(name)
    await db.execute("insert into room_moderator (topic, member) values ($1, $2)", topic, member.id)
    return Viewer(id=member.id, name=name, role="member", verified=True, session=0, rooms=frozenset({topic}))


@pytest.fixture(scope="module")
async def built(app: Litestar) -> AsyncIterator[World]:
    """The small forum in the topic *research*, with open and decided cases, and a moderator there and of *garden*."""
    async with committed():
        world = await build()
        await db.execute("insert into topic (slug, name, position) values ('garden', 'Garden', 9)")
        people = world.people
        people["theirs"], people["other"] = await moderator("bea", "research"), await moderator("eve", "garden")
        thread = int(world.parts["{thread:str}"])
        await db.execute("update thread set title = $2 where id = $1", thread, f"A {CANARY} plays")
        author = await make.member(f"{CANARY}-fan")
        for action in ("", "remove", "warn"):
            secret = SECRET if action == "remove" else "word"
            comment = await make.comment(thread, author, f"The {CANARY} insults us: a {secret}.")
            said = ReportInput("comment", comment, "civility", f"A {CANARY} and {SECRET}.", await make.member())
            await reports.report(said)
            item: int = await db.value("select id from queue_item where kind = 'comment' and target = $1", comment)
            if action:
                choice = Choice(item, 1, action, "civility", f"Rude {CANARY}: {SECRET}.")
                await decisions.decide(people["moderator"], choice)
            if action == "remove":
                world.parts |= {"{gone}": str(comment)}
            if not action:
                world.parts |= {"{comment:str}": str(comment), "{item:str}": str(item)}
        keep = Choice(0, 0, "approve", reason=CANARY)
        bulk = await bulk_jobs.start(people["theirs"], QueueFilter(kind="reported"), datetime.now(UTC), keep, None)
        world.parts |= {"{bulk:str}": str(bulk)}
        yield world


@pytest.fixture
def world(built: World) -> World:
    return World(built.people, dict(built.parts))


def of_moderators(app: Litestar, method: str) -> dict[str, HTTPRouteHandler]:
    """The routes for moderators, by path."""
    return {
        route.path: handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if method in handler.http_methods and handler.opt["who"] >= ROOM_MODERATOR
    }


def says_nothing(answer: httpx.Response, path: str) -> None:
    """Fail unless an answer is one to what does not exist, or has nothing of the other room."""
    assert answer.status_code < 500, path
    assert CANARY not in answer.text, path
    if "{" in path:
        assert answer.status_code == 404, path


async def sent(client: httpx.AsyncClient, address: str) -> httpx.Response:
    """The answer to a program that sends of the fields those that this address knows."""
    fields: dict[str, object] = FIELDS | {"version": 2, "approve": True}
    if address.endswith("/action"):
        fields |= {"action": "lock"}
    while unknown := UNKNOWN.search((answer := await client.post(address, json=fields)).text):
        del fields[unknown[1]]
    return answer


async def program(app: Litestar, who: Viewer) -> httpx.AsyncClient:
    client = make.browser(app)
    client.headers["authorization"] = f"Bearer {await tokens.make(who, 'moderates', [MODERATE], 7)}"
    return client


async def test_no_page_has_anything_of_another_room(app: Litestar, client: httpx.AsyncClient, world: World) -> None:
    await make.sign_in(client, world.people["other"])
    paths = [path for path in of_moderators(app, "GET") if not path.startswith("/api/") and not path.endswith("/live")]
    assert len(paths) > 30

    for path in [*paths, *FURTHER]:
        says_nothing(await client.get(world.fill(path), follow_redirects=True), path)
        says_nothing(await client.get(world.fill(path), headers={"HX-Request": "true"}), path)


async def test_no_address_at_all_says_what_only_moderators_of_the_room_read(
    app: Litestar, client: httpx.AsyncClient, world: World
) -> None:
    addresses = [*await gets(app, world), *map(world.fill, FURTHER), "/search?q=insults"]
    found = {}
    for name in ("other", "theirs"):
        await make.sign_in(client, world.people[name])
        found[name] = {address async for address, text in walk(client, addresses) if SECRET in text}

    assert found["other"] == set()
    assert {"/mod/log", world.fill("/mod/item/{item:str}"), world.fill(FURTHER[1])} <= found["theirs"]
    for sql in selects.RECORDS.values():
        assert CANARY not in str([part async for part in records.lines(sql, world.people["other"].id)])


async def in_topic(topic: str, author: Viewer, reporter: Viewer) -> int:
    """The item of a comment there."""
    comment = await make.comment(await make.thread(topic=topic), author, "You are all fools.")
    await reports.report(ReportInput("comment", comment, "civility", "It insults us.", reporter))
    item: int = await db.value("select id from queue_item where kind = 'comment' and target = $1", comment)
    return item


async def seen(app: Litestar, client: httpx.AsyncClient, world: World, name: str) -> dict[str, str]:
    """What a moderator is answered at each address for moderators, of programs and streams too."""
    await forget()
    await make.sign_in(client, world.people[name])
    script, stream = await program(app, world.people[name]), QueueStream(world.people[name], QueueFilter(), LONG_AGO)
    await QueueStreams(5).send_state(stream)
    found = {"stream": stream.last_message.decode()}
    for path in of_moderators(app, "GET"):
        if not path.endswith("/live"):
            asking = script if path.startswith("/api/") else client
            found[path] = MOMENT.sub("", (await asking.get(world.fill(path))).text)
    return found


async def test_what_happens_in_one_room_changes_nothing_for_moderators_of_another(
    app: Litestar, client: httpx.AsyncClient, world: World
) -> None:
    """Of somebody who writes, and somebody who reports, in both: not a count, a name or an hour."""
    mo, bea, eve = (world.people[name] for name in ("moderator", "theirs", "other"))
    author, reporter = await make.member(), await make.member()
    own, judged = [await in_topic("garden", author, reporter) for _ in range(2)]
    items = [await in_topic("research", author, reporter) for _ in range(4)]
    comment, thread = await db.values("select unnest(array[target, thread]) from queue_item where id = $1", own)
    decision = await decided(judged, eve)
    world.parts |= {"{item:str}": str(own), "{comment:str}": str(comment), "{thread:str}": str(thread)}
    world.parts |= {"{decision:str}": str(decision)}
    before = {name: await seen(app, client, world, name) for name in ("other", "theirs")}
    assert "You are all fools." in before["other"]["/mod/item/{item:str}"]

    await appeals.file(decision=await decided(items[0], bea), text="It was a quotation.")
    await decided(items[1], mo, "approve", guideline=None, reason="")
    await claims.claim(mo, items[2])
    await raids.begin(bea, raids.Switch("research", "all", 3))
    await make.comment(await make.thread(topic="research"), author, "This one waits.")
    await db.execute("delete from session")

    assert await seen(app, client, world, "other") == before["other"]
    theirs = await seen(app, client, world, "theirs")
    changed = {path for path, text in theirs.items() if text != before["theirs"][path]}
    assert {"stream", "/mod", "/mod/now", "/mod/queue", "/mod/log", "/mod/raids", "/mod/waiting"} <= changed


async def test_filters_and_open_work_have_nothing_of_another_room(client: httpx.AsyncClient, world: World) -> None:
    await make.sign_in(client, world.people["other"])
    asked = [f"/mod/queue?item={world.parts['{item:str}']}", "/mod?topic=research", "/mod/queue?open=signup-1"]
    listed = [f"/mod/queue?thread={world.parts['{thread:str}']}", f"/mod/comments?thread={world.parts['{thread:str}']}"]
    listed += [f"/mod/comments?like={world.parts['{comment:str}']}", f"/mod/comments?author={CANARY}-fan"]
    listed += ["/mod/queue?kind=appeal", "/mod/queue?topic=research", "/mod/log?who=mo", "/mod/log?action=remove"]

    for address in asked:
        assert (await client.get(address)).status_code == 404, address
    for address in listed:
        page = await client.get(address)
        assert page.status_code == 200, address
        # What was asked for stands in the filter.
        assert CANARY not in page.text.replace(f"{CANARY}-fan", ""), address


async def test_nothing_is_compared_with_words_of_another_room(client: httpx.AsyncClient, world: World) -> None:
    """By likeness to its own words a moderator could guess what was removed there."""
    gone = int(world.parts["{gone}"])
    words = await db.value("select body from comment where id = $1", gone)
    found = []
    for topic in ("garden", "research"):
        own = await make.comment(await make.thread(topic=topic), await make.member(), words)
        await make.sign_in(client, world.people["other" if topic == "garden" else "theirs"])
        found.append(f'name="comment-{own}"' in (await client.get(f"/mod/comments?like={gone}")).text)

    assert found == [False, True]


async def test_no_form_changes_anything_in_another_room(app: Litestar, client: httpx.AsyncClient, world: World) -> None:
    await make.sign_in(client, world.people["other"])
    fields = FIELDS | {f"item-{world.parts['{item:str}']}": "1", f"comment-{world.parts['{comment:str}']}": "1"}
    fields |= {"decisions": world.parts["{decision:str}"], "decision": world.parts["{decision:str}"]}
    before = await checksum()

    for path in of_moderators(app, "POST"):
        if not path.startswith("/api/"):
            says_nothing(await client.post(world.fill(path), data=fields), path)

    assert await checksum() == before


async def test_no_program_reads_or_changes_anything_in_another_room(app: Litestar, world: World) -> None:
    client = await program(app, world.people["other"])
    before = await checksum()

    for path in of_moderators(app, "GET"):
        if path.startswith("/api/"):
            says_nothing(await client.get(world.fill(path)), path)
    for path in of_moderators(app, "POST"):
        if path.startswith("/api/"):
            says_nothing(await sent(client, world.fill(path)), path)
    assert CANARY not in (await client.get(f"/api/v1/decisions/{world.parts['{decision:str}']}")).text

    after = await checksum()
    assert {table for table in after if after[table] != before[table]} <= {"api_token"}


async def test_no_stream_has_anything_of_another_room(app: Litestar, world: World) -> None:
    """Those of threads are the same for all, and that of what is for one has what was sent to them."""
    assert {path for path in routes(app, "GET") if path.endswith("/live")} == {
        "/mod/queue/live", "/t/{thread:str}/live", "/for-you/live",
    }  # fmt: skip
    sent = {}
    for name in ("theirs", "other"):
        stream = QueueStream(world.people[name], QueueFilter(), LONG_AGO)
        await QueueStreams(5).send_state(stream)
        sent[name] = stream.last_message.decode()

    # One is waiting there, and the site's moderator decided two.
    assert "1 new item" in sent["theirs"]
    assert "<bdi>mo</bdi>" in sent["theirs"]
    assert "new item" not in sent["other"]
    assert "<bdi>" not in sent["other"]
    assert 'hx-target="#waiting-count" hx-swap="innerHTML">0<' in sent["other"]


async def test_a_moderator_of_the_room_reaches_all_of_it(
    app: Litestar, client: httpx.AsyncClient, world: World
) -> None:
    """The same addresses answer in one's own room, so that the tests above can fail."""
    await make.sign_in(client, world.people["theirs"])
    own = [path for path, handler in of_moderators(app, "GET").items() if handler.opt["who"] == ROOM_MODERATOR]
    own = [path for path in own if not path.startswith("/api/") and not path.endswith("/live")]
    # Nobody proposed the removal of the first item, and decisions about members are the site's.
    own = [
        path for path in own if path not in {"/mod/decision/{decision:str}/second-approval", "/u/{name:str}/moderate"}
    ]

    for path in [*own, *FURTHER]:
        assert (await client.get(world.fill(path), follow_redirects=True)).status_code == 200, path
    for path in ("/mod/queue", "/mod/item/{item:str}", "/mod/comments", "/mod/log", "/mod"):
        assert CANARY in (await client.get(world.fill(path))).text, path


async def test_the_staff_of_the_site_see_every_room(app: Litestar, client: httpx.AsyncClient, world: World) -> None:
    await world.sign_in(client, "admin")

    for address in await gets(app, world):
        if address.startswith("/mod/item/"):
            assert CANARY in (await client.get(address)).text
