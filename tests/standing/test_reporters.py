"""Who reported something is told to staff alone: no page, fragment, letter, stream or export says it (I16, R15)."""

from collections.abc import Iterator

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.interfaces.live import queries as live
from parley.interfaces.live import render
from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import letters
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import Choice
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.standing.world import World, gets, routes, walk

pytestmark = pytest.mark.anyio

# What becomes of what was reported; nothing yet where it is empty.
ACTIONS = ("", "approve", "remove", "collapse", "warn", "lock", "silence", "suspend")
# By what a reporter could be told: a name, an address, a number, the words of the report.
MEMBER, NUMBER = "ritazeuge", 7_777_777_777
VISITOR, ADDRESS = "Vera Zeugin", "vera@zeugin.example"
MARKS = (MEMBER, str(NUMBER), VISITOR, ADDRESS, "seen by a witness")
# What of an address leads to something that was reported.
ABOUT = ("{comment:str}", "{thread:str}", "{name:str}", "{decision:str}", "{item:str}", "{appeal:str}")
# Who did not confirm their address sees what a visitor sees, in the shell of a member's page.
WHO = ("visitor", pytest.param("unverified", marks=pytest.mark.slow), "member", "reported")
LETTERS = "select concat_ws(chr(10), kind, recipient, subject, text, html) from mail where recipient <> all($1::text[])"


class Reported(msgspec.Struct, frozen=True):
    """Something that both reported, with the addresses about it."""

    world: World
    author: Viewer
    decision: int | None

    def addresses(self, app: Litestar) -> Iterator[str]:
        for path in routes(app, "GET"):
            if any(part in path for part in ABOUT) and not path.endswith("/live"):
                yield self.world.fill(path)
        if self.decision is not None:
            yield f"/decision/{self.decision}?key={letters.key(self.decision)}"


async def a_reporter() -> Viewer:
    """A member whose number is found nowhere by chance."""
    rita = await make.member(MEMBER)
    await db.execute("update member set id = $2 where id = $1", rita.id, NUMBER)
    return msgspec.structs.replace(rita, id=NUMBER)


async def reported(world: World, rita: Viewer, action: str) -> Reported:
    """A comment, its article and its author, reported by both, and what was decided."""
    author, thread = await make.member(), await make.thread(starter=world.people["member"])
    comment = await make.comment(thread, author, "You are a fool.")
    for kind, target in (("comment", comment), ("article", thread), ("member", author.id)):
        await reports.report(ReportInput(kind, target, "civility", "As seen by a witness.", rita))
        await reports.report(ReportInput(kind, target, "illegal", "As seen by a witness.", None, VISITOR, ADDRESS))
    item = await db.value("select id from queue_item where kind = 'comment' and target = $1", comment)
    parts = {"{comment:str}": str(comment), "{thread:str}": str(thread), "{name:str}": author.name}
    made = await decided(world, item, action) if action else None
    parts |= {"{item:str}": str(item)} | ({"{decision:str}": str(made)} if made else {})
    return Reported(World(world.people, world.parts | parts), author, made)


async def decided(world: World, item: int, action: str) -> int:
    """A decision on what was reported and, where one can appeal, what became of the appeal."""
    version = await db.value("select version from queue_item where id = $1", item)
    choice = Choice(item, version, action, "civility", "It insults somebody.", 3)
    made = await decisions.decide(world.people["moderator"], choice)
    if action in {"remove", "silence"}:
        appeal = await appeals.file(decision=made, text="It was a quotation.")
        await appeals.decide(world.people["admin"], appeal, outcome="upheld", answer="It was none.")
    return made


@pytest.fixture(scope="module")
async def cases(built: World) -> list[Reported]:
    rita = await a_reporter()
    return [await reported(built, rita, action) for action in ACTIONS]


async def told(client: httpx.AsyncClient, addresses: set[str]) -> dict[str, set[str]]:
    """The marks of reporters that this browser finds, each with the addresses where.

    The mail of an installation without a mail server is for whoever sits at that machine.
    """
    found: dict[str, set[str]] = {}
    async for address, text in walk(client, {one for one in addresses if not one.startswith("/dev/mail")}):
        for mark in MARKS:
            if mark in text:
                found.setdefault(mark, set()).add(address)
    return found


@pytest.mark.parametrize("who", WHO)
async def test_nobody_but_staff_learns_who_reported(
    app: Litestar, client: httpx.AsyncClient, world: World, cases: list[Reported], who: str
) -> None:
    everywhere = {*await gets(app, world)}.union(*(case.addresses(app) for case in cases))
    if who != "reported":
        await world.sign_in(client, who)
        assert await told(client, everywhere) == {}
        return
    for case in cases:
        await make.sign_in(client, case.author)
        assert await told(client, {*case.addresses(app), "/", "/log", "/settings/data"}) == {}


async def test_staff_reads_all_of_it_so_that_the_walk_can_find_it(
    app: Litestar, client: httpx.AsyncClient, world: World, cases: list[Reported]
) -> None:
    await world.sign_in(client, "moderator")

    found = await told(client, set(cases[0].addresses(app)))

    assert found.keys() == set(MARKS) - {str(NUMBER)}


async def test_no_letter_to_anybody_else_and_no_stream_says_it(app: Litestar, cases: list[Reported]) -> None:
    staff = [f"{name}@example.org" for name in ("mo", "ada")]
    mailed = await db.values(LETTERS, [f"{MEMBER}@example.org", ADDRESS, *staff])
    rows = [row for case in cases for row in await live.events_after(int(case.world.parts["{thread:str}"]), 0, 1_000)]
    streamed = [one.message.decode() for one in await render.events(rows)]

    assert len(mailed) >= len(ACTIONS) and len(streamed) >= len(ACTIONS)
    assert [text for text in [*mailed, *streamed] if any(mark in text for mark in MARKS)] == []


async def test_the_letters_to_reporters_name_no_other_reporter(app: Litestar, cases: list[Reported]) -> None:
    theirs = "select concat_ws(chr(10), subject, text, html) from mail where recipient = $1"

    to_rita, to_vera = await db.values(theirs, f"{MEMBER}@example.org"), await db.values(theirs, ADDRESS)

    # An address that nobody confirmed gets few letters a day.
    assert len(to_rita) > 3 * len(ACTIONS) and 0 < len(to_vera) <= len(to_rita)
    assert not any(mark in text for text in to_vera for mark in MARKS)
    assert not any(mark in text for text in to_rita for mark in MARKS if mark != MEMBER)
