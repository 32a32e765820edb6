"""A discussion at a glance: the strongest perspective of each side, the passage with most perspectives."""

from collections.abc import Container, Sequence

import msgspec

from parley.articles.articles.queries import PassageRow
from parley.discussion.comments.rules import IS_VISIBLE
from parley.platform import db
from parley.platform.text.cleaning import shorten
from parley.platform.text.markdown import excerpt

# The strongest perspectives are among this many of the best perspectives, or there are none.
BEST = 100
# In characters: one line of the widest column.
EXCERPT_LENGTH, PASSAGE_LENGTH = 120, 48
# The subselect hides which thread it is, so that one plan is kept for all (comments/queries.py: SELECT_COMMENTS).
SELECT_STRONGEST = f"""
select distinct on (c.stance = 'challenges') c.id, c.stance, coalesce(m.name, c.imported_author) as author,
       c.author as author_id, c.author is not null as is_member, c.assisted, c.statement as words, c.html,
       '' as address
from (
    select id from comment where thread = (select $1::bigint) and parent is null order by best desc, id limit {BEST}
) best
join comment c on c.id = best.id left join member m on m.id = c.author
where c.stance in ('supports', 'challenges') and {IS_VISIBLE} and c.collapsed is null
  and c.base_ups + c.ups > c.base_downs + c.downs
order by c.stance = 'challenges', c.best desc, c.id
"""  # noqa: S608 constants only


class GlancePerspective(msgspec.Struct, frozen=True):
    """A strong perspective. Templates show it only to members who did not block or mute its author.

    `words` is its statement or, without one, its beginning, taken from `html`. `address` is where to read it: on the
    page itself, or on the page that focuses it.
    """

    id: int
    stance: str
    author: str | None
    author_id: int | None
    is_member: bool
    assisted: bool
    words: str | None
    html: str
    address: str


class Glance(msgspec.Struct, frozen=True):
    """What stands above a discussion."""

    strongest: list[GlancePerspective]
    busiest: PassageRow | None


async def glance(thread: int, passages: Sequence[PassageRow], on_page: Container[int]) -> Glance:
    """Return a thread at a glance; `on_page` are the comments that its page shows."""
    rows = await db.fetch(GlancePerspective, SELECT_STRONGEST, thread)
    busiest = max(passages, key=lambda row: row.comment_count, default=None)
    return Glance(
        [_perspective(row, on_page) for row in rows],
        busiest if busiest is not None and busiest.comment_count else None,
    )


def _perspective(row: GlancePerspective, on_page: Container[int]) -> GlancePerspective:
    address = f"#c{row.id}" if row.id in on_page else f"/c/{row.id}"
    words = row.words or excerpt(row.html, EXCERPT_LENGTH)
    return msgspec.structs.replace(row, words=words, html="", address=address)


class FirstInView(msgspec.Struct, frozen=True):
    """The first passage, which is in view at first, and the next one with perspectives."""

    comment_count: int
    next: PassageRow | None
    next_words: str


def first_in_view(passages: Sequence[PassageRow]) -> FirstInView | None:
    """Return what a discussion by passage begins with, or None if the article has no passage."""
    if not passages:
        return None
    first, *others = passages
    following = next((row for row in others if row.comment_count), None)
    words = shorten(following.text, PASSAGE_LENGTH) if following else ""
    return FirstInView(first.comment_count, following, words)
