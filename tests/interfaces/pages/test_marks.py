"""The words that comments are about are marked in the article, the same for every reader."""

import httpx
import pytest

from parley.discussion.comments import counts
from parley.discussion.threads import ops as threads
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

QUOTE = "how much energy the answer cost"
ONE, TWO = f'<mark data-said="1">{QUOTE}</mark>', f'<mark data-said="2">{QUOTE}</mark>'


async def article(client: httpx.AsyncClient, thread: int) -> str:
    return (await client.get(f"/t/{thread}/article", headers={"HX-Request": "true"})).text


async def said(thread: int, author: Viewer, quote: str = QUOTE) -> int:
    return await make.comment(thread, author, passage=(await make.lineages(thread))[1], quote=quote)


async def test_marks_come_with_comments_and_go_with_them(client: httpx.AsyncClient) -> None:
    thread, author = await make.thread(), await make.member()
    await make.sign_in(client, author)

    before = await article(client, thread)
    first = await said(thread, author)
    one = await article(client, thread)
    await said(thread, author)
    two = await article(client, thread)
    await client.post(f"/c/{first}/delete")
    after = await article(client, thread)

    assert "<mark" not in before
    assert (ONE in one, TWO in two, ONE in after) == (True, True, True)


async def test_marks_follow_the_words_of_a_revision(client: httpx.AsyncClient) -> None:
    thread, author = await make.thread(), await make.member()
    await said(thread, author)

    await threads.revise_thread(thread, make.text(make.WORDS[0], make.WORDS[1].replace("energy", "power")))
    changed = await article(client, thread)
    await threads.revise_thread(thread, make.text(make.WORDS[0], "Nobody asked the answer, since nobody dares."))
    gone = await article(client, thread)

    assert '<mark data-said="1">how much power the answer cost</mark>' in changed
    assert "<mark" not in gone


async def test_a_recount_makes_the_same_marks(client: httpx.AsyncClient) -> None:
    thread, author = await make.thread(), await make.member()
    for quote in (QUOTE, QUOTE, "Nobody asked"):
        await said(thread, author, quote)
    query = "select words || comments from quoted_words where thread = $1 order by words"
    counted = await db.values(query, thread)

    async with db.atomic():
        await counts.recount(thread)

    assert await db.values(query, thread) == counted == ["Nobody asked1", f"{QUOTE}2"]


async def test_an_excerpt_has_no_marks_on_words_that_it_does_not_show(client: httpx.AsyncClient) -> None:
    thread, author = await make.thread(make.text("One. " * 90, make.WORDS[1])), await make.member()
    await said(thread, author)
    await db.execute("update article set allowed = 'excerpt'")

    page = await article(client, thread)

    assert "<mark" not in page
    assert QUOTE not in page


async def test_a_reader_switches_the_marks_off_and_on_without_javascript(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    address = await make.address(thread)

    off = await client.post("/reading", data={"marks": "off", "next": address})
    client.cookies.update(off.cookies)
    plain = (await client.get(address)).text
    client.cookies.update((await client.post("/reading", data={"density": "compact", "next": address})).cookies)
    compact = (await client.get(address)).text
    client.cookies.update((await client.post("/reading", data={"marks": "on", "next": address})).cookies)
    again = (await client.get(address)).text

    assert off.status_code == 303
    assert 'data-marks="off"' in plain[:300]
    assert 'data-marks="off"' in compact[:300]
    assert 'data-density="compact"' in compact[:300]
    assert 'data-marks="off"' not in again[:300]
