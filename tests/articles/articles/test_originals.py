"""The PDF of an article: kept where its licence allows it, with pictures of its pages, and gone with its text."""

import asyncio
import io
from html import unescape
from typing import cast

import httpx
import pytest
from PIL import Image

from parley.articles.imports import jobs, pdf_web
from parley.extraction.sandbox.pages import MOST_BYTES
from parley.own_data.erasure import articles
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.http.access import AnyRequest
from parley.platform.settings import settings
from tests import make
from tests.pdfs import At, paragraph, pdf
from tests.restricting import decide

pytestmark = pytest.mark.anyio

TEXT = "\n\n".join(
    f"Paragraph {number} tells what the village did with the lamp that it had found." for number in "1234"
)
FILE = pdf(
    [[At(180, 80, "The Wager of a Village", 20), *paragraph(TEXT, 120)], paragraph(TEXT.replace("lamp", "plough"), 80)]
)
BY = "https://creativecommons.org/licenses/by/4.0/"


@pytest.fixture
async def mira(client: httpx.AsyncClient) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


async def publish(client: httpx.AsyncClient, licence: str) -> int:
    """Upload FILE and publish it; return its thread."""
    asked = await client.post("/new", data={"source": "file", "topic": "research"}, files={"file": ("a.pdf", FILE)})
    await jobs.read_waiting()
    facts = {"title": "The Wager", "topic": "research", "licence": licence}
    published = await client.post(asked.headers["location"], data=facts)
    return int(published.headers["location"].split("/")[2])


async def lineage(thread: int, page: int) -> int:
    found: int = await db.value(
        """select lineage from passage p join revision r on r.id = p.revision join thread t on t.article = r.article
           where t.id = $1 and p.page = $2 order by r.number desc, p.position limit 1""",
        thread, page,
    )  # fmt: skip
    return found


async def statuses(client: httpx.AsyncClient, thread: int) -> set[int]:
    page = f"/p/{await lineage(thread, 1)}/page"
    return {(await client.get(one)).status_code for one in (page, f"{page}.webp", f"/t/{thread}/original.pdf")}


async def test_a_passage_is_marked_on_the_picture_of_its_page(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await publish(client, BY)
    number = await lineage(thread, 2)
    shown = await client.get(f"/t/{thread}", follow_redirects=True)
    assert f'href="/p/{number}/page"' in shown.text

    page = await client.get(f"/p/{number}/page")
    assert 'aria-label="Page 2 of the PDF. Marked: ' in page.text
    assert page.text.count("<rect ") == 1
    first = await client.get(f"/p/{number}/page?number=1")
    assert 'alt="Page 1 of the PDF"' in first.text
    assert "<rect " not in first.text

    picture = await client.get(f"/p/{number}/page.webp?number=2")
    assert picture.headers["content-type"] == "image/webp"
    assert len(picture.content) <= MOST_BYTES
    drawn = Image.open(io.BytesIO(picture.content)).convert("L")
    box = await db.value("select boxes from passage where lineage = $1", number)
    _, _, left, top, right, bottom = (int(one) * drawn.width // 1_000 for one in box.split())
    assert drawn.crop((left, top, right, bottom)).getextrema()[0] < 100, "there is text in the box"
    assert drawn.crop((0, 0, drawn.width, top - 2)).getextrema()[0] > 200, "and none above"

    assert (await client.get(f"/t/{thread}/original.pdf")).content == FILE
    for missing in (f"/p/{number}/page?number=3", f"/p/{number}/page.webp?number=0", "/p/0/page", "/p/x/page.webp"):
        assert (await client.get(missing)).status_code == 404


async def test_ten_readers_who_open_the_same_page_have_it_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    async def draw(_: object, digest: str, number: int) -> bytes:
        drawn.append(number)
        await asyncio.sleep(0.01)
        return f"page {number}".encode()

    monkeypatch.setattr(pdf_web, "_draw", draw)
    request = cast("AnyRequest", None)
    pictures = await asyncio.gather(*(pdf_web._picture(request, "a PDF", 2 + one // 10) for one in range(20)))

    assert pictures == [b"page 2"] * 10 + [b"page 3"] * 10
    assert drawn == [2, 3]


@pytest.mark.parametrize(
    ("licence", "setting", "is_kept"),
    [
        (BY, "open", True), ("CC BY-SA 4.0", "open", True), ("", "open", False), (BY, "off", False), ("", "on", True),
        ("https://creativecommons.org/licenses/by-nc/4.0/", "open", False), ("All rights reserved", "open", False),
    ],
)  # fmt: skip
async def test_a_pdf_is_kept_as_the_operator_and_its_licence_allow(
    client: httpx.AsyncClient,
    mira: Viewer,
    monkeypatch: pytest.MonkeyPatch,
    licence: str,
    setting: str,
    *,
    is_kept: bool,
) -> None:
    monkeypatch.setenv("PARLEY_KEEP_PDFS", setting)
    settings.cache_clear()
    try:
        thread = await publish(client, licence)
        assert await statuses(client, thread) == {200 if is_kept else 404}
        shown = await client.get(f"/t/{thread}", follow_redirects=True)
        assert ("/page" in shown.text, "original.pdf" in shown.text) == (is_kept, is_kept)
    finally:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.mark.parametrize("action", ["excerpt", "text", "passage", "remove", "title"])
async def test_with_any_part_of_the_text_the_file_and_its_pages_are_gone_at_once(
    client: httpx.AsyncClient, mira: Viewer, action: str
) -> None:
    thread = await publish(client, BY)
    assert await statuses(client, thread) == {200}
    passage = await lineage(thread, 2) if action == "passage" else None
    await decide(await make.member("ada", role="admin"), thread, action, passage=passage)
    assert await statuses(client, thread) == {404}


async def test_an_erased_article_leaves_no_file(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await publish(client, BY)
    await db.execute("update member set erase_words = true where id = $1", mira.id)
    assert await articles.erase(mira.id) == 1
    assert await db.value("select count(*) from original") == 0
    assert await statuses(client, thread) == {404}


async def test_an_edit_leaves_passages_at_their_places(client: httpx.AsyncClient, mira: Viewer) -> None:
    thread = await publish(client, BY)
    before = await db.values("select boxes from passage order by position")
    shown = (await client.get(f"/t/{thread}/revise")).text
    text = unescape(shown.partition('name="text"')[2].partition(">")[2].partition("</textarea>")[0])
    assert "Paragraph 1" in text
    text = text.replace("Paragraph 1", "Paragraph one", 1)
    edit = {"title": "The Wager", "byline": "", "text": text, "revision": "1"}
    assert (await client.post(f"/t/{thread}/revise", data=edit)).status_code == 303
    newest = "select id from revision where number = 2"
    assert await db.values(f"select boxes from passage where revision = ({newest}) order by position") == before
    assert await statuses(client, thread) == {200}
