"""From `/new` to a thread: asking, reading, mending, publishing; and an address that has a thread already."""

import asyncio
import hashlib
import re
import threading

import httpx
import msgspec
import pytest

from parley.articles.articles import display, pictures
from parley.articles.articles.rules import EXCERPT
from parley.articles.imports import jobs
from parley.articles.imports import ops as imports
from parley.articles.imports.ops import decode
from parley.discussion.threads.opening import open_thread, publish_import
from parley.extraction.errors import CannotImport
from parley.extraction.html.passages import ImportedPassage, without_lost_pictures
from parley.extraction.html.pictures import DRAWN
from parley.extraction.sandbox.images import Image
from parley.people.accounts.viewer import Viewer
from parley.platform import db, ratelimit
from parley.platform.text.messages import N_
from tests import make

pytestmark = pytest.mark.anyio

ARTICLE = """# A modest title

The first paragraph says what the article is about, in enough words to be one.

The second paragraph goes on, and says *why* it matters to anybody at all.
"""

SIGNED = """<html><head><meta name="author" content="Nathan Willis"><title>Signed</title></head><body><article>
<h1>Signed</h1><p>The first paragraph says what the article is about, in enough words to be one of its own.</p>
<p>The second paragraph goes on, and says why it matters to anybody at all, at some length too.</p>
</article></body></html>"""


@pytest.fixture
async def mira(client: httpx.AsyncClient) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


async def read(client: httpx.AsyncClient, **form: str) -> str:
    """Ask for an import, have it read, and return its address."""
    answer = await client.post("/new", data={"source": "text", "topic": "research"} | form)
    assert answer.status_code == 303
    await jobs.read_waiting()
    address: str = answer.headers["location"]
    return address


async def test_pasted_text_becomes_a_thread(client: httpx.AsyncClient, mira: Viewer) -> None:
    address = await read(client, text=ARTICLE)
    preview = await client.get(address)

    published = await client.post(address, data={"title": "A mended title", "topic": "policy"})
    page = await client.get(published.headers["location"])

    assert "A modest title" in preview.text
    assert "The second paragraph goes on, and says <em>why</em>" in preview.text
    assert "<h1" in page.text
    assert "A mended title" in page.text
    assert len(re.findall(r'id="p\d', page.text)) == 2
    assert await db.value("select topic from thread") == "policy"
    assert await db.value("select starter from thread") == mira.id


async def test_a_file_becomes_a_thread(client: httpx.AsyncClient, mira: Viewer) -> None:
    answer = await client.post(
        "/new", data={"source": "file"}, files={"file": ("essay.md", ARTICLE.encode(), "text/markdown")}
    )
    await jobs.read_waiting()

    preview = await client.get(answer.headers["location"])

    assert "A modest title" in preview.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"source": "url", "url": ""}, "Please fill this in"),
        ({"source": "url", "url": "ftp://a.example/x"}, "not a web address"),
        ({"source": "url", "url": "javascript:alert(1)"}, "not a web address"),
        ({"source": "url", "url": "https://[a.example/x"}, "not a web address"),
        ({"source": "url", "url": "http://xn--/"}, "not a web address"),
        ({"source": "url", "url": "http://xn--a.example/"}, "not a web address"),
        ({"source": "url", "url": "https://a\u2100b.example/x"}, "not a web address"),
        ({"source": "text", "text": "  "}, "Please fill this in"),
        ({"source": "text", "text": "kept \x00 words"}, "cannot be stored"),
        ({"source": "file"}, "Please choose a file"),
        ({"source": "pigeon"}, "Please choose one of"),
    ],
)
async def test_a_mistake_is_said_and_what_was_typed_kept(
    client: httpx.AsyncClient, mira: Viewer, form: dict[str, str], said: str
) -> None:
    answer = await client.post("/new", data=form | {"title": "Kept title"})

    assert answer.status_code == 422
    assert said in answer.text
    assert "Kept title" in answer.text
    assert form.get("url", "") in answer.text
    assert await db.value("select count(*) from article_import") == 0


async def test_a_file_whose_name_cannot_be_stored_is_refused(client: httpx.AsyncClient, mira: Viewer) -> None:
    part = b'--B\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    body = part % (b"source", b"", b"file") + part % (b"title", b"", b"Kept title")
    body += part % (b"file", b'; filename="a\x00.md"', ARTICLE.encode()) + b"--B--\r\n"

    answer = await client.post("/new", content=body, headers={"content-type": "multipart/form-data; boundary=B"})

    assert answer.status_code == 422
    assert "Please rename it." in answer.text
    assert "Kept title" in answer.text


async def test_a_failed_import_says_why_on_its_page(client: httpx.AsyncClient, mira: Viewer) -> None:
    pdf = {"file": ("essay.txt", b"%PDF-1.7\x00\x01\x02" * 50, "text/plain")}
    answer = await client.post("/new", data={"source": "file"}, files=pdf)
    await jobs.read_waiting()

    page = await client.get(answer.headers["location"])

    assert await db.value("select state from article_import") == "failed"
    assert await db.value("select message from article_import") in page.text.replace("&#39;", "'")


@pytest.mark.parametrize("form", [{"title": "", "topic": "research"}, {"title": "T", "topic": "nothing"}])
async def test_publishing_needs_a_title_and_an_existing_topic(
    client: httpx.AsyncClient, mira: Viewer, form: dict[str, str]
) -> None:
    address = await read(client, text=ARTICLE)

    answer = await client.post(address, data=form)

    assert answer.status_code == 422
    assert 'class="error' in answer.text
    assert await db.value("select count(*) from thread") == 0


@pytest.mark.parametrize(
    ("form", "kept"), [({"byline": " N. Willis "}, "N. Willis"), ({"byline": ""}, None), ({}, "Nathan Willis")]
)
async def test_the_byline_can_be_corrected_removed_or_left(
    client: httpx.AsyncClient, mira: Viewer, form: dict[str, str], kept: str | None
) -> None:
    address = await read(client, text=SIGNED)
    preview = await client.get(address)

    published = await client.post(address, data={"title": "A title", "topic": "research"} | form)
    page = await client.get(published.headers["location"])

    assert 'name="byline" dir="auto" value="Nathan Willis"' in preview.text
    assert await db.value("select byline from revision") == kept
    assert (f"by <bdi>{kept}</bdi>" in page.text) == bool(kept)


async def test_a_byline_that_is_too_long_is_reported_and_kept(client: httpx.AsyncClient, mira: Viewer) -> None:
    address = await read(client, text=ARTICLE)

    answer = await client.post(address, data={"title": "A title", "topic": "research", "byline": "x" * 2_001})

    assert answer.status_code == 422
    assert 'id="f-byline-error"' in answer.text
    assert f'value="{"x" * 2_001}"' in answer.text


async def test_publishing_twice_leads_to_the_one_thread(client: httpx.AsyncClient, mira: Viewer) -> None:
    address = await read(client, text=ARTICLE)
    form = {"title": "A title", "topic": "research"}

    first = await client.post(address, data=form)
    second = await client.post(address, data=form)

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"].startswith(second.headers["location"])
    assert await db.value("select count(*) from thread") == 1


async def test_an_import_that_two_tabs_publish_under_two_titles_is_one_thread(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    number = int((await read(client, text=ARTICLE)).rpartition("/")[2])
    draft = await imports.of_member(number, mira.id)
    text = decode((draft.draft if draft else None) or b"")

    first, second = [
        await publish_import(
            import_id=number, text=msgspec.structs.replace(text, title=title), topic="research", starter=mira.id
        )
        for title in ("One title", "Another title")
    ]

    assert (first.is_new, second.is_new, second.id) == (True, False, first.id)
    assert await db.values("select title from thread") == ["One title"]


async def test_nobody_else_sees_or_publishes_an_import(client: httpx.AsyncClient, mira: Viewer) -> None:
    address = await read(client, text=ARTICLE)
    await make.sign_in(client, await make.member(role="admin"))

    assert (await client.get(address)).status_code == 404
    assert (await client.post(address, data={"title": "Mine", "topic": "research"})).status_code == 404


@pytest.mark.parametrize("state", [None, "unverified"])
async def test_only_members_with_a_confirmed_address_import_articles(
    client: httpx.AsyncClient, state: str | None
) -> None:
    if state:
        await make.sign_in(client, await make.member(state=state))

    answer = await client.post("/new", data={"source": "text", "text": "kept words"})

    assert answer.status_code == (403 if state else 401)
    assert "kept words" in answer.text


URL = "https://review.example/wager"


async def test_the_same_address_leads_to_the_existing_thread(client: httpx.AsyncClient, mira: Viewer) -> None:
    first = await open_thread(text=make.text(url=URL), topic="research", starter=None)

    again = await open_thread(text=make.text(url=URL), topic="policy", starter=mira.id)

    assert (again.id, again.is_new, again.revised) == (first.id, False, False)
    assert await db.value("select count(*) from revision") == 1


async def test_a_changed_text_is_a_revision_whose_passages_keep_their_lineages(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    opened = await open_thread(text=make.text(url=URL), topic="research", starter=None)
    before = await make.lineages(opened.id)
    comment = await make.comment(opened.id, mira, passage=before[1], quote="how much energy")
    changed = make.text(make.WORDS[0], "A new one in between, with words of its own.", *make.WORDS[1:], url=URL)

    revised = await open_thread(text=changed, topic="research", starter=None)
    after = (await make.lineages(opened.id))[3:]
    page = (await client.get(await make.address(opened.id))).text
    versions = (await client.get(f"/t/{opened.id}/revisions")).text

    assert (revised.id, revised.revised) == (opened.id, True)
    assert [after[0], *after[2:]] == before
    assert after[1] not in before
    assert f'id="c{comment}"' in page
    assert "A new one in between" in page
    assert "<ins>" in versions
    assert "A new one in between" in versions
    assert await db.value("select kind from event order by id desc limit 1") == "article.revised"


async def test_a_source_that_allows_an_excerpt_is_cut_to_it(app: object) -> None:
    await display.set_display("https://strict.example/", "excerpt")
    long = [f"Paragraph {number} " + "goes on and on. " * 9 for number in range(9)]

    await make.thread(make.text(*long, url="https://strict.example/a"))

    kept = await db.values("select text from passage order by position")
    assert 0 < sum(map(len, kept)) <= EXCERPT
    assert await db.value("select display from article") == "excerpt"


async def test_a_missing_picture_is_not_found(client: httpx.AsyncClient) -> None:
    for name in ("0" * 64, "x", "..%2f..%2fetc%2fpasswd", "A" * 64):
        assert (await client.get(f"/media/{name}")).status_code == 404


async def test_a_picture_is_served_with_headers_that_allow_nothing_else(client: httpx.AsyncClient) -> None:
    await db.execute(
        "insert into media (hash, mime, width, height, data) values ($1, 'image/webp', 1, 1, 'x')", "a" * 64
    )

    answer = await client.get(f"/media/{'a' * 64}")

    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]


async def test_the_imports_of_one_member_do_not_delay_others(app: object) -> None:
    mallory, mira = await make.member("mallory"), await make.member("mira")
    for number in range(3):
        await imports.request_import(
            member=mallory.id, source="url", url=f"https://slow.example/{number}", given=None, title="", topic=""
        )
    wanted = await imports.request_import(member=mira.id, source="text", url=None, given=b"Words.", title="", topic="")

    slow, next_one, nothing = [await imports.claim() for _ in range(3)]

    assert slow is not None
    assert slow.member == mallory.id
    assert next_one is not None
    assert next_one.id == wanted
    assert nothing is None


async def test_an_import_above_what_a_member_may_store_in_a_day_says_so(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    form = {"source": "text", "topic": "research", "text": ARTICLE * 1_000}
    address = (await client.post("/new", data=form)).headers["location"]
    # What is left is less than such a text needs, for two minutes.
    await ratelimit.take_volume(mira.id, (ratelimit.VOLUME_ACCOUNT.most - len(form["text"]) // 1_000 - 10) * 1_000)
    await jobs.read_waiting()

    told = await client.get(address)
    again = await client.post("/new", data=form)

    assert "as much text and as many pictures as one member may in a day" in told.text
    assert again.status_code == 429 and int(again.headers["retry-after"]) > 0
    assert "A modest title" in again.text


async def test_the_newest_drafts_of_a_member_stay_and_their_page_says_how_long(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    other = await make.member()
    await db.execute(
        """insert into article_import (member, state, source, topic, created_at, changed_at)
           select m, 'ready', 'text', 'research', now(), now() from unnest($1::bigint[]) m, generate_series(1, 50)""",
        [mira.id, other.id],
    )
    address = await read(client, text=ARTICLE)

    page = await client.get(address)

    assert await db.value("select count(*) from article_import where member = $1", mira.id) == imports.MOST_KEPT + 1
    assert await db.value("select count(*) from article_import where member = $1", other.id) == 50
    assert "A draft is deleted after 90 days, or when you have 40 newer ones." in page.text


@pytest.mark.parametrize(("room", "stored"), [(10**6, 3), (25_000, 2), (0, 0)])
async def test_the_pictures_of_an_article_have_a_byte_limit(
    app: object, monkeypatch: pytest.MonkeyPatch, room: int, stored: int
) -> None:
    async def fetched(url: str) -> Image:
        return Image(hashlib.sha256(url.encode()).hexdigest(), "image/webp", 1, 1, bytes(10_000))

    monkeypatch.setattr(pictures, "_fetch", fetched)
    monkeypatch.setattr(pictures, "MOST_BYTES", room)
    # A test has one connection.
    monkeypatch.setattr(pictures, "AT_ONCE", 1)
    figures = [ImportedPassage("figure", None, f'<img src="https://a.example/{n}">', "") for n in range(3)]

    found = await pictures.store_pictures(figures, (await make.member()).id)

    assert await db.value("select count(*) from media") == stored
    assert sum("/media/" in one.html for one in found) == stored
    assert len(without_lost_pictures(found)) == stored


async def test_slow_pictures_do_not_delay_other_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pictures of eight articles occupied all threads: nobody looked up the mail server's name meanwhile."""
    may_end = threading.Event()

    def take_long(_data: bytes) -> Image:
        may_end.wait(20)
        raise CannotImport(N_("It takes too long."))

    monkeypatch.setattr(pictures, "reencode", take_long)
    fetches = [asyncio.create_task(pictures._fetch(DRAWN)) for _ in range(40)]
    try:
        await asyncio.sleep(0)
        assert await asyncio.wait_for(asyncio.to_thread(lambda: 1), 5) == 1
    finally:
        may_end.set()
    assert await asyncio.gather(*fetches) == [None] * 40
