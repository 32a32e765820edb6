"""What the page of the deck lists for moderators."""

import msgspec

from parley.platform import db

# Statements that are not asked, and comments without one, as the page of the deck lists them.
MOST_LISTED = 30
# The best comments of a discussion; few of them have a statement already.
SELECT_WITHOUT_STATEMENT = f"""
select c.id as comment, c.stance, left(c.body, 200) as excerpt, p.text as proposed from (
    select * from comment where thread = $1 and parent is null order by best desc, id limit 200
) c join member m on m.id = c.author and m.state <> 'anonymised'
left join statement_proposal p on p.comment = c.id and p.state = 'waiting'
where c.state = 'visible' and c.statement is null
order by c.best desc, c.id limit {MOST_LISTED}
"""  # noqa: S608 constants only


class CommentWithoutStatement(msgspec.Struct, frozen=True):
    """A comment for which a moderator could propose a statement; `proposed` is the one that waits."""

    comment: int
    stance: str | None
    excerpt: str
    proposed: str | None


async def without_statement(thread: int) -> list[CommentWithoutStatement]:
    """The best comments of a thread that have no statement."""
    return await db.fetch(CommentWithoutStatement, SELECT_WITHOUT_STATEMENT, thread)
