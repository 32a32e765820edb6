"""Checking the sources of articles: which are due, and whether a page still has the article."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from urllib.parse import urlsplit

import msgspec

from parley.articles.articles.addresses import same_site
from parley.articles.articles.pictures import store_pictures
from parley.articles.articles.rules import HOST
from parley.articles.articles.tables import Article
from parley.articles.articles.text import ArticleText, CacheValidators
from parley.articles.articles.versions import number_passages
from parley.articles.imports.reading import read_again
from parley.articles.revisions.losses import loss, words
from parley.articles.revisions.updating import last_source
from parley.extraction.errors import CannotImport
from parley.platform import db
from parley.platform.text.messages import N_

# A claimed article is due again after a quarter of an hour, in case its worker dies.
CLAIM_ARTICLES = f"""
with due as (
    select id, check_note, extract(epoch from check_at - checked_at)::float8 as waited from article
    where check_at <= now() and display = 'full' and not untitled and not ({HOST} = any($1::text[]))
    order by check_at limit 1 for update skip locked
)
update article a set check_at = now() + interval '15 minutes' from due where a.id = due.id
returning a.id, a.url, a.etag, a.last_modified, a.encoding, due.check_note as note, coalesce(due.waited, 0) as waited,
    exists (select 1 from thread where article = a.id and state = 'archived') as archived
"""  # noqa: S608 constants only
# Twice the last interval, between an hour and a week.
SCHEDULE_CHECK = """
update article set checked_at = now(), check_note = $3,
    check_at = now() + least(greatest(make_interval(secs => $2 * 2), interval '1 hour'), interval '7 days')
where id = $1
"""
# A short first report may become a long article.
FEW_WORDS = 300
MOST_GROWTH = 3


class DueCheck(msgspec.Struct, frozen=True):
    """An article whose source is due. The last check left `note`, `waited` seconds before."""

    id: int
    url: str
    etag: str | None
    last_modified: str | None
    encoding: str | None
    note: str
    waited: float
    archived: bool

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


async def claim(hosts: Sequence[str]) -> DueCheck | None:
    """Claim the article that has been due longest, except those of `hosts`."""
    return await db.fetch_one(DueCheck, CLAIM_ARTICLES, list(hosts))


async def schedule(due: DueCheck, note: str = "") -> None:
    """Plan the next check after twice the interval. `note` tells editors why this check made no revision."""
    await db.execute(SCHEDULE_CHECK, due.id, due.waited, note)


async def stop(due: DueCheck, note: str) -> None:
    """Check this article no more."""
    await Article.update(checked_at=db.NOW, check_at=None, check_note=note).where(Article.id == due.id)


async def read(due: DueCheck) -> ArticleText:
    """Read an article's page again. Raises Unchanged when its server answers so, CannotImport if it has no article."""
    return await read_again(due.url, CacheValidators(due.etag, due.last_modified), due.encoding)


async def as_revision(due: DueCheck, text: ArticleText) -> ArticleText | None:
    """Return the text that an article's page has now, with its pictures, or None when it is the same as before.

    Raises CannotImport when the page has another text.
    """
    before = number_passages(await last_source(due.id))
    if [(passage.kind, passage.text) for passage in before] == [
        (passage.kind, passage.text) for passage in text.passages
    ]:
        if fetched := text.fetched:
            await Article.update(**msgspec.structs.asdict(fetched)).where(Article.id == due.id)
        return None
    if not same_site(text.url or "", due.url):
        raise CannotImport(N_("The address now leads to another site: {url}."), url=text.url)
    check_is_revision((passage.text for passage in before), (passage.text for passage in text.passages))
    lost = loss(before, text.passages)
    if lost.is_too_much:
        raise CannotImport(N_("The page lost {lost}: it may now be behind a paywall."), lost=lost.message)
    return msgspec.structs.replace(text, passages=await store_pictures(text.passages))


def check_is_revision(before: Iterable[str], after: Iterable[str]) -> None:
    """Raise CannotImport if `after` is not a revision of `before`, but a login wall, an error page, or another text.

    Half of the pairs of neighbouring words must be the same; measured revisions kept three quarters and more. Single
    words would not distinguish texts: a long text on any subject has most words of a short one.
    """
    old, new = words(before), words(after)
    if len(new) > max(len(old), FEW_WORDS) * MOST_GROWTH:
        raise CannotImport(
            N_("The page has {new} words now, where it had {old}: other texts may have been added to it."),
            new=len(new),
            old=len(old),
        )
    if len(new) * 2 < len(old):
        raise CannotImport(
            N_("The page has {new} words now, where it had {old}: it may ask for a login, or show an error."),
            new=len(new),
            old=len(old),
        )
    pairs = Counter(pairwise(old))
    if (pairs & Counter(pairwise(new))).total() * 2 < pairs.total():
        raise CannotImport(N_("The page now has a completely different text."))
