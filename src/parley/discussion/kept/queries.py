"""Reading what a member keeps. Words of others are in it only as far as everybody may read them now."""

from datetime import datetime

import msgspec

from parley.discussion.comments.queries import MAY_BE_QUOTED, MAY_SHOW_WORDS
from parley.discussion.comments.rules import EXCERPT, IS_VISIBLE, SHOWN_STATE
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.settings import settings

PER_PAGE = 50
# $1 is the member, $2 whom they blocked, $3 a thread and $4 one item, if only those are wanted.
WANTED = "k.member = $1 and ($3::bigint is null or k.thread = $3) and ($4::bigint is null or k.id = $4)"
IS_SHOWN = f"{IS_VISIBLE} and (c.author is null or c.author <> all($2::bigint[]))"
COLUMNS = "k.id, k.thread, k.comment, k.passage, k.anchor, k.text, k.created_at, k.changed_at"
SELECT_OF_ARTICLES = f"""
select {COLUMNS.replace("k.", "c.")}, null as state, null as author,
       case when ({MAY_BE_QUOTED}) then c.quote end as quote,
       case when c.words is not null and ({MAY_SHOW_WORDS}) then c.words end as words,
       case when a.display = 'full' then c.prefix end as prefix,
       case when a.display = 'full' then c.suffix end as suffix, '' as excerpt
from kept_item c join thread t on t.id = c.thread join article a on a.id = t.article
where c.comment is null and {WANTED.replace("k.", "c.")}
"""  # noqa: S608 constants only
SELECT_COMMENTS = f"""
select {COLUMNS}, case when c.author = any($2::bigint[]) then 'blocked' else {SHOWN_STATE} end as state,
       case when {IS_SHOWN} then coalesce(m.name, c.imported_author) end as author,
       case when {IS_SHOWN} then concat_ws(E'\\n\\n', c.statement, c.body) end as quote,
       null as words, null as prefix, null as suffix,
       case when {IS_SHOWN} then concat_ws(' ', c.statement, {EXCERPT}) else '' end as excerpt
from kept_item k join comment c on c.id = k.comment left join member m on m.id = c.author where {WANTED}
"""  # noqa: S608 constants only
# By article, the one that something was kept of last first; within it the article, its words in order, then comments.
SELECT_KEPT = f"""
select k.*, t.title, t.slug, case when not a.untitled then a.url end as url,
       case when not a.untitled then r.byline end as byline
from ({SELECT_OF_ARTICLES} union all {SELECT_COMMENTS}) k
join thread t on t.id = k.thread join article a on a.id = t.article
join revision r on r.article = a.id and r.number = t.revision
left join passage p on p.revision = r.id and p.lineage = k.passage
where $5 = '' or strpos(lower(concat_ws(' ', k.text, k.quote, k.words, k.author, t.title)), lower($5)) > 0
order by max(k.id) over (partition by k.thread) desc, k.thread, k.comment is not null, p.position nulls first, k.id
limit $6 offset $7
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
    return await db.fetch(KeptRow, SELECT_KEPT, viewer.id, list(viewer.blocked), thread, None, query, most, skip)


async def one(viewer: Viewer, kept_id: int) -> KeptRow | None:
    """Return one item, or None if the viewer keeps no such thing."""
    return await db.fetch_one(KeptRow, SELECT_KEPT, viewer.id, list(viewer.blocked), None, kept_id, "", 1, 0)
