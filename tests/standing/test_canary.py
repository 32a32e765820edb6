"""No path of the whole site shows a comment to whom it is hidden from, whatever became of it (I4, I17)."""

import asyncio
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments import states
from parley.discussion.kept.exports import FORMATS
from parley.interfaces.embed import ops as embed
from parley.interfaces.live import queries as live
from parley.interfaces.live import render
from parley.interfaces.search import jobs as search
from parley.letters.notifications import jobs as notifications
from parley.people.accounts.viewer import Viewer
from parley.people.mail.letters import lists
from parley.platform import db
from tests import make
from tests.standing.world import World, gets, routes, walk

pytestmark = pytest.mark.anyio

# The steps from being visible, or from being posted, to each state.
WAYS = {
    "visible": [],
    "hidden": ["hidden"],
    "removed": ["removed"],
    "deleted_by_author": ["deleted_by_author"],
    "pending": [],
    "rejected": ["rejected"],
    "expired": ["expired"],
    "withdrawn": ["withdrawn"],
}
# A page may be so old, and never older.
IN_FORCE_SECONDS = 1.0
HELD = {"pending", "rejected", "expired", "withdrawn"}
ARTICLE = "https://pub.example/cage"
GONE = WAYS.keys() - {"visible"}
# Who did not confirm their address sees what a visitor sees, in the shell of a member's page.
STRANGERS = ("visitor", pytest.param("unverified", marks=pytest.mark.slow), "member")
QUOTED = "update comment set quote = $2, passage = $3, anchor = 'same', made_on = revision where id = $1"
TRANSLATE = """
insert into comment_translation (comment, language, html) select id, 'de', html from comment where state = 'visible'
"""
KEPT = "insert into kept_item (member, thread, comment) select $1, thread, id from comment where id = $2"
DISAGREEMENT = "update thread_stats set disagreement = $2 where thread = $1"
LETTERS = """
select coalesce(text, '') || coalesce(subject, '') from mail where list is null and recipient <> $1
"""
# These are written anew right before they go out.
OF_LISTS = "select id, list from mail where list is not null and recipient <> $1"


class Cage:
    """A comment a state, each with a word of its own in its text, its former text, its statement and its quote."""

    def __init__(self, author: Viewer, thread: int) -> None:
        self.author = author
        self.thread = thread
        self.lineage = 0
        self.birds: dict[str, int] = {}

    @staticmethod
    def song(state: str) -> str:
        return f"canary{state.replace('_', '')}sings"

    def heard(self, text: str) -> set[str]:
        """The states whose words are in a text."""
        return {state for state in WAYS if self.song(state) in text}

    async def fill(self, keepers: Iterable[Viewer]) -> None:
        """Post them all as the author; those that are held wait from the first."""
        lineage = self.lineage = (await make.lineages(self.thread))[0]
        for state in WAYS:
            song = self.song(state)
            # Whoever is here is told of each: the member, the moderator, the admin.
            words, statement = f"Before: {song}. @mira @mo @ada", f"It says {song}."
            bird = await make.comment(self.thread, self.author, words, stance="supports", statement=statement)
            await db.execute(QUOTED, bird, f"quoted {song}", lineage)
            await editing.edit_comment(viewer=self.author, comment_id=bird, body=f"After: {song}. @mira @mo @ada")
            if state in HELD:
                await make.put_state("comment", bird, "pending")
            else:
                await make.comment(self.thread, await make.member(), "An answer that stays.", parent=bird)
            self.birds[state] = bird
            for one in keepers:
                await db.execute(KEPT, one.id, bird)
        await db.execute(DISAGREEMENT, self.thread, list(self.birds.values()))
        await notifications.handle_events()
        await search.index_events()

    async def change(self) -> None:
        """Bring each into its state, by the steps that there are."""
        for state, steps in WAYS.items():
            for step in steps:
                async with db.atomic():
                    bird = await states.lock_comment(self.birds[state])
                    await states.transition(bird, step, actor=None)

    def addresses(self, app: Litestar, world: World) -> Iterator[str]:
        """Every address about one comment, for each of them, about the thread and about their author."""
        for path in routes(app, "GET"):
            if "{comment:str}" in path:
                yield from (path.replace("{comment:str}", str(bird)) for bird in self.birds.values())
            elif not path.endswith("/live") and ("{thread:str}" in path or "{name:str}" in path):
                of_this = path.replace("{thread:str}", str(self.thread)).replace("{name:str}", self.author.name)
                yield world.fill(of_this)
        page = f"/t/{self.thread}/any"
        for sort in ("best", "new", "old", "controversial"):
            for more in ({"view": "all"}, {"view": "passage"}, {"stance": "supports"}, {"passage": "whole"}):
                yield f"{page}?{urlencode({'sort': sort} | more)}"
        for bird in self.birds.values():
            yield f"{page}?focus={bird}"
            yield f"/c/{bird}/reply?quote=1"
            yield f"/t/{self.thread}/comments?branch={bird}"
            yield f"/oembed?url=http://localhost/c/{bird}"
            yield f"/embed/t/{self.thread}?site=pub&focus={bird}"
        yield f"/t/{self.thread}/comments"
        yield from (f"/embed/t/{self.thread}?site=pub{more}" for more in ("", f"&passage={self.lineage}"))
        yield from (f"/embed/v1/{what}?site=pub&url={ARTICLE}" for what in ("page", "counts"))
        for path in (f"/t/{self.thread}", f"/u/{self.author.name}", "/topic/research", ""):
            yield from (f"{path}/feed.atom", f"{path}/feed.json")
        yield from (f"/oembed?url=http://localhost{page}", "/sitemap/1.xml")
        for ending in ("atom", "json"):
            yield f"/t/{self.thread}/feed.{ending}?passage={self.lineage}"
            yield f"/search.{ending}?q=says+thread:{self.thread}"
        yield "/search/suggest?q=cana"
        yield from ("/for-you", *(f"/for-you?part={part}" for part in ("you", "threads", "decisions")))
        yield f"/for-you?thread={self.thread}"
        yield from ("/kept", "/kept?q=canary", f"/t/{self.thread}/notes")
        yield from (f"/kept/export/{kind}" for kind in FORMATS)
        yield f"/u/{self.author.name}"
        yield f"/search?q=by:{self.author.name}"
        yield f"/search?q=says+thread:{self.thread}&sort=new"
        yield f"/search?q=after+says+zeppelin+thread:{self.thread}"
        yield from (f"/?sort={sort}" for sort in ("hot", "new", "active", "top"))


@pytest.fixture(scope="module")
async def cage(built: World) -> Cage:
    await embed.add_site("pub", ["https://pub.example"], "research")
    filled = Cage(await make.member("cora"), await make.thread(make.text(url=ARTICLE)))
    await filled.fill(built.people.values())
    return filled


async def heard_everywhere(app: Litestar, client: httpx.AsyncClient, world: World, cage: Cage) -> dict[str, set[str]]:
    """The states whose words are found, and the addresses where."""
    found: dict[str, set[str]] = {}
    async for address, text in walk(client, {*await gets(app, world), *cage.addresses(app, world)}):
        for state in cage.heard(text):
            found.setdefault(state, set()).add(address)
    return found


@pytest.mark.parametrize("role", STRANGERS)
async def test_a_stranger_never_reads_what_is_hidden(
    app: Litestar, client: httpx.AsyncClient, world: World, cage: Cage, role: str
) -> None:
    await world.sign_in(client, role)
    before = await heard_everywhere(app, client, world, cage)
    assert before.keys() == WAYS.keys() - HELD

    await cage.change()
    await asyncio.sleep(IN_FORCE_SECONDS)

    after = await heard_everywhere(app, client, world, cage)
    assert {state: pages for state, pages in after.items() if state in GONE} == {}
    assert len(after["visible"]) >= 10


@pytest.mark.slow
async def test_its_author_reads_their_own(app: Litestar, client: httpx.AsyncClient, world: World, cage: Cage) -> None:
    await make.sign_in(client, cage.author)
    await heard_everywhere(app, client, world, cage)

    await cage.change()

    after = await heard_everywhere(app, client, world, cage)
    assert {"visible", "pending"} <= after.keys()


@pytest.mark.parametrize("role", [pytest.param("moderator", marks=pytest.mark.slow), "admin"])
async def test_staff_reads_nothing_hidden_where_readers_are(
    app: Litestar, client: httpx.AsyncClient, world: World, cage: Cage, role: str
) -> None:
    await world.sign_in(client, role)
    await heard_everywhere(app, client, world, cage)

    await cage.change()
    await asyncio.sleep(IN_FORCE_SECONDS)

    after = await heard_everywhere(app, client, world, cage)
    leaks = {page for state in GONE & after.keys() for page in after[state]}
    assert {page for page in leaks if not page.startswith(("/mod", "/decision", "/c/"))} == set()


class OfList(msgspec.Struct, frozen=True):
    id: int
    list: str


async def letters_to_all_but(address: str) -> list[str]:
    """The letters of lists to everybody else, as they would go out now."""
    found = [await lists[one.list].review(one.id) for one in await db.fetch(OfList, OF_LISTS, address)]
    return [f"{letter.subject}{letter.text}{letter.html}" for letter in found if letter is not None]


async def test_no_stream_and_no_letter_carries_what_is_hidden(app: Litestar, cage: Cage) -> None:
    await cage.change()

    rows = await live.events_after(cage.thread, 0, 1_000)
    told = b"".join(one.message for one in await render.events(rows)).decode()
    letters = "".join([*await db.values(LETTERS, "cora@example.org"), *await letters_to_all_but("cora@example.org")])

    assert cage.heard(told) == {"visible"}
    assert cage.heard(letters) == {"visible"}


async def test_no_translation_outlives_the_words(cage: Cage) -> None:
    await db.execute(TRANSLATE)
    assert cage.heard("".join(await db.values("select html from comment_translation"))) == WAYS.keys() - HELD

    await cage.change()

    assert cage.heard("".join(await db.values("select html from comment_translation"))) == {"visible"}


@pytest.mark.parametrize("role", ["member", pytest.param("moderator", marks=pytest.mark.slow)])
async def test_whoever_blocked_its_author_reads_no_word_of_theirs_where_readers_are(
    app: Litestar, client: httpx.AsyncClient, world: World, cage: Cage, role: str
) -> None:
    await make.block(world.people[role], cage.author)
    await world.sign_in(client, role)

    before = await heard_everywhere(app, client, world, cage)
    await cage.change()
    await asyncio.sleep(IN_FORCE_SECONDS)
    after = await heard_everywhere(app, client, world, cage)

    pages = {page for found in (before, after) for pages in found.values() for page in pages}
    # To the API and the embed, a browser without a token or a session of its own there is a visitor
    # (tests/interfaces/api/test_hidden_words.py, tests/interfaces/embed/test_embed.py).
    apart = ("/mod", "/decision", "/api/", "/embed/")
    assert {page for page in pages if not page.startswith(apart)} == set()


async def test_whoever_blocked_its_author_is_told_no_word_of_theirs_live_or_by_mail(
    app: Litestar, world: World, cage: Cage
) -> None:
    assert "visible" in cage.heard("".join(await letters_to_all_but("cora@example.org")))
    for role in ("member", "moderator", "admin"):
        await make.block(world.people[role], cage.author)
    await cage.change()
    assert cage.heard("".join(await letters_to_all_but("cora@example.org"))) == set()

    rows = await live.events_after(cage.thread, 0, 1_000)
    told = await render.events(rows)
    to_blocker = b"".join(one.for_reader(None, frozenset({cage.author.id}), None) for one in told).decode()
    to_others = b"".join(one.for_reader(None, frozenset(), None) for one in told).decode()

    assert cage.heard(to_blocker) == set()
    assert cage.author.name not in to_blocker
    assert "An answer that stays." in to_blocker
    assert cage.heard(to_others) == {"visible"}
