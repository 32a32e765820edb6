"""What a member keeps and notes, and which words they muted, is nowhere on what anybody else gets."""

import io
import zipfile

import httpx
import pytest
from litestar import Litestar

from parley.discussion.kept import ops
from parley.interfaces.live import queries as live
from parley.interfaces.live import render
from parley.interfaces.search import jobs as search
from parley.letters.notifications import jobs as notifications
from parley.own_data.exports import archive
from parley.people.accounts import muted_words
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.site.transfer import public
from tests import make
from tests.standing.world import ROLES, World, gets, walk

pytestmark = pytest.mark.anyio

SONG = "canarynotesings"
LETTERS = "select coalesce(text, '') || coalesce(subject, '') || coalesce(html, '') from mail"


class Cage:
    """A thread of which somebody keeps the article, words and a comment, each with a note that sings."""

    def __init__(self, keeper: Viewer, thread: int, comment: int) -> None:
        self.keeper, self.thread, self.comment = keeper, thread, comment
        self.kept: list[int] = []

    async def fill(self) -> None:
        number, [passage, *_] = self.keeper.id, await make.lineages(self.thread)
        await db.execute(
            "insert into kept_item (member, thread, comment, text) values ($1, $2, $3, $4)",
            *(number, self.thread, self.comment, SONG),
        )
        await ops.keep_article(number, self.thread, SONG)
        await ops.keep_words(number, self.thread, passage, "", "", SONG)
        await muted_words.mute(self.keeper, SONG, None)
        self.kept = await db.values("select id from kept_item where member = $1", number)
        await notifications.handle_events()
        await search.index_events()

    def addresses(self) -> list[str]:
        page = f"/t/{self.thread}"
        own = [f"/kept/{one}{rest}" for one in self.kept for rest in ("", "/respond")]
        around = [f"{page}/any", f"{page}/any?view=all", f"{page}/notes", f"{page}/keep", f"/c/{self.comment}/keep"]
        found = [
            "/settings/mail",
            "/kept",
            f"/kept?q={SONG}",
            f"/search?q={SONG}",
            f"/u/{self.keeper.name}",
            "/kept/export/json",
        ]
        return [*own, *around, *found]


@pytest.fixture(scope="module")
async def cage(built: World) -> Cage:
    thread = await make.thread(make.text("Words that one wants to remember."))
    filled = Cage(await make.member("kim"), thread, await make.comment(thread, await make.member(), "Remember this."))
    await filled.fill()
    return filled


@pytest.mark.parametrize("role", ROLES)
async def test_nobody_else_reads_a_note(
    app: Litestar, client: httpx.AsyncClient, world: World, cage: Cage, role: str
) -> None:
    await world.sign_in(client, role)
    found = {
        address async for address, text in walk(client, {*await gets(app, world), *cage.addresses()}) if SONG in text
    }
    # A search page repeats what was looked for.
    assert {address for address in found if f"q={SONG}" not in address} == set()


async def test_its_writer_does(client: httpx.AsyncClient, world: World, cage: Cage) -> None:
    await make.sign_in(client, cage.keeper)
    found = {address async for address, text in walk(client, cage.addresses()) if SONG in text}
    assert {"/settings/mail", "/kept", "/kept/export/json", f"/t/{cage.thread}/notes"} <= found
    # Pages that are cached for others have no part of it.
    assert f"/t/{cage.thread}/any" not in found


async def test_no_stream_letter_or_public_file_carries_it(app: Litestar, cage: Cage) -> None:
    told = b"".join(one.message for one in await render.events(await live.events_after(cage.thread, 0, 1_000)))
    assert SONG not in told.decode()
    assert SONG not in "".join(await db.values(LETTERS))
    selected = "".join(public.SELECTS.values())
    assert "kept_item" not in selected and "muted_word" not in selected


async def test_it_is_in_the_members_own_data(app: Litestar, cage: Cage) -> None:
    data = bytearray()

    async def add(_: int, part: bytes) -> None:
        data.extend(part)

    await archive.write(cage.keeper.id, add)
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as whole:
        assert whole.read("kept.jsonl").decode().count(SONG) == 3
        assert SONG in whole.read("muted-words.jsonl").decode()
