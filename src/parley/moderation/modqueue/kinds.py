"""Kinds of work in the queue that are no queue items, such as appeals and sign-ups: their lists and counts."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from parley.discussion.threads import rooms
from parley.moderation.reports.queries import NEARLY_DUE_HOURS
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.http.access import ADMIN, AnyRequest
from parley.platform.text.cleaning import shorten
from parley.platform.text.durations import lasting
from parley.platform.text.messages import N_, Message

# The most rows of a kind in a list; counts go up to MOST_COUNTED.
MOST_LISTED = 100
MOST_COUNTED = 1000
EXCERPT_LENGTH = 160
NEARLY = timedelta(hours=NEARLY_DUE_HOURS)
# Why somebody may not decide: `blocked` of a row.
BLOCKED = {
    "part": N_("Waits for another moderator: you had a part in it."),
    "admin": N_("Waits for an admin."),
}
Panel = Callable[[AnyRequest, int], Awaitable[dict[str, Any]]]


class WorkKind(msgspec.Struct, frozen=True):
    """A kind of work. `label`: all of it, `one`: one piece.

    `waiting`: SQL of what waits for member $1 ($2: whether they are an admin), without what concerns themselves. Its
    columns are those of WorkRow up to `words`. It is empty where nobody waits. `hours`: the time to decide.
    `address`: where one is decided; without it, the queue opens `template` with what `panel` returns for its id.
    """

    name: str
    label: Message
    one: Message
    waiting: str
    hours: int
    address: str = ""
    template: str = ""
    panel: Panel | None = None
    # The panel opens also where nothing waits, with 0.
    opens_empty: bool = False
    # Moderators of rooms decide those of their threads. All others are for the staff of the site.
    in_rooms: bool = False


# Filled by site/hooks.py, in the order in which the filter shows them.
kinds: list[WorkKind] = []
UPDATES = WorkKind(
    "update",
    N_("Updates from sources"),
    N_("Update"),
    """
    select s.id, s.thread, m.name as who, s.created_at as since, null as blocked, null as holder, null as action,
           t.title as words
    from suggested_update s join thread t on t.id = s.thread
    left join member m on m.id = s.member and m.state <> 'anonymised'
    where s.state = 'waiting' and s.member is distinct from $1
    """,
    hours=72,
    address="/t/{thread}/updates/{id}",
)


class WorkRow(msgspec.Struct, frozen=True):
    """Something of such a kind. `blocked`: why the viewer may not decide it (BLOCKED); `holder`: who has it."""

    kind: str
    id: int
    thread: int | None
    who: str | None
    since: datetime
    blocked: str | None
    holder: str | None
    action: str | None
    words: str | None
    due_at: datetime

    @property
    def label(self) -> Message:
        return known()[self.kind].one

    @property
    def excerpt(self) -> str:
        return shorten(self.words or "", EXCERPT_LENGTH)

    @property
    def address(self) -> str:
        """Where it is decided; the query of the list is added to it."""
        return known()[self.kind].address.format(id=self.id, thread=self.thread)

    @property
    def reason(self) -> Message | None:
        return BLOCKED[self.blocked] if self.blocked else None

    @property
    def is_nearly_due(self) -> bool:
        """Whether the viewer should decide it before what is not, as IS_NEARLY_DUE says of items."""
        return not self.blocked and self.due_at < datetime.now(UTC) + NEARLY

    @property
    def due_in(self) -> Message:
        return lasting((self.due_at - datetime.now(UTC)).total_seconds())

    @property
    def late(self) -> bool:
        return self.due_at < datetime.now(UTC)


class WorkCount(msgspec.Struct, frozen=True):
    """How much of a kind the viewer may decide, how much of that is overdue, and since when the oldest waits."""

    kind: str
    count: int
    late: int
    oldest: datetime | None


def known() -> dict[str, WorkKind]:
    return {kind.name: kind for kind in kinds}


async def rows(viewer: Viewer, kind: str | None = None) -> list[WorkRow]:
    """What waits of one kind, or of all: what the viewer may decide first, what is due soonest before the rest."""
    parts = [_select(one, MOST_LISTED) for one in kinds if one.waiting and kind in (None, one.name)]
    if not parts:
        return []
    sql = f"select * from ({' union all '.join(parts)}) w order by blocked is not null, due_at, kind, id"  # noqa: S608
    return await db.fetch(WorkRow, sql, viewer.id, viewer.access >= ADMIN)


async def counts(viewer: Viewer, topics: list[str] | None = None) -> list[WorkCount]:
    """The counts of all kinds in these topics, in their order, also of those of which nothing waits."""
    parts = " union all ".join(_select(one, MOST_COUNTED) for one in kinds if one.waiting)
    sql = f"""
    select kind, count(*) as count, count(*) filter (where due_at < now()) as late, min(since) as oldest
    from ({parts}) w where blocked is null and {rooms.is_in("w.thread", "$3")} group by kind
    """  # noqa: S608 constants only
    found = {row.kind: row for row in await db.fetch(WorkCount, sql, viewer.id, viewer.access >= ADMIN, topics)}
    return [found.get(kind.name) or WorkCount(kind.name, 0, 0, None) for kind in kinds if kind.waiting]


def _select(kind: WorkKind, most: int) -> str:
    return f"""
    (select '{kind.name}' as kind, w.id, w.thread::bigint as thread, w.who::text as who, w.since,
            w.blocked::text as blocked, w.holder::text as holder, w.action::text as action,
            left(w.words, 1000) as words, w.since + interval '{kind.hours} hours' as due_at
     from ({kind.waiting}) w where $2::boolean is not null
       and {rooms.moderates("w.thread::bigint" if kind.in_rooms else "null::bigint")}
     order by w.blocked is not null, w.since, w.id limit {most})
    """  # noqa: S608 constants only
