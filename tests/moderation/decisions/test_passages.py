"""Removing a single passage or picture of an article: nobody reads it, the rest stays, and it can come back."""

import re

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.comments import queries as comments
from parley.discussion.threads import edit_ops
from parley.discussion.threads import ops as threads
from parley.extraction.html.passages import ImportedPassage
from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import undoing
from parley.moderation.decisions.rules import Choice, ThreadReference
from parley.moderation.modqueue import in_place
from parley.platform import db
from parley.platform.errors import Forbidden, Refused
from tests import make
from tests.moderation.modlog.replay import differences
from tests.restricting import decide

pytestmark = pytest.mark.anyio

FIRST, SECOND, THIRD = "The first stays here.", "The second names a child.", "The third stays too."
PICTURE = "d" * 64
NEW_MEDIA = "insert into media (hash, mime, width, height, data, created_at) values ($1, 'image/png', 1, 1, 'x', now())"
SHOWN = "select display || ' ' || cardinality(removed_passages) from article"
REMOVAL = {"action": "passage", "rule": "illegal", "law": "Article 6 GDPR", "reason": "It names a child."}


class Piece:
    """An article of three passages, the second with a picture, a comment that quotes it, and who decides."""

    async def build(self) -> "Piece":
        self.mo, self.mira = await make.member("mo", role="moderator"), await make.member("mira")
        self.thread = await make.thread(make.text(FIRST, SECOND, THIRD, title="The wager"), starter=self.mira)
        self.first, self.second, self.third = await make.lineages(self.thread)
        await db.execute(NEW_MEDIA, PICTURE)
        picture = f"""<img src="/media/{PICTURE}" alt="">"""
        await db.execute("update passage set html = html || $1 where lineage = $2", picture, self.second)
        self.comment = await make.comment(
            self.thread, self.mira, "About it.", passage=self.second, quote="names a child"
        )
        return self

    @property
    def page(self) -> str:
        return f"/mod/articles/{self.thread}"

    def place(self, lineage: int) -> dict[str, str]:
        return {"place": f"/t/{self.thread}#p{lineage}"}


@pytest.fixture
async def piece(app: Litestar) -> Piece:
    return await Piece().build()


async def read(client: httpx.AsyncClient, piece: Piece) -> str:
    client.cookies.clear()
    return (await client.get(f"/t/{piece.thread}/any?view=all")).text


async def test_only_this_passage_goes_and_its_picture(client: httpx.AsyncClient, piece: Piece) -> None:
    await make.sign_in(client, piece.mo)
    form = await client.get(piece.page)
    answer = await client.post(piece.page, data=REMOVAL | piece.place(piece.second))
    whole = await client.get(piece.page)
    page = await read(client, piece)

    assert f'value="/t/{piece.thread}#p{piece.second}"' in form.text
    assert answer.status_code == 303 and "readers do not see this" in whole.text and SECOND in whole.text
    assert FIRST in page and THIRD in page and "About it." in page and "names a child" not in page
    assert "A part of this article was removed" in page and "A passage or picture" in (await client.get("/log")).text
    assert (await client.get(f"/media/{PICTURE}")).status_code == 404
    assert await db.value(SHOWN) == "parts 1" and await differences() == []


MOVE = "update comment set passage = $2, anchor = 'changed', words = $3 where id = $1"


async def test_quotes_of_the_passage_are_removed_with_it(client: httpx.AsyncClient, piece: Piece) -> None:
    comment = await make.comment(piece.thread, piece.mira, "On it.", passage=piece.first, quote="stays here")
    await db.execute(MOVE, comment, piece.second, "names a child")
    await decide(piece.mo, piece.thread, "passage", passage=piece.third)
    before = await comments.one(comment)
    await decide(piece.mo, piece.thread, "passage", passage=piece.second)
    page, anchor = await read(client, piece), (await client.get(f"/api/v1/comments/{comment}")).json()["anchor"]

    assert before is not None and before.words == "names a child"
    assert (anchor["quote"], anchor["words"]) == ("stays here", None)
    assert 'dir="auto">stays here</a>' in page and "names a child" not in page


async def test_passages_come_back_one_by_one_or_all_together(client: httpx.AsyncClient, piece: Piece) -> None:
    for lineage in (piece.first, piece.second, piece.third):
        await decide(piece.mo, piece.thread, "passage", passage=lineage)
    await make.sign_in(client, piece.mo)
    restored = {"action": "restore", "reason": "It is allowed."}
    await client.post(piece.page, data=restored | piece.place(piece.second))
    assert await db.value(SHOWN) == "parts 2"
    assert (await client.get(f"/media/{PICTURE}")).status_code == 200
    again = await client.post(piece.page, data=restored | piece.place(piece.second))
    await client.post(piece.page, data=restored)

    assert again.status_code == 422 and "It is allowed." in again.text
    assert await db.value(SHOWN) == "full 0" and SECOND in re.sub("<[^>]+>", "", await read(client, piece))
    assert await differences() == []


async def test_the_member_who_added_it_is_told_and_an_appeal_brings_it_back(
    client: httpx.AsyncClient, piece: Piece
) -> None:
    ada = await make.member("ada", role="admin")
    made = await decide(piece.mo, piece.thread, "passage", passage=piece.second)
    letter = await db.value("select subject || text from mail where recipient = 'mira@example.org'")
    await make.sign_in(client, piece.mira)
    statement = await client.get(f"/decision/{made}")
    appeal = await appeals.file(decision=made, text="It is my own child.")
    await appeals.decide(ada, appeal, outcome="overturned", answer="So it is.")

    assert (
        "A passage or picture of an article that you added was removed" in letter and "It is somebody else's." in letter
    )
    assert "This passage or picture is not shown" in statement.text
    assert await db.value(SHOWN) == "full 0" and await differences() == []


async def test_undo_shows_it_again(piece: Piece) -> None:
    await undoing.undo(piece.mo, await decide(piece.mo, piece.thread, "passage", passage=piece.second))

    assert await db.value(SHOWN) == "full 0" and await differences() == []


@pytest.mark.parametrize("is_new", [True, False])
async def test_another_article_shows_the_picture_that_one_lost(
    client: httpx.AsyncClient, piece: Piece, is_new: bool
) -> None:
    plain = make.text("Another article.", title="Another")
    picture = ImportedPassage("figure", None, f"""<img src="/media/{PICTURE}" alt="">""", "")
    pictured = msgspec.structs.replace(plain, passages=[*plain.passages, picture])
    await decide(piece.mo, piece.thread, "passage", passage=piece.second)
    await (make.thread(pictured) if is_new else threads.revise_thread(await make.thread(plain), pictured))

    assert (await client.get(f"/media/{PICTURE}")).status_code == 200


async def test_without_a_passage_nothing_is_removed(client: httpx.AsyncClient, piece: Piece) -> None:
    await make.sign_in(client, piece.mo)
    answer = await client.post(piece.page, data=REMOVAL)
    in_menu = await client.post(f"/t/{piece.thread}/moderate", data=REMOVAL)

    for page in (answer, in_menu):
        assert page.status_code == 422 and "choose one of these" in page.text
        assert "It names a child." in page.text
    assert await db.value(SHOWN) == "full 0"


async def test_the_text_is_not_edited_any_more_and_nothing_moves_there(piece: Piece) -> None:
    await decide(piece.mo, piece.thread, "passage", passage=piece.second)
    other = await make.comment(piece.thread, piece.mira, "Elsewhere.")
    move = Choice(0, 0, "move", to=ThreadReference(piece.thread, piece.second))

    with pytest.raises(Forbidden):
        await edit_ops.restore_revision(viewer=piece.mo, thread_id=piece.thread, number=1, reason="")
    with pytest.raises(Refused, match="taken down"):
        await in_place.decide_on(piece.mo, "comment", other, piece.thread, move)


async def test_members_and_visitors_remove_nothing(client: httpx.AsyncClient, piece: Piece) -> None:
    visitor = await client.post(piece.page, data=REMOVAL | piece.place(piece.second))
    await make.sign_in(client, piece.mira)
    member = await client.post(piece.page, data=REMOVAL | piece.place(piece.second))

    assert (visitor.status_code, member.status_code) == (404, 404) and await db.value(SHOWN) == "full 0"


async def test_an_excerpt_does_not_show_it_either(client: httpx.AsyncClient, piece: Piece) -> None:
    await decide(piece.mo, piece.thread, "passage", passage=piece.second)
    await decide(piece.mo, piece.thread, "excerpt")
    page = await read(client, piece)

    assert FIRST in page and "names a child" not in page
