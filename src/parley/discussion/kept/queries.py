"""Reading what a member keeps. Words of others are in it only as far as everybody may read them now."""

from collections.abc import AsyncIterator
from datetime import datetime
from itertools import accumulate

import msgspec

from parley.discussion.comments.queries import MAY_BE_QUOTED, MAY_SHOW_WORDS
from parley.discussion.comments.rules import EXCERPT, IS_VISIBLE, SHOWN_STATE
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.settings import settings

PER_PAGE = 50
BATCH = 250
# More cards than anybody opens in one thread, and as many characters as a page has room for; the page of all has the
# rest.
MOST_CARDS, CARD_CHARACTERS = 300, 200_000
# $1 is the member, $2 whom they blocked.
IS_SHOWN = f"{IS_VISIBLE} and (c.author is null or c.author <> all($2::bigint[]))"
COLUMNS = "k.id, k.thread, k.comment, k.passage, k.anchor, k.text, k.created_at, k.changed_at"


def _with_words(wanted: str) -> str:
    """SQL for items that meet a condition, with the words of others that their member may read now."""
    return f"""
select {COLUMNS.replace("k.", "c.")}, null as state, null as author,
       case when ({MAY_BE_QUOTED}) then c.quote end as quote,
       case when c.words is not null and ({MAY_SHOW_WORDS}) then c.words end as words,
       case when a.display = 'full' then c.prefix end as prefix,
       case when a.display = 'full' then c.suffix end as suffix, '' as excerpt
from kept_item c join thread t on t.id = c.thread join article a on a.id = t.article
where c.comment is null and c.member = $1 and {wanted.replace("k.", "c.")}
union all
select {COLUMNS}, case when c.author = any($2::bigint[]) then 'blocked' else {SHOWN_STATE} end as state,
       case when {IS_SHOWN} then coalesce(m.name, c.imported_author) end as author,
       case when {IS_SHOWN} then concat_ws(E'\n\n', c.statement, c.body) end as quote,
       null as words, null as prefix, null as suffix,
       case when {IS_SHOWN} then concat_ws(' ', c.statement, {EXCERPT}) else '' end as excerpt
from kept_item k join comment c on c.id = k.comment left join member m on m.id = c.author
where k.member = $1 and {wanted}
"""  # noqa: S608 constants only


IN_THREAD = "($3::bigint is null or k.thread = $3)"
SOURCE = """
kept_item k join thread t on t.id = k.thread
join revision r on r.article = t.article and r.number = t.revision
left join passage p on p.revision = r.id and p.lineage = k.passage
"""
# By article, the one that something was kept of last first; within it the article, its words in order, then comments.
IN_ORDER = """
order by max(k.id) over (partition by k.thread) desc, k.thread, k.comment is not null, p.position nulls first, k.id
"""
SELECT_IDS = f"""
select k.id from {SOURCE} where k.member = $1 and ($2::bigint is null or k.thread = $2) {IN_ORDER} limit $3 offset $4
"""  # noqa: S608 constants only
# A statement of its own: a plan for both read all words, even to find nothing.
SELECT_FOUND = f"""
select k.id from {SOURCE} where k.member = $1 and k.id in (
    select w.id from ({_with_words(IN_THREAD)}) w join thread t on t.id = w.thread
    where strpos(lower(concat_ws(' ', w.text, w.quote, w.words, w.author, t.title)), lower($4)) > 0)
{IN_ORDER} limit $5 offset $6
"""  # noqa: S608 constants only
SELECT_KEPT = f"""
select k.*, t.title, t.slug, case when not a.untitled then a.url end as url,
       case when not a.untitled then r.byline end as byline
from ({_with_words("k.id = any($3::bigint[])")}) k
join thread t on t.id = k.thread join article a on a.id = t.article
join revision r on r.article = a.id and r.number = t.revision
join unnest($3::bigint[]) with ordinality as wanted (id, place) on wanted.id = k.id order by wanted.place
"""  # noqa: S608 constants only
# Runs with every page of a thread that a member opens.
SELECT_HAS_KEPT = "select true as has from kept_item where member = $1 and thread = $2 limit 1"


class HasKept(msgspec.Struct, frozen=True):
    has: bool


class KeptRow(msgspec.Struct, frozen=True):
    """Something that a member keeps: a comment, words of an article (with a `passage`), or an article."""

    id: int
    thread: int
    comment: int | None
    passage: int | None
    anchor: str | None
    # The note.
    text: str
    created_at: datetime
    changed_at: datetime
    # Of a comment; null elsewhere.
    state: str | None
    author: str | None
    # The words of others, null if they may not be read now: those that were highlighted, or the comment's Markdown.
    quote: str | None
    # How the highlighted words read now, if they changed.
    words: str | None
    prefix: str | None
    suffix: str | None
    excerpt: str
    title: str
    slug: str
    url: str | None
    byline: str | None

    @property
    def kind(self) -> str:
        if self.comment is not None:
            return "comment"
        return "highlight" if self.passage is not None else "article"

    @property
    def address(self) -> str:
        if self.comment is not None:
            return f"/c/{self.comment}"
        place = f"#p{self.passage}" if self.passage is not None and self.anchor != "lost" else ""
        return f"/t/{self.thread}/{self.slug}{place}"

    @property
    def whole_address(self) -> str:
        return settings().base_url + self.address

    @property
    def present(self) -> str | None:
        """The highlighted words as they read now."""
        return self.words or self.quote


async def kept(
    viewer: Viewer, *, thread: int | None = None, query: str = "", most: int = PER_PAGE + 1, skip: int = 0
) -> list[KeptRow]:
    """Return what a member keeps, or the part of it in one thread or with these letters in it."""
    return [row async for rows in batches(viewer, thread, query, most, skip) for row in rows]


async def cards(viewer: Viewer, thread: int) -> list[KeptRow]:
    """Return what a member keeps in a thread, as much of it as a page shows."""
    rows = await kept(viewer, thread=thread, most=MOST_CARDS)
    lengths = accumulate(len(row.text) + len((row.excerpt if row.comment else row.present) or "") for row in rows)
    return [row for row, length in zip(rows, lengths, strict=True) if length <= CARD_CHARACTERS]


async def batches(
    viewer: Viewer, thread: int | None = None, query: str = "", most: int = PER_PAGE, skip: int = 0
) -> AsyncIterator[list[KeptRow]]:
    """What `kept` returns, some at a time."""
    if query:
        ids = await db.values(SELECT_FOUND, viewer.id, list(viewer.blocked), thread, query, most, skip)
    else:
        ids = await db.values(SELECT_IDS, viewer.id, thread, most, skip)
    for at in range(0, len(ids), BATCH):
        # Items that were removed since are missing.
        if rows := await _rows(viewer, ids[at : at + BATCH]):
            yield rows


async def one(viewer: Viewer, kept_id: int) -> KeptRow | None:
    """Return one item, or None if the viewer keeps no such thing."""
    return next(iter(await _rows(viewer, [kept_id])), None)


async def _rows(viewer: Viewer, ids: list[int]) -> list[KeptRow]:
    return await db.fetch(KeptRow, SELECT_KEPT, viewer.id, list(viewer.blocked), ids)
