"""Reading comments: one row each, with what everybody may see of it."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

import msgspec
from markupsafe import Markup

from parley.articles.articles.rules import READABLE
from parley.discussion.comments.rules import EXCERPT, IS_VISIBLE, SHOWN_STATE, CommentState
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.text.cleaning import shorten_to_clause
from parley.platform.text.diff import mark_changes

TAG = re.compile("<[^>]*>")
# This many characters, and this many breaks between blocks, take more lines than a shortened comment has (comment.css).
LONG_ROOT, LONG_REPLY, BREAKS = 230, 140, 2
# Characters of a passage that is no longer in the article, beside a comment on it.
LONGEST_EARLIER = 2_000
# The beginning of the HTML that shows how long a comment is. A longer one is long, whatever is in it.
LOOKED_AT = 20_000
# SQL, as the tables of claims and pinned replies are in a package above this one.
IS_ARTICLES_AUTHOR = """exists (select from claim k where k.article = t.article and k.member = c.author
           and k.state = 'confirmed' and k.role = 'author')"""
IS_PINNED = "exists (select from author_reply p where p.article = t.article and p.comment = c.id)"
# The tables that COMMENT_COLUMNS are selected from.
SOURCE = "comment c join thread t on t.id = c.thread left join member m on m.id = c.author"
SELECT_COMMENT_STATE = f"""
select c.id, c.thread, c.author, c.state, c.deleted_at, t.state as thread_state,
       coalesce(m.state = 'anonymised', false) as author_erased from {SOURCE} where c.id = $1
"""  # noqa: S608 constants only


class CommentRow(msgspec.Struct, frozen=True):
    """A comment as everybody may see it; nothing in it depends on the viewer."""

    id: int
    thread: int
    parent: int | None
    depth: int
    author: str | None
    author_title: str
    # Whether the author is confirmed as the article's author, and pinned this comment above the discussion.
    is_articles_author: bool
    is_pinned: bool
    state: str
    stance: str | None
    # The anchor: its passage, the quoted words if any, its state, and the words as they read now if they changed.
    passage: int | None
    quote: str | None
    anchor: str | None
    words: str | None
    # The former text of the passage, if the anchor is lost.
    earlier: str | None
    # The revision of the article that the comment is about, if there is a newer one.
    on_revision: int | None
    assisted: bool
    # The reason why a moderator or a rule collapsed it, if one did.
    collapsed: str | None
    # The first comment of the locked branch that it is in.
    locked_branch: int | None
    statement: str | None
    raw_html: str
    # Whether the HTML is only the beginning of a long text.
    is_beginning: bool
    # The beginning of the text, for lists.
    excerpt: str
    score: int
    ups: int
    downs: int
    reply_count: int
    created_at: datetime
    edited_at: datetime | None
    # Whether the author's name links to a member's page.
    has_profile: bool
    # To recognise the viewer's own comments; templates never show it.
    author_id: int | None
    # Whether the heading above it says its quote already, where comments are shown by passage.
    is_in_heading: ClassVar[bool] = False

    @property
    def html(self) -> Markup:
        """The body; platform/text/markdown.py rendered it and made it safe."""
        return Markup(self.raw_html)  # noqa: S704 see the docstring

    def beginning(self, most: int) -> str:
        """Its statement or first words, in at most `most` characters; nothing of a collapsed comment."""
        if self.collapsed is not None:
            return ""
        return self.statement if self.statement is not None else shorten_to_clause(self.excerpt, most)

    @property
    def is_long(self) -> bool:
        """Whether the body is shown shortened until the reader asks for more."""
        if self.state != "visible" or self.collapsed:
            return False
        if len(self.raw_html) > LOOKED_AT:
            return True
        text = TAG.sub("", self.raw_html).strip()
        return len(text) > (LONG_REPLY if self.parent else LONG_ROOT) or text.count("\n") >= BREAKS

    @property
    def difference(self) -> Markup:
        return mark_changes(self.quote or "", self.words or "")


class RowInHeading(CommentRow, frozen=True):
    is_in_heading: ClassVar[bool] = True


def seen_by(row: CommentRow, viewer: Viewer | None) -> CommentRow:
    """Return `row` as `viewer` sees it: if they blocked its author, only its place in the tree."""
    if viewer is None or row.author_id not in viewer.blocked:
        return row
    return blank(row)


def blank(row: CommentRow) -> CommentRow:
    """Return `row` as a member who blocked its author sees it."""
    return msgspec.structs.replace(
        row,
        state="blocked" if row.state == "visible" else row.state,
        author=None,
        author_title="",
        is_articles_author=False,
        is_pinned=False,
        quote=None,
        words=None,
        earlier=None,
        collapsed=None,
        statement=None,
        raw_html="",
        is_beginning=False,
        excerpt="",
    )


# If a publisher allows only an excerpt of the article, no query shows more than that.
def _text_of(revision: str, lineage: str) -> str:
    """SQL for the text of a passage in a revision of the thread's article, as far as readers may read it."""
    return f"""
    select p.text from article a join revision r on r.article = a.id cross join {READABLE} p
    where a.id = t.article and r.number = {revision} and p.lineage = {lineage}
"""  # noqa: S608 constants only


def _may_be_read(words: str, passage: str) -> str:
    """An SQL condition: the article is shown in full, or `words` stand in what readers may read of `passage`."""
    return f"""
    (select a.display = 'full' from article a where a.id = t.article)
    or coalesce(strpos(({passage}), {words}) > 0, false)
"""  # noqa: S608 constants only


EARLIER_PASSAGE = _text_of("c.revision", "c.made_on")
MAY_BE_QUOTED = _may_be_read("c.quote", EARLIER_PASSAGE)
# The words that a comment is about now may be in another passage than its quote was.
MAY_SHOW_WORDS = _may_be_read("c.words", _text_of("t.revision", "c.passage"))


# The HTML that pages show.
SHOWN_HTML = "coalesce(c.beginning, c.html)"
COMMENT_COLUMNS = f"""
    c.id, c.thread, c.parent, c.depth,
    case when {IS_VISIBLE} then coalesce(m.name, c.imported_author) end as author,
    case when {IS_VISIBLE} then coalesce(m.title, '') else '' end as author_title,
    {IS_VISIBLE} and {IS_ARTICLES_AUTHOR} as is_articles_author,
    {IS_VISIBLE} and {IS_ARTICLES_AUTHOR} and {IS_PINNED} as is_pinned,
    {SHOWN_STATE} as state,
    c.stance, c.passage,
    case when {IS_VISIBLE} and c.quote is not null and ({MAY_BE_QUOTED}) then c.quote end as quote,
    c.anchor,
    case when {IS_VISIBLE} and c.words is not null and ({MAY_SHOW_WORDS}) then c.words end as words,
    case when {IS_VISIBLE} and c.anchor = 'lost' then left(({EARLIER_PASSAGE}), {LONGEST_EARLIER}) end as earlier,
    case when c.parent is null and c.revision < t.revision then c.revision end as on_revision,
    c.assisted,
    case when {IS_VISIBLE} then c.collapsed end as collapsed, c.locked_branch,
    case when {IS_VISIBLE} then c.statement end as statement,
    case when {IS_VISIBLE} then {SHOWN_HTML} else '' end as raw_html,
    {IS_VISIBLE} and c.beginning is not null as is_beginning,
    case when {IS_VISIBLE} then {EXCERPT} else '' end as excerpt,
    c.base_ups + c.ups - c.base_downs - c.downs as score,
    c.base_ups + c.ups as ups, c.base_downs + c.downs as downs,
    c.reply_count, c.created_at, c.edited_at,
    c.author is not null and m.state <> 'anonymised' as has_profile, c.author as author_id
"""


# For readers of one comment, and for programs.
WHOLE_COLUMNS = COMMENT_COLUMNS.replace(SHOWN_HTML, "c.html").replace("c.beginning is not null", "false")

# The subselect hides how many they are: for fewer than ten PostgreSQL would make a new plan each time, in 2 ms.
SELECT_COMMENTS = f"select {COMMENT_COLUMNS} from {SOURCE} where c.id = any((select $1::bigint[])::bigint[])"  # noqa: S608


SELECT_WHOLE_COMMENTS = SELECT_COMMENTS.replace(COMMENT_COLUMNS, WHOLE_COLUMNS)


async def by_ids(ids: Sequence[int], *, whole: bool = False) -> dict[int, CommentRow]:
    """Return comments by their ids, long ones with the beginning of their HTML unless they are wanted `whole`."""
    rows = await db.fetch(CommentRow, SELECT_WHOLE_COMMENTS if whole else SELECT_COMMENTS, list(ids))
    return {row.id: row for row in rows}


# Only while its author is confirmed and everybody can read it. SQL, as the tables are in a package above this one.
SELECT_PINNED = f"""
select {COMMENT_COLUMNS} from author_reply p join comment c on c.id = p.comment join thread t on t.id = c.thread
left join member m on m.id = c.author
where t.id = $1 and p.article = t.article and {IS_VISIBLE} and c.collapsed is null and {IS_ARTICLES_AUTHOR}
"""  # noqa: S608 constants only


async def pinned_reply(thread: int) -> CommentRow | None:
    """Return the reply that the author of a thread's article pinned above the discussion."""
    return await db.fetch_one(CommentRow, SELECT_PINNED, thread)


async def one(comment_id: int) -> CommentRow | None:
    return (await by_ids([comment_id])).get(comment_id)


async def state_of(comment_id: int) -> CommentState | None:
    """Return what the rules check about a comment, or None if there is no such comment."""
    return await db.fetch_one(CommentState, SELECT_COMMENT_STATE, comment_id)
