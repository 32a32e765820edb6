"""Before saving, an editor sees what becomes of the comments, and can place them by hand."""

import re
from html import unescape

import httpx
import pytest

from parley.discussion.comments import queries
from parley.discussion.threads import ops as threads
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

QUOTE = "how much energy the answer cost"
GONE = "Nobody asked the answer, since nobody dares."


class Case:
    """An article with three comments on its second passage and one on all of the first, and an editor signed in."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def make(self, role: str = "moderator") -> None:
        self.sam, self.author = await make.member("sam", role=role), await make.member("mira")
        self.thread = await make.thread()
        self.lineages = await make.lineages(self.thread)
        self.whole = await self.comment(0)
        self.words = await self.comment(1, QUOTE)
        await make.sign_in(self.client, self.sam)

    async def comment(self, passage: int, quote: str | None = None) -> int:
        return await make.comment(self.thread, self.author, passage=self.lineages[passage], quote=quote)

    async def fields(self, old: str, new: str) -> dict[str, str]:
        html = (await self.client.get(f"/t/{self.thread}/revise")).text
        text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", html, re.DOTALL)
        assert text
        assert old in unescape(text[1])
        return {"revision": "1", "title": "The wager", "text": unescape(text[1]).replace(old, new)}

    async def post(self, fields: dict[str, str]) -> httpx.Response:
        return await self.client.post(f"/t/{self.thread}/revise", data=fields)

    async def anchor(self, comment: int) -> tuple[str | None, int | None, str | None]:
        row = await queries.one(comment)
        assert row
        return row.anchor, row.passage, row.words


@pytest.fixture
async def case(client: httpx.AsyncClient) -> Case:
    made = Case(client)
    await made.make()
    return made


async def test_a_preview_shows_which_comments_stay_change_or_lose_their_words(case: Case) -> None:
    await case.comment(1, "Nobody asked")
    kept = await case.fields(make.WORDS[1], GONE)
    changed = await case.fields("energy", "power")

    lost = (await case.post(kept | {"preview": "1"})).text
    edited = (await case.post(changed | {"preview": "1"})).text

    assert "2 comments stay" in lost
    assert "1 comment loses its words" in lost
    assert f'href="/c/{case.words}"' in lost
    assert "2 comments stay" in edited
    assert "1 comment is on words that change" in edited
    assert "<del>energy</del><ins>power</ins>" in edited.replace("</del> <ins>", "</del><ins>")
    assert await db.value("select count(*) from revision") == 1
    assert await case.anchor(case.words) == ("same", case.lineages[1], None)


async def test_a_preview_says_which_comments_lose_their_passage(case: Case) -> None:
    fields = await case.fields(make.WORDS[1], "")

    page = (await case.post(fields | {"preview": "1"})).text

    assert "1 comment loses its passage" in page


async def test_saving_does_what_the_preview_showed(case: Case) -> None:
    fields = await case.fields(make.WORDS[1], GONE)

    await case.post(fields)

    assert await case.anchor(case.words) == ("kept", case.lineages[1], None)
    assert await case.anchor(case.whole) == ("same", case.lineages[0], None)


async def test_an_editor_places_a_comment_on_other_words_which_are_followed_from_then_on(case: Case) -> None:
    fields = await case.fields(make.WORDS[1], GONE) | {f"words-{case.words}": "since  nobody dares"}

    shown = (await case.post(fields | {"preview": "1"})).text
    answer = await case.post(fields)
    placed = await case.anchor(case.words)
    await threads.revise_thread(case.thread, make.text(make.WORDS[0], f"Still. {GONE}", make.WORDS[2]))
    later = await case.anchor(case.words)
    await threads.revise_thread(case.thread, make.text(make.WORDS[0], f"Still. {make.WORDS[1]}", make.WORDS[2]))

    assert "placed by you" in shown
    assert answer.status_code == 303
    assert placed == later == ("changed", case.lineages[1], "since nobody dares")
    assert (await case.anchor(case.words))[0] == "kept"


async def test_a_comment_on_a_whole_passage_is_placed_on_a_passage(case: Case) -> None:
    fields = await case.fields(make.WORDS[0], "") | {f"words-{case.whole}": make.WORDS[2]}

    await case.post(fields)

    assert await case.anchor(case.whole) == ("moved", case.lineages[2], None)


async def test_words_that_the_text_does_not_have_save_nothing_and_are_kept(case: Case) -> None:
    fields = await case.fields(make.WORDS[1], GONE) | {f"words-{case.words}": "somebody <dares>"}

    answer = await case.post(fields)

    assert answer.status_code == 422
    assert "The new text does not have these words." in answer.text
    assert "Their words are removed, their passage stays" in answer.text
    assert "placed by you" not in answer.text
    assert 'value="somebody &lt;dares&gt;"' in answer.text
    assert GONE in answer.text
    assert await db.value("select count(*) from revision") == 1


async def test_comments_of_other_threads_and_replies_are_not_placed(case: Case) -> None:
    other = await make.thread(make.text(make.WORDS[0], GONE, title="Another"))
    there = await make.comment(other, case.author, passage=(await make.lineages(other))[0])
    reply = await make.comment(case.thread, case.author, parent=case.words)
    fields = await case.fields(make.WORDS[1], GONE) | {f"words-{one}": "since nobody dares" for one in (there, reply)}

    answer = await case.post(fields)

    assert answer.status_code == 303
    assert (await case.anchor(there))[:1] == ("same",)
    assert await case.anchor(reply) == (None, None, None)


async def test_comments_that_nobody_can_see_are_not_listed(case: Case) -> None:
    await db.execute("update comment set state = 'removed' where id = $1", case.words)
    fields = await case.fields(make.WORDS[1], GONE)

    page = (await case.post(fields | {"preview": "1"})).text

    assert "1 comment stays" in page
    assert "loses its words" not in page


async def test_a_member_who_may_not_edit_places_nothing(case: Case, client: httpx.AsyncClient) -> None:
    fields = await case.fields(make.WORDS[1], GONE) | {f"words-{case.words}": "since nobody dares"}
    await make.sign_in(client, await make.member("eve"))

    answer = await case.post(fields)

    assert answer.status_code == 403
    assert (await case.anchor(case.words))[0] == "same"
