"""PDFs, what to do where an import fails, and articles that have a discussion under another address."""

import httpx
import pytest

from parley.articles.articles.duplicates import address_variants, fingerprint
from parley.articles.imports import jobs, reading
from parley.discussion.threads.opening import open_thread
from parley.extraction.fetching.fetch import Download
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.pdfs import At, of_streams, paragraph, pdf, stream

pytestmark = pytest.mark.anyio

SENTENCES = [
    f"Paragraph {number} tells what the {word} of the village did with the {thing} that they had found in spring."
    for number, (word, thing) in enumerate(
        zip(
            ["baker", "smith", "teacher", "farmer", "doctor", "miller"],
            ["lamp", "plough", "book", "scythe", "chest", "sack"],
            strict=True,
        )
    )
]
TEXT = "\n\n".join(SENTENCES)
LOGIN = (
    b"<html><head><title>The wager</title><meta name=author content='Ada Osei'></head>"
    b"<body><form><p>Log in</p></form></body></html>"
)


@pytest.fixture
async def mira(client: httpx.AsyncClient) -> Viewer:
    """Signed in on `client`."""
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, bytes]]:
    """What the importer gets at each address: the address to which it was led, and the body."""
    pages: dict[str, tuple[str, bytes]] = {}

    async def fetch(url: str, **_limits: object) -> Download:
        final, body = pages[url]
        return Download(url, final, "text/html", None, body, None, None)

    monkeypatch.setattr(reading, "fetch", fetch)
    return pages


async def ask(client: httpx.AsyncClient, **form: str) -> httpx.Response:
    """Ask for an import, have it read, and open its page."""
    answer = await client.post("/new", data={"topic": "research"} | form)
    assert answer.status_code == 303
    await jobs.read_waiting()
    return await client.get(answer.headers["location"])


def page(text: str, head: str = "") -> bytes:
    body = "".join(f"<p>{one}</p>" for one in text.split("\n\n"))
    return (
        f"<html><head><title>The wager</title>{head}</head><body><article><h1>The wager</h1>{body}</article>".encode()
    )


async def test_a_pdf_becomes_a_thread_with_the_numbers_of_its_pages(client: httpx.AsyncClient, mira: Viewer) -> None:
    file = pdf([[At(180, 80, "The Wager of a Village", 20), *paragraph(TEXT, 120)], paragraph(TEXT, 80)])
    asked = await client.post("/new", data={"source": "file", "topic": "research"}, files={"file": ("wager.pdf", file)})
    stored = await db.value("select count(*) from import_part")
    await jobs.read_waiting()
    preview = await client.get(asked.headers["location"])

    published = await client.post(asked.headers["location"], data={"title": "The Wager", "topic": "research"})
    thread = await client.get(published.headers["location"])

    assert stored == 1
    assert await db.value("select count(*) from import_part") == 0
    for shown in (preview, thread):
        assert "Page 1 of the PDF" in shown.text
        assert "Page 2 of the PDF" in shown.text
    assert await db.values("select distinct page from passage order by page") == [1, 2]


async def test_a_file_that_is_too_large_is_refused_by_what_it_is(client: httpx.AsyncClient, mira: Viewer) -> None:
    for name, body, says in [("a.pdf", b"%PDF-1.7" + b" " * 20_000_000, "20 MB"), ("a.md", b"w " * 1_500_000, "2 MB")]:
        answer = await client.post("/new", data={"source": "file"}, files={"file": (name, body)})
        assert answer.status_code == 422
        assert f"larger than {says}" in answer.text
    assert await db.value("select count(*) from article_import") == 0


async def test_where_an_import_fails_its_text_can_be_pasted_and_what_was_found_is_kept(
    client: httpx.AsyncClient, mira: Viewer, web: dict[str, tuple[str, bytes]]
) -> None:
    url = "https://paper.example/wager"
    web[url] = url, LOGIN
    failed = await ask(client, source="url", url=url)
    again = str(await db.value("select id from article_import"))

    preview = await ask(client, source="text", url=url, again=again, title="The wager", text=TEXT)

    assert "No article was found" in failed.text
    assert f'name="url" value="{url}"' in failed.text
    assert '<dd dir="auto">Ada Osei</dd>' in failed.text
    assert 'value="The wager"' in failed.text
    assert 'value="Ada Osei"' in preview.text
    published = await client.post(
        str(preview.url), data={"title": "The wager", "byline": "Ada Osei", "topic": "research"}
    )
    assert published.status_code == 303
    assert await db.values("select claimed_url from article") == [url]
    assert await db.values("select url from article") == [None]


async def test_a_typed_title_has_no_provenance(
    client: httpx.AsyncClient, mira: Viewer, web: dict[str, tuple[str, bytes]]
) -> None:
    url = "https://paper.example/wager"
    web[url] = url, LOGIN
    await ask(client, source="url", url=url)
    again = str(await db.value("select id from article_import"))

    pasted = await ask(client, source="text", url=url, again=again, title="My own title", text=TEXT)
    web[url] = url, page(TEXT)
    fetched = await ask(client, source="url", url=url, title="My own title")

    for preview in (pasted, fetched):
        assert 'value="My own title"' in preview.text
        assert "From its heading." not in preview.text
        assert "From the title of the page&#39;s window." not in preview.text


async def test_an_unreadable_file_shows_no_list_of_facts(client: httpx.AsyncClient, mira: Viewer) -> None:
    asked = await client.post("/new", data={"source": "file"}, files={"file": ("scan.pdf", pdf([[], []]))})
    await jobs.read_waiting()
    failed = await client.get(asked.headers["location"])

    assert "Paste its text" in failed.text
    assert "This is what was found." not in failed.text


async def test_another_member_s_import_is_not_reused(
    client: httpx.AsyncClient, web: dict[str, tuple[str, bytes]]
) -> None:
    await make.sign_in(client, await make.member("mallory"))
    url = "https://paper.example/wager"
    web[url] = url, LOGIN
    await ask(client, source="url", url=url)
    again = str(await db.value("select id from article_import"))
    await make.sign_in(client, await make.member("mira"))

    preview = await ask(client, source="text", again=again, text=TEXT)

    assert "Ada Osei" not in preview.text


async def test_a_pasted_text_with_no_address_of_the_web_is_read_without_one(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    preview = await ask(client, source="text", url="javascript:alert(1)", text=TEXT)

    assert "Before you publish" in preview.text
    assert await db.value("select url from article_import") is None


@pytest.mark.parametrize(
    "url",
    [
        "https://essay.example/wager/",
        "http://www.essay.example/wager?utm_source=a",
        "https://amp.essay.example/wager",
        "https://essay.example/wager/amp/",
        "https://essay.example/wager?print=1",
        "https://short.example/x",
    ],
)
async def test_one_article_at_several_addresses_has_one_discussion(
    client: httpx.AsyncClient, mira: Viewer, web: dict[str, tuple[str, bytes]], url: str
) -> None:
    first = "https://essay.example/wager"
    web[first] = first, page(TEXT)
    opened = await open_thread(text=await reading.read_url(first), topic="research", starter=None)
    web[url] = first if "short" in url else url, page(TEXT)

    told = await ask(client, source="url", url=url)

    assert "already has a discussion" in told.text
    assert opened.address in told.text
    assert "reads the same" in told.text


async def test_a_copy_at_another_site_leads_to_the_discussion_unless_it_is_another_article(
    client: httpx.AsyncClient, mira: Viewer, web: dict[str, tuple[str, bytes]]
) -> None:
    first, copy = "https://essay.example/wager", "https://syndicate.example/2024/the-wager"
    web[first] = first, page(TEXT)
    opened = await open_thread(text=await reading.read_url(first), topic="research", starter=None)
    web[copy] = copy, page(f"This was first published elsewhere.\n\n{TEXT}")

    told = await ask(client, source="url", url=copy)
    preview = await client.get(f"{told.url}?separate=1")

    assert "nearly the same text" in told.text
    assert first in told.text
    assert opened.address in told.text
    assert "Before you publish" in preview.text


async def test_another_text_at_another_site_is_an_article_of_its_own(
    client: httpx.AsyncClient, mira: Viewer, web: dict[str, tuple[str, bytes]]
) -> None:
    first, other = "https://essay.example/wager", "https://other.example/wager"
    web[first] = first, page(TEXT)
    await open_thread(text=await reading.read_url(first), topic="research", starter=None)
    web[other] = other, page(TEXT.replace("village", "town on the river").replace("found in", "lost before"))

    assert "Before you publish" in (await ask(client, source="url", url=other)).text


def test_a_short_text_has_no_fingerprint_and_an_address_is_a_variant_of_itself() -> None:
    assert fingerprint(["A short text."]) == []
    for url in ("https://a.example/", "https://a.example/x?y=1", "http://m.a.example/x/print"):
        assert url in address_variants(url)


DATED = (
    "<meta name=author content='Ada Osei'><meta property=article:published_time content=2026-02-01T08:30:00Z>"
    "<meta property=article:modified_time content=2026-02-02T08:30:00Z>"
)


async def test_the_preview_says_where_each_fact_was_found_and_all_can_be_corrected(
    client: httpx.AsyncClient, mira: Viewer, web: dict[str, tuple[str, bytes]]
) -> None:
    url = "https://paper.example/wager"
    web[url] = url, page(TEXT, DATED)
    preview = await ask(client, source="url", url=url)
    facts = {"title": "The wager", "byline": "Ada Osei", "topic": "research", "published": "2026-02-01"}

    published = await client.post(str(preview.url), data=facts | {"updated": "2026-02-03", "lang": "en-GB"})

    assert published.status_code == 303
    assert "From the page&#39;s metadata (author)." in preview.text
    assert "From its heading." in preview.text
    assert 'name="published" value="2026-02-01"' in preview.text
    assert "updated <time" in preview.text
    [known] = await db.values("select (published_at, updated_at, lang)::text from revision")
    assert known == '("2026-02-01 08:30:00+00","2026-02-03 00:00:00+00",en-GB)'
    assert "updated <time" in (await client.get(published.headers["location"])).text


async def test_an_empty_date_removes_it_and_one_that_was_not_sent_stays(
    client: httpx.AsyncClient, mira: Viewer, web: dict[str, tuple[str, bytes]]
) -> None:
    url = "https://paper.example/wager"
    web[url] = url, page(TEXT, DATED)
    for number, form in enumerate(({"published": ""}, {})):
        web[f"{url}/{number}"] = f"{url}/{number}", page(TEXT.replace("village", f"town {number} by the sea"), DATED)
        preview = await ask(client, source="url", url=f"{url}/{number}")
        await client.post(f"{preview.url}?separate=1", data={"title": "The wager", "topic": "research"} | form)

    assert [bool(one) for one in await db.values("select published_at from revision order by id")] == [False, True]


@pytest.mark.parametrize(
    ("name", "value"), [("published", "last May"), ("updated", "2026-13-01"), ("lang", "English!")]
)
async def test_a_wrong_date_or_language_is_said_and_kept(
    client: httpx.AsyncClient, mira: Viewer, name: str, value: str
) -> None:
    preview = await ask(client, source="text", text=TEXT)

    refused = await client.post(str(preview.url), data={"title": "The wager", "topic": "research", name: value})

    assert refused.status_code == 422
    assert f'id="f-{name}-error"' in refused.text
    assert f'value="{value}"' in refused.text
    assert await db.value("select count(*) from thread") == 0


async def test_the_licence_and_what_a_page_reserves_are_kept_shown_and_passed_on(
    client: httpx.AsyncClient, mira: Viewer, web: dict[str, tuple[str, bytes]]
) -> None:
    url = "https://paper.example/wager"
    licence = "https://creativecommons.org/licenses/by/4.0/"
    head = f'<link rel="license" href="{licence}"><meta name="article:section" content="Opinion">'
    web[url] = url, page(TEXT, f'{head}<meta name="robots" content="noai"><meta name="tdm-reservation" content="1">')
    preview = await ask(client, source="url", url=url)
    assert f'value="{licence}"' in preview.text
    assert "From the page&#39;s metadata (rel=license)." in preview.text
    form = {"title": "The wager", "topic": "research", "licence": licence, "section": "Essays", "bio": ""}

    published = await client.post(str(preview.url), data=form)

    thread = await client.get(published.headers["location"])
    assert f'<a href="{licence}" rel="license noopener nofollow"><bdi>CC BY 4.0</bdi></a>' in thread.text
    assert "does not allow text and data mining" in thread.text
    assert '<meta name="tdm-reservation" content="1">' in thread.text
    assert '<meta name="robots" content="noai">' in thread.text
    assert '<span dir="auto">Essays</span>' in thread.text
    assert await db.values("select display from article") == ["full"]


async def test_a_page_that_forbids_longer_excerpts_is_shown_as_an_excerpt(
    client: httpx.AsyncClient, mira: Viewer, web: dict[str, tuple[str, bytes]]
) -> None:
    url = "https://paper.example/wager"
    web[url] = url, page(TEXT, '<meta name="robots" content="max-snippet:80">')
    preview = await ask(client, source="url", url=url)
    await client.post(str(preview.url), data={"title": "The wager", "topic": "research"})
    assert await db.values("select display from article") == ["excerpt"]


async def test_the_preview_of_a_pdf_names_pages_that_were_not_read_as_text(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    scan = b"q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q"
    file = of_streams([stream(paragraph(TEXT, 80)), scan])
    asked = await client.post("/new", data={"source": "file", "topic": "research"}, files={"file": ("a.pdf", file)})
    await jobs.read_waiting()

    preview = await client.get(asked.headers["location"])

    assert "<dt>Pages</dt><dd>2<br>Without text, shown as pictures: 2.</dd>" in preview.text
    assert preview.text.count('<img src="/media/') == 1
