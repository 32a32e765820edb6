"""Reading maps: what is published of them, the statements that they are about, and what places one member."""

from collections.abc import Collection
from datetime import datetime

import msgspec

from parley.discussion.comments.rules import IS_VISIBLE
from parley.discussion.opinion_map.history import MapChange
from parley.discussion.opinion_map.published import PublishedMap
from parley.discussion.opinion_model.analysis import Analysis, Parameters, Verdict
from parley.platform import db
from parley.platform.text.markdown import excerpt

STATEMENT_LENGTH = 140


class MapRow(msgspec.Struct, frozen=True):
    raw_published: str
    counted_at: datetime

    @property
    def published(self) -> PublishedMap:
        return msgspec.json.decode(self.raw_published, type=PublishedMap)


SELECT_MAP = "select published::text as raw_published, counted_at from perspective_map where thread = $1"


async def of_thread(thread: int) -> MapRow | None:
    return await db.fetch_one(MapRow, SELECT_MAP, thread)


async def parameters(thread: int) -> Parameters | None:
    """Return what places members on a thread's map, None while there is no map."""
    raw = await db.value(
        "select analysis::text from perspective_map where thread = $1 and published ->> 'reason' is null", thread
    )
    return msgspec.json.decode(raw, type=Analysis).parameters if raw else None


async def changes(thread: int, most: int) -> list[tuple[datetime, int, Verdict | None]]:
    """Return the newest changes of verdicts: when, on which comment, and which it is now; the newest first."""
    raw = await db.value("select history::text from perspective_map where thread = $1", thread)
    history = msgspec.json.decode(raw, type=list[MapChange]) if raw else []
    flat = [(change.at, int(key), verdict) for change in reversed(history) for key, verdict in change.verdicts.items()]
    return flat[:most]


class MapStatementRow(msgspec.Struct, frozen=True):
    """A statement, or the beginning of a comment without one."""

    id: int
    statement: str | None
    html: str
    passage: int | None
    author_id: int | None

    @property
    def text(self) -> str:
        return self.statement or excerpt(self.html, STATEMENT_LENGTH)


# Read whenever they are shown, so that what a moderator removed or collapsed is not.
SELECT_STATEMENTS = f"""
select c.id, c.statement, c.html, c.passage, c.author as author_id from comment c
where c.id = any($1::bigint[]) and {IS_VISIBLE} and c.collapsed is null
"""  # noqa: S608 constants only


async def statements(comments: Collection[int]) -> dict[int, MapStatementRow]:
    """Return the statements of these comments that everybody may read, by comment."""
    rows = await db.fetch(MapStatementRow, SELECT_STATEMENTS, list(comments)) if comments else []
    return {row.id: row for row in rows}


class OwnAnswer(msgspec.Struct, frozen=True):
    comment: int
    value: int


# The answers that count in a map (eligible.py), of one member.
SELECT_OWN_VOTES = """
select v.comment, v.value from vote v join comment c on c.id = v.comment join member m on m.id = v.member
where v.member = $1 and v.thread = $2 and v.axis = 'agreement' and v.wording = c.wording and m.in_maps
"""


async def own_answers(member: int, thread: int) -> dict[int, int]:
    """Return a member's answers in a thread by comment; none if they are left out of maps."""
    return {row.comment: row.value for row in await db.fetch(OwnAnswer, SELECT_OWN_VOTES, member, thread)}
