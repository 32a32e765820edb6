"""No path of the whole site shows what was taken down of an article, whatever became of it (I4)."""

import asyncio
from collections.abc import Iterable, Iterator

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.articles.imports.ops import encode
from parley.discussion.kept import ops as kept
from parley.discussion.kept.exports import FORMATS
from parley.discussion.threads.ops import revise_thread
from parley.interfaces.embed import ops as embed
from parley.interfaces.live import queries as live
from parley.interfaces.live import render
from parley.interfaces.search import jobs as search
from parley.letters.notifications import jobs as notifications
from parley.moderation.decisions import undoing
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.people.mail.letters import lists
from parley.platform import db
from tests import make
from tests.restricting import decide
from tests.standing.world import World, gets, walk

pytestmark = pytest.mark.anyio

IN_FORCE_SECONDS = 1.0
STAFF = ("moderator", "admin")
PICTURE = "c" * 64
# What each part of the article sings. `late` is beyond the excerpt.
SONGS = ("title", "byline", "site", "early", "late", "former", "suggested", "drafted")
GONE = {
    "excerpt": {"late", "former"},
    "text": {"early", "late", "former", "suggested"},
    "title": {"title", "byline", "site", "suggested"},
    "passage": {"late"},
    "remove": {"title", "byline", "site", "early", "late", "former", "suggested"},
}
NEW_MEDIA = "insert into media (hash, mime, width, height, data, created_at) values ($1, 'image/png', 1, 1, 'x', now())"
WITH_PICTURE = f"""
update passage p set html = html || '<img src="/media/{PICTURE}">' from revision r, thread t
where t.id = $1 and r.article = t.article and p.revision = r.id and p.position = 2
"""
NEW_ORIGINAL = "insert into original (hash, data, created_at) values ($1, $2, now())"
FROM_FILE = "update revision r set original = $1 from thread t where t.id = $2 and r.article = t.article"
ON_PAGE = "update passage set page = 1, boxes = '1 1414 100 200 900 300' where lineage = $1"
SUGGEST = "insert into suggested_update (thread, member, draft) values ($1, $2, $3)"
OF_LISTS = "select id, list from mail where list is not null"
LETTERS = "select coalesce(text, '') || coalesce(subject, '') || coalesce(html, '') from mail where list is null"


def song(part: str) -> str:
    return f"canary{part}sings"


URL = f"https://{song('site')}.example/words"


def heard(text: str) -> set[str]:
    return {part for part in SONGS if song(part) in text.replace("-", "")}


class Cage(msgspec.Struct):
    """A thread whose article sings in every part."""

    thread: int
    starter: Viewer
    reader: Viewer
    comments: list[int]
    lineages: list[int]

    @property
    def late(self) -> int:
        """The passage that is removed alone, which has the picture."""
        return self.lineages[2]

    async def restrict(self, world: World, action: str) -> int:
        passage = self.late if action == "passage" else None
        return await decide(world.people["admin"], self.thread, action, passage=passage)

    def addresses(self) -> Iterator[str]:
        page = f"/t/{self.thread}"
        yield from (page, f"{page}/any", f"{page}/article", f"{page}/comments", f"{page}/comments?passage=whole")
        yield from (f"{page}/any?view={view}" for view in ("passage", "all", "stand"))
        yield from (f"{page}/revisions{query}" for query in ("", "?at=1", "?at=2", "?from=1&to=2", "?from=2&to=1"))
        yield from (f"{page}/{path}" for path in ("revise", "updates/1", "answer", "deck", "report", "pick"))
        yield from (f"{page}/thesis", f"{page}/thesis/answer")
        yield from (f"/c/{one}{path}" for one in self.comments for path in ("", "/passage", "/history", "/report"))
        yield from (f"{page}/any?focus={one}" for one in self.comments)
        for path in (f"{page}/feed", f"/u/{self.reader.name}/feed", "/topic/research/feed", "/feed"):
            yield from (f"{path}.atom", f"{path}.json")
        yield from (f"/oembed?url=http://localhost{page}", "/sitemap/1.xml")
        yield from (f"/?sort={sort}" for sort in ("hot", "new", "active", "top"))
        yield from (
            f"/u/{self.starter.name}",
            f"/u/{self.reader.name}",
            "/log",
            "/updates",
            "/for-you",
            "/for-you?part=you",
            "/for-you?part=threads",
            "/for-you?part=decisions",
            f"/for-you?thread={self.thread}",
        )
        yield from (f"/embed/t/{self.thread}?site=pub{more}" for more in ("", f"&passage={self.lineages[2]}"))
        yield f"/embed/v1/page?site=pub&url={URL}"
        yield f"/media/{PICTURE}"
        yield from (f"/p/{self.late}/page", f"{page}/original.pdf")
        yield from ("/kept", "/kept?q=canary", f"{page}/notes", f"{page}/notes?passage={self.late}")
        yield from (f"/kept/export/{kind}" for kind in FORMATS)
        yield f"/search?thread={self.thread}"


@pytest.fixture(scope="module")
async def cage(built: World) -> Cage:
    await embed.add_site("pub", ["https://pub.example"], "research")
    starter, reader = await make.member("stella"), await make.member("remy")
    early = f"{song('early')} is where it begins, with enough words to be recognised if anybody adds it once more."
    late = f"{song('late')} " + "is far beyond what an excerpt shows. " * 12
    filler = "It goes on for longer than an excerpt is. " * 10
    texts = [
        make.text(*words, title=f"The {song('title')}", url=URL)
        for words in ((early, filler + song("former"), late), (early, filler, late))
    ]
    first, second = (
        msgspec.structs.replace(one, byline=f"Ann {song('byline')}", site=f"{song('site')}.example") for one in texts
    )
    thread = await make.thread(first, starter=starter)
    await revise_thread(thread, second)
    await make.thesis(thread, f"{song('late')} is far beyond what an excerpt shows.")
    await db.execute(NEW_MEDIA, PICTURE)
    await db.execute(WITH_PICTURE, thread)
    lineages = await make.lineages(thread)
    await db.execute(NEW_ORIGINAL, PICTURE, f"{song('title')} {song('late')}".encode())
    await db.execute(FROM_FILE, PICTURE, thread)
    await db.execute(ON_PAGE, lineages[2])
    comments = [
        await make.comment(thread, reader, "On its end.", passage=lineages[2], quote=song("late"), stance="adds"),
        await make.comment(
            thread, starter, "On its beginning, @mira @mo @ada.", passage=lineages[0], statement="It begins badly."
        ),
    ]
    for one in (reader, starter, *built.people.values()):
        await kept.keep_words(one.id, thread, lineages[2], song("late"), "", "A note that stays.")
        await kept.keep_words(one.id, thread, lineages[0], "", "", "")
    suggested = make.text(f"{song('suggested')} instead.", title=f"The {song('title')}", url=URL)
    await db.execute(SUGGEST, thread, reader.id, encode(suggested))
    await notifications.handle_events()
    await search.index_events()
    return Cage(thread, starter, reader, comments, lineages)


async def heard_at(client: httpx.AsyncClient, addresses: Iterable[str]) -> dict[str, set[str]]:
    """The parts that are read, each with the addresses where."""
    found: dict[str, set[str]] = {}
    async for address, text in walk(client, addresses):
        for part in heard(text):
            found.setdefault(part, set()).add(address)
    return found


async def sign_in(client: httpx.AsyncClient, world: World, cage: Cage, role: str) -> None:
    known = {"starter": cage.starter, "reader": cage.reader}
    if role in known:
        await make.sign_in(client, known[role])
    else:
        await world.sign_in(client, role)


ROLES = ("visitor", "unverified", "member", "reader", "starter", "moderator", "admin")
# Everything removed is looked for on every page of the site, less on the pages about the article.
# In `make sure` as each role, else as those whose pages differ most.
SELDOM = ("unverified", "starter", "moderator")
CASES = [pytest.param("remove", role, marks=[pytest.mark.slow] if role in SELDOM else []) for role in ROLES]
CASES += [pytest.param(action, role) for action in ("excerpt", "text", "title") for role in ("visitor", "moderator")]
CASES += [pytest.param("passage", role) for role in ("visitor", "starter")] + [pytest.param("excerpt", "starter")]


@pytest.mark.parametrize(("action", "role"), CASES)
async def test_nobody_reads_where_readers_are_what_was_taken_down(
    app: Litestar, client: httpx.AsyncClient, world: World, cage: Cage, role: str, action: str
) -> None:
    # The test mailbox lists letters under the subjects that they were queued with; they go out with new ones.
    everywhere = [one for one in await gets(app, world) if one != "/dev/mail"] if action == "remove" else []
    addresses = {*everywhere, *cage.addresses()}
    await sign_in(client, world, cage, role)
    before = await heard_at(client, cage.addresses())
    assert GONE[action] - {"suggested"} <= before.keys()

    await cage.restrict(world, action)
    await asyncio.sleep(IN_FORCE_SECONDS)

    after = await heard_at(client, addresses)
    where = {page for part in GONE[action] for page in after.get(part, ())}
    of_staff = ("/mod", "/decision", f"/t/{cage.thread}/updates/") if action == "excerpt" else ("/mod", "/decision")
    assert {page for page in where if role not in STAFF or not page.startswith(of_staff)} == set()
    if action != "title":
        assert (await client.get(f"/media/{PICTURE}")).status_code == 404
    for gone in (f"/p/{cage.late}/page", f"/p/{cage.late}/page.webp", f"/t/{cage.thread}/original.pdf"):
        assert (await client.get(gone)).status_code == 404
    page = (await client.get(f"/t/{cage.thread}/any?view=all")).text
    assert "On its end." in page
    assert "On its beginning" in page


@pytest.mark.parametrize("action", GONE)
async def test_no_stream_and_no_letter_carries_what_was_taken_down(
    app: Litestar, world: World, cage: Cage, action: str
) -> None:
    await reports.report(ReportInput("article", cage.thread, "illegal", "It is stolen.", cage.reader))
    await cage.restrict(world, action)

    rows = await live.events_after(cage.thread, 0, 1_000)
    told = b"".join(one.message for one in await render.events(rows)).decode()
    written = [
        await lists[one["list"]].review(one["id"])
        for one in [{"id": number, "list": name} for number, name in await of_lists()]
    ]
    letters = "".join(f"{one.subject}{one.text}{one.html}" for one in written if one is not None)
    letters += "".join(await db.values(LETTERS))

    assert heard(told) & GONE[action] == set()
    assert heard(letters) & GONE[action] == set()


async def of_lists() -> list[tuple[int, str]]:
    numbers = await db.values("select id from mail where list is not null order by id")
    names = await db.values("select list from mail where list is not null order by id")
    return list(zip(numbers, names, strict=True))


# Undoing is the same step for each of them.
UNDONE = [pytest.param(one, marks=[] if one in {"passage", "remove"} else [pytest.mark.slow]) for one in GONE]


@pytest.mark.parametrize("action", UNDONE)
async def test_undone_it_is_read_again(client: httpx.AsyncClient, world: World, cage: Cage, action: str) -> None:
    before = await heard_at(client, cage.addresses())
    decision = await cage.restrict(world, action)

    await undoing.undo(world.people["admin"], decision)
    await asyncio.sleep(IN_FORCE_SECONDS)

    assert await heard_at(client, cage.addresses()) == before
    assert (await client.get(f"/media/{PICTURE}")).status_code == 200
