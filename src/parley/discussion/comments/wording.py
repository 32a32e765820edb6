"""The words of a comment that members agree or disagree with: its statement or, without one, its text.

A new wording begins with the next version, and nobody has voted on it yet. Earlier votes of agreement stay, but no
longer count, and the map has no verdict on it until it is calculated again.
"""

from parley.discussion.comments.tables import Comment
from parley.platform import db

_NEW = {
    "wording": "version + 1",
    "agrees": "0",
    "disagrees": "0",
    "unsure": "0",
    "published": "array[0, 0, 0, 0]",
    "scored_at": "clock_timestamp()",
}


def new_wording(condition: str) -> str:
    """The assignments that start a new wording of the updated comments which meet a condition."""
    return ", ".join(
        f"{column} = case when {condition} then {value} else {column} end" for column, value in _NEW.items()
    )


def drop_verdict(condition: str) -> str:
    """The statement that deletes the map's verdict on the former wording of comment $1, if it meets a condition."""
    return f"delete from statement_verdict v using comment c where c.id = $1 and v.comment = c.id and {condition}"  # noqa: S608 constants only


CHANGE_STATEMENT = f"""
with former as (
    insert into comment_version (comment, number, body, statement, written_at)
    select id, version, body, statement, coalesce(edited_at, created_at) from comment
    where id = $1 and statement is distinct from $2
), verdict as (
    {drop_verdict("statement is distinct from $2")}
)
update comment set statement = $2, version = version + 1, edited_at = now(), {new_wording("true")}
where id = $1 and statement is distinct from $2
"""  # noqa: S608 constants only
# Removed from the history too, so that nobody can read it there.
WITHDRAW_STATEMENT = f"""
with former as (
    update comment_version v set statement = null from comment c
    where c.id = $1 and v.comment = c.id and v.statement = c.statement
), verdict as (
    {drop_verdict("true")}
)
update comment set statement = null, version = version + 1, {new_wording("true")} where id = $1
"""  # noqa: S608 constants only
RESTORE_STATEMENT = f"""
with verdict as (
    {drop_verdict("statement is null")}
)
update comment set statement = $2, version = version + 1, {new_wording("true")} where id = $1 and statement is null
"""  # noqa: S608 constants only


async def change_statement(comment: int, statement: str | None) -> bool:
    """Give a comment another statement or none, keep the former one in its history, and return whether it differs.

    The caller has locked the comment and its thread.
    """
    return await db.execute(CHANGE_STATEMENT, comment, statement) > 0


async def withdraw_statement(comment: int) -> str | None:
    """Take a statement away, from the history too, and return it. The caller has locked the comment and its thread."""
    statement: str | None = await db.value(Comment.select(Comment.statement).where(Comment.id == comment))
    if statement is not None:
        await db.execute(WITHDRAW_STATEMENT, comment)
    return statement


async def restore_statement(comment: int, statement: str) -> bool:
    """Give back a statement that was taken away, unless there is a new one; return whether it was given back."""
    return await db.execute(RESTORE_STATEMENT, comment, statement) > 0
