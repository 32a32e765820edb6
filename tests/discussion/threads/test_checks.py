"""Looking again at the pages that articles came from."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import httpx
import msgspec
import pytest

from parley.articles.articles import pictures
from parley.articles.articles.display import set_display
from parley.articles.imports import jobs as imports
from parley.articles.imports import reading
from parley.discussion.threads import jobs, ops
from parley.discussion.threads.opening import open_thread
from parley.platform import db
from parley.platform.settings import settings
from tests import make
from tests.extraction.site_of_tests import Site, serving
from tests.extraction.test_images import picture

pytestmark = pytest.mark.anyio

WORDS = tuple(f"Paragraph {number} says what it says at some length, and then says it again." for number in range(6))
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
WALL = "<p>Please sign in or subscribe now to go on reading this and every other article of ours, today.</p>"


def html(*words: str, title: str = "The wager") -> bytes:
    paragraphs = "".join(f"<p>{one}</p>" for one in words)
    article = f"<article><h1>{title}</h1>{paragraphs}</article>"
    return f"<html><head><title>{title}</title></head><body>{article}</body></html>".encode()


@pytest.fixture
async def site(app: object, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """A site of the tests, which the importer may reach."""
    allowed = msgspec.structs.replace(settings(), fetch_allow=(ip_network("127.0.0.0/8"),))
    for module in (reading, pictures):
        monkeypatch.setattr(module, "settings", lambda: allowed)
    async with serving() as one:
        yield one


async def imported(site: Site, path: str = "/wager", *headers: str, words: tuple[str, ...] = WORDS) -> int:
    """A thread whose article was fetched from the site."""
    url = site.page(path, html(*words), *headers)
    opened = await open_thread(text=await reading.read_url(url), topic="research", starter=None)
    return opened.id


async def look(times: int = 1) -> int:
    """Let every source be due and looked at, so many times."""
    looked = 0
    for _ in range(times):
        await db.execute("update article set check_at = now() where check_at is not null")
        looked += await jobs.check_sources()
    return looked


async def again() -> timedelta | None:
    """How long until the next look."""
    wait: timedelta | None = await db.value("select check_at - checked_at from article")
    return wait


async def texts() -> list[str]:
    return await db.values(
        """select p.text from thread t join revision r on r.article = t.article and r.number = t.revision
           join passage p on p.revision = r.id order by t.id, p.position"""
    )


async def test_an_unchanged_page_is_requested_conditionally_and_less_often(site: Site) -> None:
    await imported(site, "/wager", 'ETag: "v1"', "Last-Modified: Tue, 03 Feb 2026 07:30:00 GMT")
    site.page("/wager", b"", status="304 Not Modified")
    first = await again()

    await db.execute("update article set checked_at = now() - interval '1 hour', check_at = now()")
    await jobs.check_sources()
    second = await again()
    await db.execute("update article set checked_at = now() - interval '6 days', check_at = now()")
    await jobs.check_sources()

    assert (first, second, await again()) == (HOUR, 2 * HOUR, WEEK)
    assert 'If-None-Match: "v1"' in site.requests[-1]
    assert "If-Modified-Since: Tue, 03 Feb 2026 07:30:00 GMT" in site.requests[-1]
    assert await db.value("select count(*) from revision") == 1


async def test_other_markup_of_the_same_words_is_not_a_revision(site: Site) -> None:
    await imported(site)
    site.page("/wager", html(*WORDS).replace(b"<body>", b'<body class="new"><nav>Menu</nav>'), 'ETag: "v2"')

    await look()

    assert await db.value("select count(*) from revision") == 1
    assert await db.value("select etag from article") == '"v2"'
    assert await again() == HOUR


async def test_a_changed_page_becomes_a_revision_and_comments_stay(site: Site) -> None:
    thread = await imported(site)
    mira = await make.member()
    passage = (await make.lineages(thread))[2]
    await make.comment(thread, mira, passage=passage, quote="what it says at some length")
    site.page(
        "/wager", html("A new beginning, which nobody expected here.", *WORDS[:5], WORDS[5] + " Really."), 'ETag: "v2"'
    )
    await db.execute("update article set checked_at = now() - interval '3 days', check_at = now()")

    assert await jobs.check_sources() == 1

    assert await db.values("select changed from revision order by number") == [0, 2]
    assert (await texts())[0] == "A new beginning, which nobody expected here."
    assert await db.values("select passage from comment") == [passage]
    assert await again() == HOUR
    assert await db.value("select kind from event order by id desc limit 1") == "article.revised"


async def test_corrections_by_members_stay(site: Site) -> None:
    thread = await imported(site)
    editor = await make.member(role="moderator")
    mended = make.text("Paragraph 0, mended.", *WORDS[1:], title="A mended title")
    written = datetime(2026, 3, 14, tzinfo=UTC)
    mended = msgspec.structs.replace(mended, byline="Ann Author", published_at=written, lang="en-GB")
    await ops.revise_thread(thread, mended, ops.RevisionNote(editor.id))
    site.page("/wager", html(*WORDS[:5], "A new end, which says something else."))

    await look()

    assert await texts() == ["Paragraph 0, mended.", *WORDS[1:5], "A new end, which says something else."]
    assert (
        await db.value("select title || byline from revision order by number desc limit 1")
        == "A mended titleAnn Author"
    )
    newest = "select published_at from revision order by number desc limit 1"
    assert await db.value(newest) == written
    assert await db.value(newest.replace("published_at", "lang")) == "en-GB"


async def test_a_page_gone_twice_is_no_longer_checked_and_the_text_stays(site: Site) -> None:
    await imported(site)
    site.page("/wager", b"Gone", status="410 Gone")

    await look()
    first = await again()
    await look()
    requests = len(site.requests)

    assert first is not None
    assert await again() is None
    assert await look() == 0
    assert len(site.requests) == requests
    assert await texts() == list(WORDS)


async def test_a_page_gone_once_is_checked_again(site: Site) -> None:
    await imported(site)
    site.page("/wager", b"Not now", status="404 Not Found")
    await look()
    site.page("/wager", html(*WORDS))
    await look()
    site.page("/wager", b"Not now", status="404 Not Found")
    await look()

    assert await again() is not None


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (html(WALL.removeprefix("<p>").removesuffix("</p>")), "200 OK", "may ask for a login"),
        (
            html(*(f"Something else {'entirely different ' * 5}{number}." for number in range(9))),
            "200 OK",
            "completely different text",
        ),
        (html(*WORDS[:2]), "200 OK", "words now, where it had"),
        (b"<html><body><p>Error</p><script></script></body></html>", "200 OK", "No article was found"),
        (b"Sign in", "401 Unauthorized", "only after a login"),
        (b"Broken", "500 Internal Server Error", "answered with an error (500)"),
        (b"", "503 Service Unavailable", "is busy"),
        (b"%PDF-1.7", "200 OK", "document is damaged"),
    ],
)
async def test_a_page_without_the_article_is_not_a_revision_and_editors_are_notified(
    client: httpx.AsyncClient, site: Site, answer: bytes, status: str, said: str
) -> None:
    thread = await imported(site)
    site.page("/wager", answer, status=status)

    await look()
    visitors = await client.get(f"/t/{thread}/revisions")
    await make.sign_in(client, await make.member(role="moderator"))
    editors = await client.get(f"/t/{thread}/revisions")

    assert await texts() == list(WORDS)
    assert await db.value("select count(*) from revision") == 1
    assert await again() is not None
    assert said in editors.text
    assert said not in visitors.text


@pytest.mark.parametrize("left", [WORDS[:4], (*WORDS[:2], *WORDS[4:])])
async def test_a_page_that_lost_much_is_not_a_revision_and_its_owner_is_notified(
    client: httpx.AsyncClient, site: Site, left: tuple[str, ...]
) -> None:
    mira = await make.member("mira")
    url = site.page("/wager", html(*WORDS))
    opened = await open_thread(text=await reading.read_url(url), topic="research", starter=mira.id)
    site.page("/wager", html(*left))

    await look()
    await make.sign_in(client, mira)
    owner = await client.get(f"/t/{opened.id}/revisions")

    assert await texts() == list(WORDS)
    assert await again() is not None
    assert "lost 28 of 84 words and 2 passages" in owner.text


async def test_a_page_that_lost_one_paragraph_is_a_revision(site: Site) -> None:
    await imported(site)
    site.page("/wager", html(*WORDS[:5]))

    await look()

    assert await texts() == list(WORDS[:5])


async def test_a_page_that_loses_little_each_time_is_followed_until_that_is_too_much(site: Site) -> None:
    await imported(site)
    site.page("/wager", html(*WORDS[:5]))
    await look()
    site.page("/wager", html(*WORDS[:4]))
    await look()

    assert await texts() == list(WORDS[:5])
    assert "Little by little, the page lost 28 of 84 words" in await db.value("select check_note from article")

    await db.execute("update revision set created_at = created_at - interval '31 days'")
    await look()
    assert await texts() == list(WORDS[:4])


async def test_a_page_with_added_texts_is_not_a_revision(site: Site) -> None:
    words = [f"Paragraph {number} is one of {number * 7} that the article has by itself." for number in range(40)]
    url = site.page("/wager", html(*words))
    await open_thread(text=await reading.read_url(url), topic="research", starter=None)
    site.page(
        "/wager", html(*words, *(f"Comment {number} praises the casino {number * 3}." * 3 for number in range(90)))
    )

    await look()

    assert await texts() == words
    assert "other texts may have been added" in await db.value("select check_note from article")


async def test_a_redirect_to_another_site_is_not_a_revision(site: Site) -> None:
    await imported(site)
    site.page("/parked", html(*WORDS[:5], "And now: casino."))
    site.redirect("/wager", f"http://localhost:{site.port}/parked")

    await look()

    assert await texts() == list(WORDS)
    assert "another site" in await db.value("select check_note from article")


async def test_a_picture_that_cannot_be_fetched_is_not_lost(site: Site) -> None:
    figure = b'<figure><img src="/curve.png" alt="A curve"></figure></article>'
    site.page("/curve.png", picture(), "Content-Type: image/png")
    url = site.page("/wager", html(*WORDS).replace(b"</article>", figure))
    await open_thread(text=await reading.read_url(url), topic="research", starter=None)
    before = await newest_html()
    site.page("/wager", html(*WORDS[:5], "A new end, which says something else.").replace(b"</article>", figure))
    site.page("/curve.png", b"", status="404 Not Found")

    await look()

    after = await newest_html()
    assert "/media/" in before[-1]
    assert after[-1] == before[-1]
    assert after[-2] == "<p>A new end, which says something else.</p>"


async def newest_html() -> list[str]:
    return await db.values("select html from passage where revision = (select max(id) from revision) order by position")


async def test_a_sweep_checks_few_pages_and_none_two_of_one_site(site: Site) -> None:
    for number in range(3):
        await imported(site, f"/{number}")
    site.requests.clear()

    assert await look() == 1
    assert len(site.requests) == 1


async def test_only_fetched_articles_shown_in_full_are_checked(site: Site) -> None:
    await make.thread(make.text(*WORDS))
    await make.thread(make.text(*WORDS, url=site.url("/pasted")))
    await imported(site)
    await set_display(site.url("/"), "excerpt")

    assert await look() == 0

    await set_display(site.url("/"), "full")
    assert await look() == 1


async def test_an_archived_thread_stays_as_it_was(site: Site) -> None:
    thread = await imported(site)
    await db.execute("update thread set state = 'archived' where id = $1", thread)
    site.page("/wager", html(*WORDS[:5], "A new end, which says something else."))

    await look()

    assert await texts() == list(WORDS)


async def test_an_error_of_ours_changes_nothing_and_the_check_is_repeated(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await imported(site)

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(jobs.source_checks, "read", fail)
    await look()

    assert await texts() == list(WORDS)
    assert await again() is not None
    assert await db.value("select check_note from article") == jobs.FAULT


async def test_the_same_page_imported_again_is_one_thread(site: Site) -> None:
    mira = await make.member()
    thread = await imported(site)
    url = site.page("/wager?utm_source=mail", html(*WORDS[:5], "A new end, which says something else."))

    text = await reading.read_url(url)
    opened = await open_thread(text=text, topic="policy", starter=mira.id)

    assert (opened.id, opened.is_new, opened.revised) == (thread, False, False)
    assert await db.value("select count(*) from thread") == 1


@pytest.mark.committed
async def test_two_workers_never_check_one_source_at_once(app: object) -> None:
    for host in ("one", "two"):
        text = make.text(*WORDS, url=f"https://{host}.example/", fetched=True)
        await open_thread(text=text, topic="research", starter=None)
    await db.execute("update article set check_at = now()")

    taken = await asyncio.gather(*(jobs.source_checks.claim([]) for _ in range(5)))

    hosts = [due.host for due in taken if due is not None]
    assert sorted(hosts) == sorted(set(hosts))
    assert hosts


MALLORY = """<html><head><link rel="canonical" href="{url}"><title>The wager</title></head><body><article>
<h1>The wager</h1>
<p>The author takes everything back that was said before, and says that it was all one big mistake.</p>
<p>Nobody should believe a single word of what the author wrote, and the author is very sorry for it.</p>
</article></body></html>"""


async def test_a_page_that_claims_another_site_s_article_is_an_article_of_its_own(
    client: httpx.AsyncClient, site: Site
) -> None:
    victim = await make.thread(make.text(*WORDS, url="https://review.example/wager"))
    mallorys = site.page("/forged", MALLORY.format(url="https://review.example/wager").encode())
    await make.sign_in(client, await make.member("mallory"))

    answer = await published(client, mallorys)

    assert answer.headers["location"] != await make.address(victim)
    assert await db.values("select url from article order by id") == ["https://review.example/wager", mallorys]
    assert (await texts())[: len(WORDS)] == list(WORDS)


async def test_adding_the_address_again_offers_to_suggest_the_change(client: httpx.AsyncClient, site: Site) -> None:
    thread = await imported(site)
    site.page("/wager", html(*WORDS[:5], "A new end, which says something else."))
    await make.sign_in(client, await make.member("mira"))

    known = (await published(client, site.url("/wager"))).headers["location"]
    update = (await client.post(f"{known}/suggest")).headers["location"]
    page = await client.get(update)

    assert update.startswith(f"/t/{thread}/updates/")
    assert "A new end" in page.text
    assert await texts() == list(WORDS)
    assert await db.value("select count(*) from article") == 1


async def published(client: httpx.AsyncClient, url: str) -> httpx.Response:
    """Import an address and publish it as it was read."""
    asked = await client.post("/new", data={"source": "url", "url": url, "topic": "research"})
    await imports.read_waiting()
    return await client.post(asked.headers["location"], data={"title": "A title", "topic": "research"})


async def test_later_reservations_of_a_page_are_obeyed(site: Site) -> None:
    thread = await imported(site)
    site.page("/wager", html(*WORDS), "TDM-Reservation: 1")
    await look()
    assert await db.value("select reservations from article") == ["tdm-reservation"]
    assert await db.value("select display from article") == "full"
    site.page("/wager", html(*WORDS), "X-Robots-Tag: nosnippet")

    await look()

    assert await db.value("select display from article") == "excerpt"
    assert await texts() == [*WORDS[:4]]
    assert await db.value("select count(*) from event where thread = $1 and kind = 'article.revised'", thread) == 1
    assert await look() == 0


async def test_what_the_operator_allows_wins_over_what_a_page_reserves(site: Site) -> None:
    await imported(site)
    await set_display(site.page("/wager", html(*WORDS), "X-Robots-Tag: nosnippet"), "full")

    await look()

    assert await db.value("select display from article") == "full"
    assert await db.value("select reservations from article") == ["nosnippet"]
