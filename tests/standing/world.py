"""A small forum in which every route has something to show, and the addresses that reach it all."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.articles.imports import ops as imports
from parley.articles.imports.ops import encode
from parley.discussion.commenting import editing
from parley.discussion.kept import ops as kept
from parley.interfaces.inbound_feeds import ingesting
from parley.interfaces.inbound_feeds import ops as feeds
from parley.interfaces.inbound_feeds.ops import FeedUse
from parley.interfaces.inbound_feeds.rules import FeedDocument, FeedEntry
from parley.letters.digests import letters
from parley.letters.digests import ops as digests
from parley.moderation.appeals import ops as appeals
from parley.moderation.backtests import jobs
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import Choice
from parley.moderation.matching.conditions import WordList
from parley.moderation.modrules import ops as rules
from parley.moderation.modrules.rules import RuleDraft
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people import mail
from parley.people.accounts import tokens
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.http.assets import static
from parley.platform.settings import settings
from tests import make
from tests.conftest import committed

ROLES = ("visitor", "unverified", "member", "moderator", "admin")
NEW_LINK = """
insert into token (member, purpose, token_hash, created_at, expires_at)
values ($1, $2, $3, now(), now() + interval '1 hour')
"""


class World(msgspec.Struct):
    """Who is here, and what the parts of addresses stand for."""

    people: dict[str, Viewer]
    parts: dict[str, str]

    async def sign_in(self, client: httpx.AsyncClient, role: str) -> None:
        client.cookies.clear()
        if role != "visitor":
            await make.sign_in(client, self.people[role])

    def fill(self, path: str) -> str:
        """A route's path with real values in it."""
        for part, value in self.parts.items():
            path = path.replace(part, value)
        return path


async def build() -> World:
    """Make the forum. Its member wrote, edited, deleted and voted; an import and a mail of theirs wait."""
    people = {
        "unverified": await make.member("uma", state="unverified"),
        "member": await make.member("mira"),
        "moderator": await make.member("mo", role="moderator"),
        "admin": await make.member("ada", role="admin"),
    }
    # Without a password they would sign in at another site, and only they could open their link.
    await db.execute("update member set password_hash = '' where name = 'uma'")
    mira, mo = people["member"], people["moderator"]
    thread = await make.thread(starter=mira)
    root = await make.comment(thread, mira, "A root with *words*.", stance="challenges")
    reply = await make.comment(thread, mo, "A reply.", parent=root)
    gone = await make.comment(thread, mira, "Gone.", parent=reply)
    await editing.edit_comment(viewer=mira, comment_id=root, body="A root with other words.")
    await editing.delete_comment(viewer=mira, comment_id=gone)
    await make.vote(mira, reply)
    parts = {
        "{thread:str}": str(thread),
        "{slug:str}": "any",
        "{comment:str}": str(root),
        "{name:str}": "mira",
        "{digest:str}/{name:path}": static("parley.css").removeprefix("/static/"),
        "{digest:str}": "0" * 64,
        "{code:str}": "civility",
        "{session:str}": "1",
        "{passkey:str}": "1",
        "{step:str}": "confirm",
        "{what:str}": "removed",
        "{topic:str}": "research",
        "{file:str}": "2026.csv",
        "{month:str}": "2026-11.csv",
        "{sitemap:str}": "1.xml",
        "{picture:str}": "0.png",
        "{revision:str}": "1",
        "{update:str}": "1",
        "{lineage:str}": str(await db.value("select min(lineage) from passage")),
    }
    parts |= {"{kept:str}": str(await kept.keep_article(mira.id, thread, "Mine.")), "{kind:str}": "markdown"}
    parts |= await _moderated(root, people["admin"]) | await _ruled(people["moderator"])
    parts |= await _subscribed(mira) | await _fed(people["admin"])
    number = await _import(mira)
    letter = await _mail()
    parts |= {"/new/{number:str}": f"/new/{number}", "{draft:str}": str(number), "{number:str}": str(letter)}
    return World(people, parts)


async def link(member: Viewer, purpose: str) -> str:
    """A mailed link's token that still works."""
    token = tokens.new()
    await db.execute(NEW_LINK, member.id, purpose, tokens.digest(token))
    return token


async def _moderated(comment: int, moderator: Viewer) -> dict[str, str]:
    """A report that was answered with a word of warning, against which an appeal was made."""
    await reports.report(ReportInput("comment", comment, "civility", "An insult.", await make.member()))
    item: int = await db.value("select id from queue_item")
    choice = Choice(item, 1, "warn", "civility", "It insults somebody.")
    decision = await decisions.decide(moderator, choice)
    appeal = await appeals.file(decision=decision, text="It was a quotation.")
    return {"{item:str}": str(item), "{decision:str}": str(decision), "{appeal:str}": str(appeal)}


async def _ruled(moderator: Viewer) -> dict[str, str]:
    """A rule, and what its back-test found."""
    rule = await rules.create(moderator, RuleDraft("No roots", "flag", "topic", (WordList(["root"]),)))
    await rules.test(moderator, rule, 1)
    await jobs.run_backtests()
    ring: int = await db.value(
        "insert into vote_ring (members, share, share_of_others) values ($1, 0.9, 0.1) returning id", [moderator.id]
    )
    return {"{rule:str}": str(rule), "{ring:str}": str(ring)}


async def _fed(admin: Viewer) -> dict[str, str]:
    """A feed with an entry that waits for review."""
    feed = await feeds.add_feed(admin, "https://blog.example/feed.xml", FeedUse("research"))
    await ingesting.ingest(
        feed, FeedDocument("A blog", [FeedEntry("https://blog.example/a", "1", "A")]), datetime.now(UTC)
    )
    return {"{feed:str}": str(feed), "{entry:str}": str(await db.value("select id from feed_item"))}


async def _subscribed(who: Viewer) -> dict[str, str]:
    """An issue of the digest, and the question whether they still want it."""
    await digests.subscribe(who.id)
    issue = await db.value(
        """insert into issue (member, period, due_at, planned_at) values ($1, '2026-W48', now(), now())
           returning id""",
        who.id,
    )
    answer, view = letters.address("keep", who.id), letters.address("view", issue)
    return {"{answer:str}": answer.rpartition("/")[2], "{issue:str}": view.rpartition("/")[2]}


async def _import(who: Viewer) -> int:
    made = await imports.request_import(
        member=who.id, source="text", url=None, given=b"words", title="", topic="research"
    )
    await db.execute("update article_import set state = 'ready', draft = $2 where id = $1", made, encode(make.text()))
    return made


async def _mail() -> int:
    async with db.atomic():
        await mail.send("verify", "mira@example.org", "Hello", "Words", "<p>Words</p>")
    number: int = await db.value("select max(id) from mail")
    return number


def routes(app: Litestar, method: str) -> list[str]:
    """The paths that answer `method`."""
    return sorted(
        route.path
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if method in handler.http_methods
    )


async def gets(app: Litestar, world: World) -> list[str]:
    """Every address that can be read, but the live stream, which never ends."""
    return [await reached(world, path) for path in routes(app, "GET") if not path.endswith("/live")]


async def reached(world: World, path: str) -> str:
    """An address of a route; one with a token gets a token that works."""
    if path.startswith("/mail/off/"):
        return mail.unsubscribe_link(world.people["member"].id, "digest").removeprefix(settings().base_url)
    if path.startswith(("/leave/", "/recover/", "/settings/email/")):
        # Their own tests have links that work.
        return world.fill(path).replace("{token:str}", "expired")
    if path.endswith("{token:str}"):
        purpose = path.split("/")[1]
        return f"/{purpose}/{await link(world.people['unverified'], purpose)}"
    return world.fill(path)


async def walk(client: httpx.AsyncClient, addresses: Iterable[str]) -> AsyncIterator[tuple[str, str]]:
    """Every page and fragment that this browser gets at `addresses`, each with its address."""
    for address in addresses:
        page = await client.get(address)
        assert page.status_code < 500, address
        yield address, page.text
        # What is no page has no fragment.
        if "html" in page.headers.get("content-type", ""):
            part = await client.get(address, headers={"HX-Request": "true"})
            assert part.status_code < 500, address
            yield address, part.text


@pytest.fixture(scope="module")
async def built(app: Litestar) -> AsyncIterator[World]:
    """The forum, committed once for all tests of a file, each of which leaves it as it was."""
    async with committed():
        yield await build()


@pytest.fixture
def world(built: World) -> World:
    return World(built.people, dict(built.parts))
