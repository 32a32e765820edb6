"""What is near a comment: its replies, the other comments in the same place, the domains that it names."""

from datetime import datetime

import msgspec
from markupsafe import Markup

from parley.discussion.comments.rules import IS_VISIBLE
from parley.moderation.matching import facts
from parley.moderation.matching.facts import AuthorRecord
from parley.moderation.reports.grave import IS_GRAVE
from parley.platform import db

# Of replies, of others, and of domains.
MOST_LISTED = 5


class NearbyComment(msgspec.Struct, frozen=True):
    """A visible comment that answers the comment in question (`is_reply`), or answers the same as it does."""

    id: int
    author: str | None
    is_reply: bool
    raw_html: str
    created_at: datetime
    sensitive: bool

    @property
    def html(self) -> Markup:
        """The body, rendered and made safe by platform/text/markdown.py."""
        return Markup(self.raw_html)  # noqa: S704 see the docstring


# The others are replies to the same comment or, at the top level, comments on the same part of the article.
SELECT_NEARBY = f"""
with one as (select id, thread, parent, part from comment where id = $1), near as (
    (select c.id, true as is_reply from comment c
     where c.parent = $1 and {IS_VISIBLE} order by c.best desc, c.id limit $2)
    union all
    (select c.id, false from comment c join one on c.parent = one.parent
     where c.id <> one.id and {IS_VISIBLE} order by c.best desc, c.id limit $2)
    union all
    (select c.id, false from comment c join one on c.thread = one.thread and c.part = one.part
     where c.id <> one.id and {IS_VISIBLE} order by c.best desc, c.id limit $2)
)
select c.id, coalesce(m.name, c.imported_author) as author, near.is_reply, c.html as raw_html, c.created_at,
       {IS_GRAVE} as sensitive
from near join comment c on c.id = near.id left join member m on m.id = c.author
order by near.is_reply desc, c.best desc, c.id
"""  # noqa: S608 constants only


async def comments(comment: int) -> list[NearbyComment]:
    """The strongest replies to a comment, then the strongest others in its place."""
    return await db.fetch(NearbyComment, SELECT_NEARBY, comment, MOST_LISTED)


def hosts(body: str, html: str) -> list[str]:
    """The first domains that a comment names, each once, however they are written."""
    post = facts.post(body, html, assisted=False, author=AuthorRecord(0, 0, 0, []))
    return list(dict.fromkeys(host.removeprefix("www.") for host in post.hosts if host))[:MOST_LISTED]
