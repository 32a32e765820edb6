"""`parley discussion import --open`: threads for the discussions whose articles are not here."""

import pytest
from litestar import Litestar

from parley.articles.articles.text import ArticleText
from parley.discussion.other_sites.formats import ForeignComment
from parley.discussion.threads.opening import open_thread
from parley.extraction.errors import PageGone, SiteBusy, SiteUnreachable
from parley.platform import db
from parley.platform.text.messages import N_
from parley.site.cli import discussion_pages
from parley.site.cli.discussion import each_to_its_thread
from tests import make

pytestmark = pytest.mark.anyio

FORUM = "https://forum.example"
# A page that has moved, the same at its new address, one that is gone, and no address.
MOVED, NEW, GONE, NUMBER = "http://blog.example/old.html", "https://blog.example/new", "https://blog.example/gone", "12"


def comment(discussion: str, id_: str, parent: str | None = None, body: str = "Words.") -> ForeignComment:
    return ForeignComment(discussion, id_, parent, "Jon", 1_400_000_000, body, title="Costs: who pays?")


async def page(address: str) -> ArticleText:
    """What the web has at an address."""
    if address == GONE:
        raise PageGone(N_("This page does not exist (any more)."))
    return make.text("Old", url=NEW, fetched=True)


async def test_pages_are_fetched_once_and_those_that_moved_are_one_thread(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discussion_pages, "read_url", page)
    archive = [comment(one, f"disqus:{number}") for number, one in enumerate((MOVED, NEW, GONE, NUMBER))]

    done = [await each_to_its_thread(archive, topic="research", dry_run=False) for _ in range(2)]

    assert [(one["opened"], one["added"], one["known"]) for one in done] == [(2, 3, 0), (0, 0, 3)]
    assert done[0]["failures"] == {NUMBER: "This is not the address of a web page."}
    assert f"\n{NUMBER}: This is not the address of a web page.\n" in done[0]["text"]
    assert done[0]["without_thread"] == [NUMBER]


async def test_a_placeholder_stands_for_a_page_that_is_gone_until_the_article_is_added(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discussion_pages, "read_url", page)

    done = await each_to_its_thread([comment(GONE, "disqus:1")], topic="research", dry_run=False)
    [thread] = await db.values("select id from thread")
    before = await db.value("select t.title || ': ' || p.text from thread t, passage p")
    found = await open_thread(text=make.text("The article.", title="Found", url=GONE), topic="research", starter=None)

    assert (done["opened"], done["placeholders"], done["added"]) == (1, 1, 1)
    assert "1 of them has a placeholder" in done["text"]
    assert before == (
        "Costs: who pays?: This article could not be read at its address when its discussion was moved here: " + GONE
    )
    assert (found.id, found.is_new, found.revised) == (thread, False, True)


async def test_a_busy_site_gets_no_placeholder(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(_: str) -> ArticleText:
        raise SiteBusy(N_("The site is busy."))

    monkeypatch.setattr(discussion_pages, "read_url", busy)

    done = await each_to_its_thread([comment(NEW, "disqus:1")], topic="research", dry_run=False)

    assert (done["opened"], done["failures"]) == (0, {NEW: "The site is busy."})


async def test_a_site_that_does_not_answer_is_not_asked_for_all_its_pages(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def dead(address: str) -> ArticleText:
        asked.append(address)
        if address.endswith("/7") and "alive" in address:
            return make.text("Alive.", title="Alive", url=address)
        if "alive" in address:
            raise PageGone(N_("Gone."))
        raise SiteUnreachable(N_("The site cannot be reached."))

    monkeypatch.setattr(discussion_pages, "read_url", dead)
    sites = ("https://dead.example", "https://alive.example")
    archive = [comment(f"{site}/{at}", f"disqus:{site}{at}") for site in sites for at in range(30)]

    done = await each_to_its_thread(archive, topic="research", dry_run=False)

    assert (done["opened"], done["placeholders"], done["added"]) == (60, 59, 60)
    assert sum("dead" in address for address in asked) <= 2 * discussion_pages.MOST_OF_SITE
    assert sum("alive" in address for address in asked) == 30


async def test_a_dry_run_counts_articles_not_spellings_of_addresses(app: Litestar) -> None:
    spellings = (
        NEW,
        "http://www.blog.example/new/",
        f"{NEW}?utm_source=mail",
        f"{NEW}?id=2&amp=1",
        f"{NEW}?id=2",
        NUMBER,
    )
    archive = [comment(one, f"disqus:{number}") for number, one in enumerate(spellings)]

    done = await each_to_its_thread(archive, topic="research", dry_run=True)

    assert "\n2 threads would be opened, with 5 comments: " in done["text"]
    assert done["failures"] == {NUMBER: "This is not the address of a web page."}
    assert "\n1 discussion was left out" in done["text"]
    assert await db.value("select count(*) from thread") == 0


async def test_first_posts_of_a_forum_become_articles(app: Litestar) -> None:
    archive = [
        comment("9", "discourse:9/1", body="The *first* post begins it."),
        comment("9", "discourse:9/2", "discourse:9/1"),
        comment("9", "discourse:9/3", "discourse:9/2"),
        comment("10", "discourse:10/1", body="[deleted]"),
        comment("10", "discourse:10/2"),
    ]

    done = [await each_to_its_thread(archive, forum=f"{FORUM}/", topic="research", dry_run=False) for _ in range(2)]

    assert [(one["opened"], one["added"], one["known"]) for one in done] == [(1, 2, 0), (0, 0, 2)]
    assert done[0]["failures"] == {f"{FORUM}/t/10": "The first post was deleted."}
    article = """
    select concat_ws(' ', r.title, r.byline, a.url, r.published_at::date)
    from article a join revision r on r.article = a.id
    """
    assert await db.value(article) == f"Costs: who pays? Jon {FORUM}/t/9 2014-05-13"
    assert await db.values("select html from passage") == ["<p>The <em>first</em> post begins it.</p>"]
    assert await db.values("select depth from comment order by imported_id") == [0, 1]


async def test_without_a_forum_its_first_posts_are_comments(app: Litestar) -> None:
    archive = [comment("9", "discourse:9/1"), comment("9", "discourse:9/2", "discourse:9/1")]
    done = await each_to_its_thread(archive, dry_run=True)
    assert (done["without_thread"], done["text"].count("left out")) == (["9"], 1)
