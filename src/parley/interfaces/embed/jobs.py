"""The worker's job: fetches articles that have no thread, opens their threads and posts the first comments."""

import asyncio
from uuid import UUID

import msgspec
import structlog

from parley.articles.articles.pictures import store_pictures
from parley.articles.articles.text import ArticleText
from parley.articles.imports.reading import read_fetched
from parley.discussion.commenting.drafts import Draft
from parley.discussion.commenting.posting import post_comment
from parley.discussion.threads.opening import open_thread
from parley.extraction.errors import CannotImport
from parley.extraction.fetching.fetch import PAGES, Download, fetch
from parley.extraction.html.passages import without_lost_pictures
from parley.interfaces.embed import first_comments
from parley.interfaces.embed.first_comments import MOST_ATTEMPTS, WaitingFirstComment
from parley.interfaces.embed.queries import is_address, require_not_removed, threads_at
from parley.interfaces.embed.rules import SiteRow
from parley.people.accounts.middleware import as_viewer
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, ParleyError, Refused
from parley.platform.events import attempts
from parley.platform.http.access import VERIFIED
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

SECONDS = 60
# Lists of articles, login pages and error pages have shorter texts.
FEWEST_WORDS = 120
SCRIPT = b"/embed/v1.js"
# What HTML allows around the value of an attribute.
QUOTES = (('"', '"'), ("'", "'"), ("", " "), ("", ">"))
UNREADABLE = N_("We could not read the article. Nothing was posted, and your text is kept.")
NOT_ARTICLE = N_("We could not read the article. Nothing was posted, and your text is kept.")


async def post_waiting() -> int:
    """Post the first comments that wait, and return how many there were."""
    return await attempts.each_claimed("embed", first_comments.claim, post)


async def post(wanted: WaitingFirstComment) -> None:
    """Open the thread and post its first comment, or record why that was not possible."""
    if wanted.attempts > MOST_ATTEMPTS:
        # The worker died each time.
        await first_comments.fail(wanted.id, UNREADABLE)
        return
    try:
        async with asyncio.timeout(SECONDS):
            await _post(wanted)
    except CannotImport as error:
        # What is wrong with the page concerns the publisher, and readers can do nothing about it.
        log.warning("article of a first comment could not be read", site=wanted.site, url=wanted.url, error=str(error))
        await first_comments.fail(wanted.id, UNREADABLE)
    except ParleyError as error:
        await first_comments.fail(wanted.id, error.message)
    except TimeoutError:
        await first_comments.fail(wanted.id, UNREADABLE)
    except Exception:
        log.exception("first comment failed", id=wanted.id)
        if wanted.attempts >= MOST_ATTEMPTS:
            await first_comments.fail(wanted.id, UNREADABLE)


async def _post(wanted: WaitingFirstComment) -> None:
    site = SiteRow(wanted.site, wanted.origins, wanted.topic)
    known = (await threads_at([wanted.url])).get(wanted.url)
    text = None if known else await _read(wanted.url, site)
    # The member may have been suspended since.
    author = await _author(wanted)
    async with db.atomic():
        thread = known.id if known else await _open(text, site)
        comment = await post_comment(_draft(wanted, thread, author))
        await first_comments.mark_posted(wanted.id, thread, comment.id)


async def _open(text: ArticleText | None, site: SiteRow) -> int:
    assert text is not None
    return (await open_thread(text=text, topic=site.topic, starter=None, revises=False)).id


async def _author(wanted: WaitingFirstComment) -> Viewer:
    row = await first_comments.author_of(wanted)
    author = as_viewer(row, 0.0) if row else None
    if author is None or author.access < VERIFIED:
        raise Forbidden(N_("You cannot write at present. Your text is kept."))
    return author


async def _read(url: str, site: SiteRow) -> ArticleText:
    """Fetch an article of `site`. Raises Refused for a page without an article or without our script."""
    fetched = await fetch(url, allow=settings().fetch_allow, accept=PAGES)
    if not site.has(fetched.final_url) or not asks_for_discussion(fetched, site):
        raise Refused(NOT_ARTICLE)
    text = await read_fetched(fetched)
    if text.words < FEWEST_WORDS or text.url is None or not is_address(text.url) or not site.has(text.url):
        raise Refused(NOT_ARTICLE)
    await require_not_removed(text.url)
    stored = await store_pictures(text.passages)
    return msgspec.structs.replace(text, passages=without_lost_pictures(stored))


def asks_for_discussion(fetched: Download, site: SiteRow) -> bool:
    """Whether the page has our script with the site's key, which login pages and error pages do not."""
    written = (f"data-site={quote}{site.key}{end}".encode() for quote, end in QUOTES)
    return SCRIPT in fetched.body and any(form in fetched.body for form in written)


def _draft(wanted: WaitingFirstComment, thread: int, author: Viewer) -> Draft:
    return Draft(
        thread=thread,
        author=author,
        body=wanted.body,
        stance=wanted.stance,
        assisted=wanted.assisted,
        submission=UUID(wanted.submission),
        site=wanted.site,
    )
