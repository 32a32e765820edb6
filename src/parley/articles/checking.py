"""Looking again at the pages that articles came from: when, and whether what is there is the article still."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from urllib.parse import urlsplit

import msgspec

from parley.articles.importing.errors import CannotImport
from parley.articles.losses import loss, words
from parley.articles.pictures import keep_pictures
from parley.articles.reading import read_again, same_site
from parley.articles.rules import HOST
from parley.articles.text import ArticleText, CacheValidators
from parley.articles.updating import last_said
from parley.articles.versions import numbered
from parley.core import db


class DueCheck(msgspec.Struct, frozen=True):
    """An article to be looked at; it `waited` so many seconds since the look before, which said `note`.

    One whose thread is `archived` stays as it is.
    """

    id: int
    url: str
    etag: str | None
    last_modified: str | None
    note: str
    waited: float
    archived: bool

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


# Whoever takes one has a quarter of an hour, then it is due again.
CLAIM = f"""
with due as (
    select id, check_note, extract(epoch from check_at - checked_at)::float8 as waited from article
    where check_at <= now() and display = 'full' and not ({HOST} = any($1::text[]))
    order by check_at limit 1 for update skip locked
)
update article a set check_at = now() + interval '15 minutes' from due where a.id = due.id
returning a.id, a.url, a.etag, a.last_modified, due.check_note as note, coalesce(due.waited, 0) as waited,
    exists (select 1 from thread where article = a.id and state = 'archived') as archived
"""  # noqa: S608 constants only


async def claim(hosts: Sequence[str]) -> DueCheck | None:
    """Take the article that is due longest, of none of these `hosts`."""
    return await db.fetch_one(DueCheck, CLAIM, list(hosts))


# Twice as long as the last time, between an hour and a week.
WAIT = """
update article set checked_at = now(), check_note = $3,
    check_at = now() + least(greatest(make_interval(secs => $2 * 2), interval '1 hour'), interval '7 days')
where id = $1
"""
STOP = "update article set checked_at = now(), check_at = null, check_note = $2 where id = $1"
SAME = "update article set etag = $2, last_modified = $3 where id = $1"


async def wait(due: DueCheck, note: str = "") -> None:
    """Look again after twice the time; `note` says why this look was no revision, when there is something to say."""
    await db.execute(WAIT, due.id, due.waited, note)


async def stop(due: DueCheck, note: str) -> None:
    """Look no more."""
    await db.execute(STOP, due.id, note)


async def read(due: DueCheck) -> ArticleText | None:
    """What an article's page says now, None when it says the same.

    Raises Unchanged when the site says so itself, CannotImport when the page cannot be read or is not the article.
    """
    text = await read_again(due.url, CacheValidators(due.etag, due.last_modified))
    before = numbered(await last_said(due.id))
    if [(one.kind, one.text) for one in before] == [(one.kind, one.text) for one in text.passages]:
        if text.fetched is not None:
            await db.execute(SAME, due.id, text.fetched.etag, text.fetched.last_modified)
        return None
    if not same_site(text.url or "", due.url):
        raise CannotImport(f"The address now leads to another site: {text.url}.")
    refuse_another((one.text for one in before), (one.text for one in text.passages))
    lost = loss(before, text.passages)
    if lost.is_too_much:
        raise CannotImport(f"The page lost {lost}: it may now be behind a paywall.")
    return msgspec.structs.replace(text, passages=await keep_pictures(text.passages))


def refuse_another(before: Iterable[str], said: Iterable[str]) -> None:
    """Raise CannotImport for what is no new version of a text: a login wall, an error page, something else.

    Texts are told apart by their pairs of neighbouring words; real revisions kept three quarters of them and more, and
    half are asked for here. Single words would not do: a long text on anything has most words of a short one.
    """
    old, new = words(before), words(said)
    if len(new) * 2 < len(old):
        counts = f"{len(new):,} words now, where it had {len(old):,}"
        raise CannotImport(f"The page has {counts}: it may ask for a login, or show an error.")
    pairs = Counter(pairwise(old))
    if (pairs & Counter(pairwise(new))).total() * 2 < pairs.total():
        raise CannotImport("The page now has a completely different text.")
