"""Comments that a filter finds: by author, domain, likeness, rule, thread or moderator, reported or not."""

from datetime import datetime

import msgspec
from rapidfuzz import fuzz, process

from parley.discussion.comments.rules import ALL_WORDS, EXCERPT
from parley.discussion.threads import rooms
from parley.moderation.matching.post import LONGEST_COMPARED, comparable
from parley.moderation.modqueue.filters import CommentFilter
from parley.moderation.modqueue.queries import EXCERPT_LENGTH
from parley.moderation.reports.queries import IS_SENSITIVE
from parley.people.accounts import names
from parley.platform import db
from parley.platform.concurrency import in_thread
from parley.platform.text.cleaning import shorten

# One page, which is as much as can be decided at once.
MOST_FOUND = 50
# A comment is compared with this many, the newest ones first, and resembles those that have this share in common.
MOST_COMPARED = 2_000
ALIKE = 75
IS_FOUND = f"""
    c.author is distinct from $1 and {rooms.moderates("c.thread")}
    and case when $7::text is null then c.state in ('visible', 'pending')
        else c.state in ('visible', 'removed') and c.id in (
            select d.target from decision d where d.moderator = (select id from member where name_key = $7)
            and d.kind = 'comment' and d.action in ('remove', 'collapse') and d.state = 'in_force') end
    and c.created_at > now() - $2 * interval '1 day'
    and ($3::text is null or c.author = (select id from member where name_key = $3))
    and ($4::text is null or strpos(lower(c.body), $4) > 0)
    and ($5::bigint is null or exists (select from hit o where o.comment = c.id and o.rule = $5))
    and ($6::bigint is null or c.thread = $6)
"""  # noqa: S608 constants only
SELECT_COMMENTS = f"""
select c.id, c.thread, c.author as author_id, coalesce(m.name, c.imported_author) as author, c.state,
       {EXCERPT} as words, t.title, c.created_at, i.id as item, c.version,
       i.id is not null and {IS_SENSITIVE} as sensitive
from comment c join thread t on t.id = c.thread left join member m on m.id = c.author
left join queue_item i on i.kind = 'comment' and i.target = c.id
where {{}} order by c.created_at desc, c.id desc limit $8
"""  # noqa: S608 constants only
SELECT_THESE = SELECT_COMMENTS.format(f"{IS_FOUND} and c.id = any($9::bigint[])")
SELECT_COMPARED = f"""
select c.id, left({ALL_WORDS}, {LONGEST_COMPARED}) as words from comment c where {IS_FOUND}
order by c.created_at desc, c.id desc limit $8
"""  # noqa: S608 constants only
SELECT_WORDS = f"""
select left({ALL_WORDS}, {LONGEST_COMPARED}) from comment c where c.id = $2 and {rooms.moderates("c.thread")}
"""  # noqa: S608 as above
SELECT_MATCHING = SELECT_COMMENTS.format(IS_FOUND)


class FoundComment(msgspec.Struct, frozen=True):
    """A comment that is visible, waits for a moderator or was removed by one.

    `item` is its item in the queue, if it has one, and `version` the number of its text.
    """

    id: int
    thread: int
    author_id: int | None
    author: str | None
    state: str
    words: str
    title: str
    created_at: datetime
    item: int | None
    version: int
    # Whether it was reported for a serious reason.
    sensitive: bool

    @property
    def excerpt(self) -> str:
        return shorten(self.words, EXCERPT_LENGTH)


class ComparedComment(msgspec.Struct, frozen=True):
    id: int
    words: str


def _values(viewer: int, wanted: CommentFilter) -> tuple[object, ...]:
    author, moderator = (names.key(name) if name else None for name in (wanted.author, wanted.moderator))
    return viewer, wanted.days, author, wanted.host and wanted.host.lower(), wanted.rule, wanted.thread, moderator


async def matching(viewer: int, wanted: CommentFilter) -> list[FoundComment]:
    """The newest comments that a filter finds, without the viewer's own."""
    if wanted.like is None:
        return await db.fetch(FoundComment, SELECT_MATCHING, *_values(viewer, wanted), MOST_FOUND)
    return await selected_comments(viewer, await _like(viewer, wanted, wanted.like), wanted.moderator)


async def selected_comments(viewer: int, comments: list[int], moderator: str | None) -> list[FoundComment]:
    """The given comments, without the viewer's own and those that are gone, or not removed by this `moderator`."""
    anything = CommentFilter(days=36_500, moderator=moderator)
    return await db.fetch(FoundComment, SELECT_THESE, *_values(viewer, anything), MOST_FOUND, comments)


async def _like(viewer: int, wanted: CommentFilter, comment: int) -> list[int]:
    """The ids of the comments that are most like one, itself among them; none like one of another room."""
    words = await db.value(SELECT_WORDS, viewer, comment)
    if words is None:
        return []
    rows = await db.fetch(ComparedComment, SELECT_COMPARED, *_values(viewer, wanted), MOST_COMPARED)
    texts = {row.id: row.words for row in rows}
    return await in_thread(_similar_texts, words, texts)


def _similar_texts(words: str, texts: dict[int, str]) -> list[int]:
    """The ids of the texts like `words`, in another thread: two thousand texts take up to half a second."""
    folded = {number: comparable(text) for number, text in texts.items()}
    scored = process.extract(comparable(words), folded, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST_FOUND)
    return [number for _, _, number in scored]
