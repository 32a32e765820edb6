"""Comments as the API answers them: what every reader may see, with their Markdown."""

import msgspec

from parley.discussion.commenting.edit_web import LATEST, MOST_CHARACTERS, MOST_VERSIONS
from parley.discussion.comments import queries, rules, texts
from parley.discussion.comments.queries import SOURCE, WHOLE_COLUMNS, CommentRow, seen_by
from parley.discussion.comments.rules import IS_IN, IS_VISIBLE
from parley.discussion.comments.texts import CommentVersionRow
from parley.interfaces.api.answers import from_row, versioned_etag
from parley.interfaces.api.discussion import schemas
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_


class ApiComment(CommentRow, frozen=True):
    """A comment as everybody may see it, with its Markdown and the number of its text."""

    markdown: str
    version: int


SELECT_COMMENTS = (
    f"select {WHOLE_COLUMNS}, case when {IS_VISIBLE} then c.body else '' end as markdown, c.version from {SOURCE}"  # noqa: S608
)
SELECT_COMMENT = f"{SELECT_COMMENTS} where c.id = $1 and {IS_IN}"
SELECT_IS_HELD = f"select not ({IS_IN}) from comment c where c.id = $1"  # noqa: S608 a constant
# After the comment $2, or from the beginning.
AFTER_TIME = """(c.created_at, c.id) >
    (coalesce((select created_at from comment where id = $2), '-infinity'), coalesce($2::bigint, 0))"""
BEFORE_TIME = """(c.created_at, c.id) <
    (coalesce((select created_at from comment where id = $2), 'infinity'), coalesce($2::bigint, 9223372036854775807))"""
LAST_BEST = "coalesce((select best from comment where id = $2), 'infinity')"
BELOW_BEST = f"c.best <= {LAST_BEST} and (c.best < {LAST_BEST} or c.id > coalesce($2::bigint, 0))"
# The bytes of a list; a longer one goes on on its next page.
PAGE_BYTES = 1_000_000


def _page(condition: str, order: str) -> str:
    """SQL for the comments of a page: those that begin within its bytes, of which the last may be too long for it."""
    return f"""
    with page as materialized (
        select id, sum(size) over w - size as bytes_before, row_number() over w as place from (
            select c.id, c.created_at, c.best, octet_length(c.html) + octet_length(c.body) as size
            from comment c where {condition} {order} limit $3
        ) c window w as ({order} rows unbounded preceding)
    )
    {SELECT_COMMENTS} join page on page.id = c.id
    where page.bytes_before <= {PAGE_BYTES} or page.place <= 2 order by page.place
    """  # noqa: S608 constants only


IN_THREAD = f"c.thread = $1 and {IS_IN}"
SELECT_BY_SORT = {
    "old": _page(f"{IN_THREAD} and {AFTER_TIME}", "order by c.created_at, c.id"),
    "new": _page(f"{IN_THREAD} and {BEFORE_TIME}", "order by c.created_at desc, c.id desc"),
    "best": _page(f"{IN_THREAD} and {BELOW_BEST}", "order by c.best desc, c.id"),
}
# The API names the author of a comment only while it is visible, so the others are not listed.
SELECT_MEMBER_COMMENTS = _page(
    f"c.author = $1 and {IS_VISIBLE} and {BEFORE_TIME}", "order by c.created_at desc, c.id desc"
)


async def one(comment: str, viewer: Viewer | None) -> schemas.Comment:
    """Return the comment that an address names. Raises NotFound."""
    number = as_id(comment)
    row = await db.fetch_one(ApiComment, SELECT_COMMENT, number) if number else None
    if row is None:
        raise NotFound(N_("This comment does not exist."))
    return comment_for(row, viewer)


async def history(comment: int, viewer: Viewer | None, before: int | None) -> list[CommentVersionRow]:
    """Return the versions of a comment before number `before`, the newest first. Raises NotFound."""
    state = await queries.state_of(comment)
    if state is None or state.state != "visible":
        # Staff read the versions of a hidden comment on the page.
        raise NotFound(N_("This comment does not exist."))
    await rules.require_history_allowed(viewer, state)
    number = min(before or LATEST, LATEST)
    return (await texts.versions(comment, number, characters=MOST_CHARACTERS, most=MOST_VERSIONS))[::-1]


async def is_held(comment: int) -> bool:
    """Whether a comment waits for a moderator, so that only its author can read it."""
    return bool(await db.value(SELECT_IS_HELD, comment))


def etag(comment: schemas.Comment) -> str:
    """Return the ETag of a comment: the number of its text, and a digest of all its fields."""
    return versioned_etag(comment.version, comment)


async def in_thread(
    thread: int, sort: str, after: int | None, limit: int, viewer: Viewer | None
) -> list[schemas.Comment]:
    """Return a page of the comments of a thread, without those that are held."""
    return [comment_for(row, viewer) for row in await db.fetch(ApiComment, SELECT_BY_SORT[sort], thread, after, limit)]


async def of_member(member: int, after: int | None, limit: int, viewer: Viewer | None) -> list[schemas.Comment]:
    """Return a page of a member's visible comments, the newest first."""
    return [
        comment_for(row, viewer) for row in await db.fetch(ApiComment, SELECT_MEMBER_COMMENTS, member, after, limit)
    ]


def fitting(rows: list[schemas.Comment], limit: int) -> int:
    """Return how many of the first rows, `limit` at most, fit on one page: one at least."""
    count, left = 0, PAGE_BYTES
    for row in rows[:limit]:
        left -= len(msgspec.json.encode(row))
        if count and left < 0:
            break
        count += 1
    return max(count, 1)


def posted_comment(row: CommentRow, body: str, viewer: Viewer) -> schemas.Comment:
    """Return a comment that was just posted, with the Markdown of its `body`."""
    return comment_for(ApiComment(**msgspec.structs.asdict(row), markdown=body, version=1), viewer)


def comment_for(row: ApiComment, viewer: Viewer | None) -> schemas.Comment:
    """Return the comment as `viewer` may see it."""
    seen = seen_by(row, viewer)
    author = anchor = None
    if seen.author is not None:
        author = schemas.Author(seen.author, seen.author_title, seen.has_profile, seen.is_articles_author)
    if seen.anchor is not None:
        anchor = schemas.Anchor(seen.passage, seen.anchor, seen.quote, seen.words)
    return from_row(
        schemas.Comment,
        seen,
        url=f"{settings().base_url}/c/{seen.id}",
        worth_reading=seen.score,
        author=author,
        anchor=anchor,
        body=row.markdown if seen.state == "visible" else "",
        html=seen.raw_html,
    )
