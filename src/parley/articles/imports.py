"""Imports under way: asked for, read by the worker, mended and published by the member who asked."""

from typing import Literal

import msgspec

from parley.core import db
from parley.core.events.job_wakeups import wake_job

Source = Literal["url", "text", "file"]


class Import(msgspec.Struct, frozen=True):
    """`given` is what was pasted or uploaded; `draft` the text that was read (articles/reading.py)."""

    id: int
    member: int
    state: str
    message: str
    source: Source
    url: str | None
    given: bytes | None
    title: str
    topic: str
    draft: bytes | None
    thread: int | None


COLUMNS = "id, member, state, message, source, url, given, title, topic, draft, thread"


async def request_import(
    *, member: int, source: Source, url: str | None, given: bytes | None, title: str, topic: str
) -> int:
    """Write down what shall be imported and return its id; the worker reads it."""
    async with db.atomic():
        made: int = await db.value(
            """insert into article_import (member, source, url, given, title, topic)
               values ($1, $2, $3, $4, $5, $6) returning id""",
            member,
            source,
            url,
            given,
            title,
            topic,
        )
        db.after_commit(lambda: wake_job("imports"))
    return made


async def of_member(import_id: int, member: int) -> Import | None:
    """A member's own import; nobody else's."""
    return await db.fetch_one(
        Import,
        f"select {COLUMNS} from article_import where id = $1 and member = $2",  # noqa: S608 constants only
        import_id,
        member,
    )


# One that was begun and not ended for two minutes was lost with its worker. Of a member's imports one is read at a
# time, so that twenty addresses that answer slowly keep nobody else waiting.
CLAIM = f"""
update article_import set state = 'fetching', changed_at = now(), attempts = attempts + 1
where id = (
    select id from article_import one
    where attempts < 3 and (state = 'waiting'
          or (state in ('fetching', 'reading') and changed_at < now() - interval '2 minutes'))
      and not exists (
          select from article_import other where other.member = one.member and other.id <> one.id
          and other.state in ('fetching', 'reading') and other.changed_at >= now() - interval '2 minutes')
    order by changed_at limit 1 for update skip locked
)
returning {COLUMNS}
"""  # noqa: S608 constants only


async def claim() -> Import | None:
    """Take the import that waits longest."""
    return await db.fetch_one(Import, CLAIM)


async def give_up() -> int:
    """Fail imports whose worker died three times over them."""
    return await db.execute(
        """update article_import set state = 'failed', changed_at = now(),
             message = 'Reading this took too long, three times. Paste the text of the article instead.'
           where attempts >= 3 and state in ('waiting', 'fetching', 'reading')
             and changed_at < now() - interval '2 minutes'"""
    )


async def finish(import_id: int, *, draft: bytes, title: str) -> None:
    await db.execute(
        """update article_import set state = 'ready', draft = $2, message = '', changed_at = now(),
             title = case when title = '' then $3 else title end where id = $1""",
        import_id,
        draft,
        title,
    )


async def fail(import_id: int, message: str) -> None:
    await db.execute(
        "update article_import set state = 'failed', message = $2, changed_at = now() where id = $1",
        import_id,
        message,
    )


async def published(import_id: int, thread: int) -> None:
    """Mark an import as published, or suggested as an update of `thread`, and let go of what it kept."""
    await db.execute(
        """update article_import set state = 'published', thread = $2, message = '', draft = null, given = null,
                                     changed_at = now() where id = $1""",
        import_id,
        thread,
    )
