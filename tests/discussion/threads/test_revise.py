"""Editing an article: who may, what it changes, and that nobody is overwritten."""

import asyncio
import re
from html import unescape

import httpx
import pytest

from parley.articles.articles.restricting import Restriction
from parley.discussion.threads.edit_ops import restrict_article
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.ratelimit import POST_ACCOUNT
from tests import make

pytestmark = pytest.mark.anyio

URL = "https://review.example/wager"
EDITED = "Nobody asked how much energy the answer cost, or who paid for it."


@pytest.fixture
async def sam(client: httpx.AsyncClient) -> Viewer:
    """A moderator, signed in on `client`."""
    sam = await make.member("sam", role="moderator")
    await make.sign_in(client, sam)
    return sam


async def form(client: httpx.AsyncClient, thread: int) -> dict[str, str]:
    """The fields of the edit form as the browser has them."""
    html = (await client.get(f"/t/{thread}/revise")).text
    names = ("revision", "title", "byline", "reason")
    fields = {name: re.search(rf'name="{name}" value="([^"]*)"', html) for name in names}
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", html, re.DOTALL)
    assert text
    return {name: unescape(field[1]) for name, field in fields.items() if field} | {"text": unescape(text[1])}


async def test_an_edit_changes_one_passage_and_says_who_and_why(client: httpx.AsyncClient, sam: Viewer) -> None:
    thread = await make.thread(make.text(url=URL))
    before = await make.lineages(thread)
    fields = await form(client, thread)
    fields |= {"text": fields["text"].replace(make.WORDS[1], EDITED), "reason": "The <b>question</b> was cut short."}

    answer = await client.post(f"/t/{thread}/revise", data=fields)
    page = await client.get(answer.headers["location"])
    versions = await client.get(f"/t/{thread}/revisions")

    assert (answer.status_code, answer.headers["location"]) == (303, await make.address(thread))
    assert EDITED in page.text
    assert (await make.lineages(thread))[3:] == before
    assert await db.value("select changed from revision where number = 2") == 1
    assert "edited by <a" in versions.text
    assert "The &lt;b&gt;question&lt;/b&gt; was cut short." in versions.text
    assert await db.value("select actor from event where kind = 'article.revised'") == sam.id


async def test_an_article_that_moderators_cut_to_an_excerpt_is_not_edited(
    client: httpx.AsyncClient, sam: Viewer
) -> None:
    """An edit would keep the excerpt only, also after an appeal."""
    thread = await make.thread(make.text(url=URL))
    fields = await form(client, thread)
    await restrict_article(thread, Restriction(restricted="excerpt"), sam.id)

    answers = [await client.get(f"/t/{thread}/revise"), await client.post(f"/t/{thread}/revise", data=fields)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert await db.value("select count(*) from revision") == 1


async def test_a_title_and_a_byline_are_edited_everywhere(client: httpx.AsyncClient, sam: Viewer) -> None:
    thread = await make.thread()
    fields = await form(client, thread) | {"title": "A mended title", "byline": "Ann Author"}

    await client.post(f"/t/{thread}/revise", data=fields)

    assert "by <bdi>Ann Author</bdi>" in (await client.get(await make.address(thread))).text
    assert "A mended title" in (await client.get("/?sort=new")).text
    assert await db.value("select count(*) from revision") == 2


async def test_a_byline_alone_is_a_change_too(client: httpx.AsyncClient, sam: Viewer) -> None:
    thread = await make.thread()

    answer = await client.post(f"/t/{thread}/revise", data=await form(client, thread) | {"byline": "Ann Author"})

    assert answer.status_code == 303
    assert await db.values("select byline from revision order by number") == [None, "Ann Author"]


async def test_saving_without_a_change_says_so(client: httpx.AsyncClient, sam: Viewer) -> None:
    thread = await make.thread()

    answer = await client.post(f"/t/{thread}/revise", data=await form(client, thread))

    assert answer.status_code == 422
    assert "Nothing changed" in answer.text
    assert await db.value("select count(*) from revision") == 1


async def test_the_second_editor_keeps_the_text_and_sees_what_the_first_changed(
    client: httpx.AsyncClient, sam: Viewer
) -> None:
    thread = await make.thread()
    mine = await form(client, thread)
    theirs = mine | {"text": mine["text"].replace(make.WORDS[0], f"{make.WORDS[0]} Or has it?")}
    await client.post(f"/t/{thread}/revise", data=theirs)
    mine["text"] = mine["text"].replace(make.WORDS[2], "What remains is mine.")

    answer = await client.post(f"/t/{thread}/revise", data=mine)
    again = await client.post(f"/t/{thread}/revise", data=mine | {"revision": "2"})

    assert answer.status_code == 422
    assert "Somebody else revised this article" in answer.text
    assert re.search(r"<ins>\s*Or has it\?</ins>", answer.text)
    assert "What remains is mine." in answer.text
    assert 'name="revision" value="2"' in answer.text
    assert await db.value("select count(*) from revision where number = 2") == 1
    assert again.status_code == 303


@pytest.mark.parametrize("revision", ["", "0", "9", "x", str(10**30)])
async def test_an_edit_that_does_not_say_what_it_edits_overwrites_nothing(
    client: httpx.AsyncClient, sam: Viewer, revision: str
) -> None:
    thread = await make.thread()
    fields = await form(client, thread) | {"text": "All new.", "revision": revision}

    answer = await client.post(f"/t/{thread}/revise", data=fields)

    assert answer.status_code == 422
    assert "All new." in answer.text
    assert await db.value("select count(*) from revision") == 1


async def test_a_preview_shows_the_change_and_saves_nothing(client: httpx.AsyncClient, sam: Viewer) -> None:
    thread = await make.thread()
    fields = await form(client, thread)
    fields["text"] = fields["text"].replace("energy", "money") + "\n\nA new end."

    answer = await client.post(f"/t/{thread}/revise", data=fields | {"preview": "1", "byline": "Ann <Author>"})

    assert answer.status_code == 200
    assert '<del dir="auto">nobody named</del> <ins dir="auto">Ann &lt;Author&gt;</ins>' in answer.text
    assert "<del>energy</del><ins>money</ins>" in answer.text
    assert "1 unchanged passage" in answer.text
    assert "A new end." in answer.text.split("<textarea")[0]
    assert "A new end." in answer.text.split("<textarea")[1]
    assert await db.value("select count(*) from revision") == 1


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ({"title": ""}, "Please fill this in."),
        ({"title": "x" * 301}, "Please shorten it."),
        ({"text": "  "}, "Please fill this in."),
        ({"text": "kept \x00 words"}, "cannot be stored"),
        ({"reason": "y" * 301}, "Please shorten it."),
        ({"byline": "z" * 2_001}, "Please shorten it."),
    ],
)
async def test_a_mistake_is_said_and_what_was_typed_kept(
    client: httpx.AsyncClient, sam: Viewer, mistake: dict[str, str], said: str
) -> None:
    thread = await make.thread()
    fields = await form(client, thread) | {"text": "Kept words.", "reason": "A kept reason."}

    answer = await client.post(f"/t/{thread}/revise", data=fields | mistake)

    assert answer.status_code == 422
    assert said in answer.text
    assert mistake.get("text", "Kept words.").split("\x00")[0].strip() in answer.text
    assert await db.value("select count(*) from revision") == 1


async def test_whoever_pasted_a_text_may_edit_it_while_the_thread_is_open(client: httpx.AsyncClient) -> None:
    mira = await make.member("mira")
    thread = await make.thread(starter=mira)
    await make.sign_in(client, mira)
    fields = await form(client, thread) | {"text": "Mine, mended."}

    link = f'href="/t/{thread}/revise"' in (await client.get(await make.address(thread))).text
    saved = await client.post(f"/t/{thread}/revise", data=fields)
    await db.execute("update thread set state = 'locked' where id = $1", thread)
    locked = await client.post(f"/t/{thread}/revise", data=fields | {"revision": "2", "text": "Again."})

    assert link
    assert saved.status_code == 303
    assert locked.status_code == 403
    assert "Again." in locked.text


@pytest.mark.parametrize("url", [None, URL])
async def test_nobody_else_may_edit_or_is_offered_to(client: httpx.AsyncClient, url: str | None) -> None:
    starter = await make.member()
    thread = await make.thread(make.text(url=url), starter=starter)
    await make.sign_in(client, await make.member() if url is None else starter)

    asked = await client.get(f"/t/{thread}/revise")
    sent = await client.post(
        f"/t/{thread}/revise", data={"revision": "1", "title": "T", "text": "Mine now.", "byline": "", "reason": ""}
    )

    assert (asked.status_code, sent.status_code) == (403, 403)
    assert "Mine now." in sent.text
    assert "/revise" not in (await client.get(await make.address(thread))).text
    assert await db.value("select count(*) from revision") == 1


async def test_visitors_sign_in_first_and_their_pages_stay_shared(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    moderator = await make.member(role="moderator")
    address = await make.address(thread)

    asked = await client.get(f"/t/{thread}/revise")
    one, two = await client.get(address), await client.get(address, headers={"User-Agent": "another"})
    await make.sign_in(client, moderator)
    theirs = await client.get(address)

    assert asked.headers["location"].startswith("/login")
    assert one.content == two.content
    assert "/revise" not in one.text
    assert "/revise" in theirs.text


async def test_an_archived_thread_stays_as_it_was_and_a_missing_one_is_not_found(
    client: httpx.AsyncClient, sam: Viewer
) -> None:
    thread = await make.thread()
    await db.execute("update thread set state = 'archived' where id = $1", thread)

    assert (await client.get(f"/t/{thread}/revise")).status_code == 403
    assert (await client.get("/t/999999/revise")).status_code == 404


async def test_the_comments_on_an_edited_passage_stay_with_it(client: httpx.AsyncClient, sam: Viewer) -> None:
    thread = await make.thread()
    first, second, third = await make.lineages(thread)
    here = await make.comment(thread, sam, passage=second, quote="how much energy the answer cost")
    there = await make.comment(thread, sam, passage=third, quote="the habit of asking")
    fields = await form(client, thread)
    fields["text"] = fields["text"].replace(make.WORDS[1], EDITED).replace(make.WORDS[0], "")

    await client.post(f"/t/{thread}/revise", data=fields)

    assert await db.values("select passage from comment order by id") == [second, third]
    assert await db.values("select anchor from comment order by id") == ["same", "same"]
    assert first not in (await make.lineages(thread))[3:]
    assert (here, there) == tuple(await db.values("select id from comment order by id"))


async def test_a_large_article_can_be_edited(client: httpx.AsyncClient, sam: Viewer) -> None:
    words = [f"Paragraph {number} says é, ü and 中文 " + "again and again " * 30 for number in range(300)]
    thread = await make.thread(make.text(*[one.strip() for one in words]))
    fields = await form(client, thread)
    fields["text"] = fields["text"].replace("Paragraph 150 says", "Paragraph 150 said")

    answer = await client.post(f"/t/{thread}/revise", data=fields)

    assert answer.status_code == 303
    assert await db.value("select changed from revision where number = 2") == 1


async def test_edits_are_limited_like_other_posts_and_the_text_is_kept(client: httpx.AsyncClient, sam: Viewer) -> None:
    thread = await make.thread()
    fields = await form(client, thread)
    # While they are made, a token or two may come back.
    for number in range(2 * POST_ACCOUNT.most):
        fields |= {"text": f"Edit {number}.", "revision": str(number + 1)}
        answer = await client.post(f"/t/{thread}/revise", data=fields)
        if answer.status_code != 303:
            break

    assert answer.status_code == 429
    assert f"Edit {number}." in answer.text
    assert number >= POST_ACCOUNT.most


@pytest.mark.committed
async def test_of_two_who_save_at_once_one_is_told(client: httpx.AsyncClient, sam: Viewer) -> None:
    thread = await make.thread()
    fields = await form(client, thread)

    answers = await asyncio.gather(
        *(client.post(f"/t/{thread}/revise", data=fields | {"text": f"Edit {number}."}) for number in range(3))
    )

    assert sorted(answer.status_code for answer in answers) == [303, 422, 422]
    assert await db.value("select count(*) from revision") == 2
