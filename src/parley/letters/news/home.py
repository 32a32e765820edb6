"""What is new to one member, for the home page: up to four cells.

Which they are is chosen at most every ten seconds, by one statement. Another, which the page needs anyway for its
cards, reads their words: what was removed or read meanwhile is missing.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from parley.discussion.comments.rules import EXCERPT
from parley.discussion.thesis.queries import PRESENT
from parley.discussion.threads.reading import COUNT_UNREAD
from parley.letters.news.candidates import SCORE_HALVES_AFTER_DAYS, SharedCandidates
from parley.letters.news.queries import SELECT_VISITED, shared_candidates
from parley.letters.news.rules import (
    IS_CURRENT,
    IS_READ,
    IS_UNWANTED,
    MAY_BE_READ,
    YOUNGEST_ACCOUNT_MINUTES,
)
from parley.letters.notifications.rules import IS_SHOWN, JOINS
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.cache import MicroCache
from parley.platform.text.cleaning import shorten_to_clause

MOST_CELLS = 4
WORDS_LENGTH = 140
# Of each kind, so that enough are left when the member has read some. No more notifications are looked at: a member may
# have thousands, and the newest are told.
MOST_ABOUT, MOST_SHARED, MOST_LOOKED_AT = 10, 20, 30
# The kinds in their order, each with the most cells it may have.
CELL_KINDS = (("reply", "mention"), ("moved",), ("question",), ("common",), ("thesis",))
ABOUT_READER = CELL_KINDS[0]
CHOSEN_SECONDS, SHARED_SECONDS = 10.0, 60.0

# The best unread comments in the threads that the member reads or follows, as in digests.
OWN_VISITED = SELECT_VISITED.replace("$1::bigint[]", "array[$1::bigint]")
OWN_WORTH = f"""
(o.account_minutes is null or o.account_minutes >= {YOUNGEST_ACCOUNT_MINUTES})
and (o.follows or o.ups + o.replies > 0 or o.opposes is not null)
"""
ITEMS = f"""
select $1::bigint as member, s.kind, s.thread, s.comment, s.at, s.place::float8 as place
from unnest($3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[])
     with ordinality s(kind, thread, comment, at, place)
union all
(select n.member, n.kind, n.thread, n.comment, n.created_at, -n.id from (
    select * from notification
    where member = $1 and kind in ('reply', 'mention') and kind <> 'followed' and read_at is null
    order by id desc limit {MOST_LOOKED_AT}
 ) n {JOINS} where {IS_SHOWN} order by n.id desc limit {MOST_ABOUT})
union all
select o.member, 'moved', o.thread, o.comment, o.at,
       -o.best / (1 + extract(epoch from $2::timestamptz - o.at) / 86400 / {SCORE_HALVES_AFTER_DAYS})
from ({OWN_VISITED}) o where {OWN_WORTH}
"""  # noqa: S608 constants only
# Of common ground, one knows what was there when one last had the thread open; of a thesis, what one answered.
KNOWS = f"""case i.kind
    when 'common' then exists (
        select from visit v where v.member = i.member and v.thread = i.thread and v.seen_at >= i.at)
    when 'thesis' then t.starter is not distinct from i.member or exists (
        select from thesis_answer a join thesis h on h.id = a.thesis
        where h.thread = i.thread and h.ended_at is null and a.member = i.member and a.value is not null)
    else {IS_READ} end"""  # noqa: S608 constants only
# `offset 0` has PostgreSQL look up each thread by its key; otherwise it reads all threads.
SELECT_CHOICE = f"""
with i as materialized (select *, null::int as revision from ({ITEMS}) every_item)
select i.kind, i.thread, i.comment, i.at
from i cross join lateral (select * from thread where id = i.thread offset 0) t
left join comment c on c.id = i.comment cross join lateral (select null::timestamptz as at) x
where {MAY_BE_READ} and {IS_CURRENT} and not {IS_UNWANTED} and not {KNOWS} and c.author is distinct from i.member
order by i.place, i.comment
"""  # noqa: S608 constants only
# The threads $2 as their cards show them to member $1, and the words of the cells: comments $3 and the theses of
# threads $4.
SELECT_SHOWN = f"""
select one.thread, null::bigint as comment, coalesce({COUNT_UNREAD}, 0)::int as unread, a.value as answer,
       null as author, '' as words, '' as title, '' as slug, {IS_UNWANTED} as is_unwanted
from unnest($2::bigint[]) one(thread) join thread t on t.id = one.thread
cross join lateral (select $1::bigint as member) i left join comment c on false
left join visit v on v.member = $1 and v.thread = one.thread
left join thesis h on h.thread = one.thread and h.ended_at is null
left join thesis_answer a on a.thesis = h.id and a.member = $1
union all
select c.thread, c.id, 0, null, coalesce(m.name, c.imported_author), coalesce(c.statement, {EXCERPT}), t.title, t.slug,
       false
from comment c join thread t on t.id = c.thread join article a on a.id = t.article left join member m on m.id = c.author
left join visit v on v.member = $1 and v.thread = c.thread
where c.id = any($3::bigint[]) and c.state = 'visible' and c.collapsed is null and not a.untitled
  and (c.id = any($5::bigint[]) or v.id is null or c.created_at > v.read_until and c.id <> all(v.read))
union all
select t.id, 0, 0, null, null, h.text, t.title, t.slug, false from thread t join article a on a.id = t.article {PRESENT}
where t.id = any($4::bigint[]) and h.id is not null and not a.untitled
"""  # noqa: S608 constants only


class Choice(msgspec.Struct, frozen=True):
    """Something new to a member: a comment or, without one, the thesis of a thread."""

    kind: str
    thread: int
    comment: int | None
    at: datetime


class ShownRow(msgspec.Struct, frozen=True):
    """A thread of a card, without a comment; or a cell's words, whose comment is 0 for a thesis."""

    thread: int
    comment: int | None
    unread: int
    answer: int | None
    author: str | None
    words: str
    title: str
    slug: str
    is_unwanted: bool


class ThreadState(msgspec.Struct, frozen=True):
    """How many comments of a thread a member has not read, up to 100, and what they answered to its thesis.

    `is_unwanted`: they muted it, its topic or a word of its title or thesis.
    """

    unread: int
    answer: int | None
    is_unwanted: bool


class Cell(msgspec.Struct, frozen=True):
    """What is new, in words."""

    kind: str
    thread: int
    comment: int | None
    at: datetime
    author: str | None
    words: str
    title: str
    slug: str

    @property
    def address(self) -> str:
        if self.kind == "thesis":
            return f"/t/{self.thread}/{self.slug}#thesis"
        return f"/t/{self.thread}/{self.slug}?view=stand#discussion" if self.kind == "common" else f"/c/{self.comment}"


class MemberNews(msgspec.Struct, frozen=True):
    """What the home page shows a member besides what everybody sees."""

    cells: list[Cell]
    threads: dict[int, ThreadState]


_shared: MicroCache[SharedCandidates] = MicroCache("shared news", SHARED_SECONDS, size=lambda _: 0)
_choices: MicroCache[list[Choice]] = MicroCache("news", CHOSEN_SECONDS, size=lambda choices: 120 * len(choices))


async def news_for(
    viewer: Viewer, threads: Sequence[int], *, sides: Collection[int] = (), leading: Collection[int] = ()
) -> MemberNews:
    """Return what is new to a member, beside cards of `threads`.

    The cards show the comments `sides`, which no cell repeats; nor does one repeat what the `leading` articles claim.
    """
    chosen = await _choices.get(viewer.id, lambda: choose(viewer.id, datetime.now(UTC)), viewer.not_before)
    candidates = [
        choice
        for choice in chosen
        if choice.kind in ABOUT_READER or (choice.comment not in sides and not _repeats(choice, leading))
    ]
    # More than fit, in case some are gone.
    picked = list(_pick(candidates, most=2))
    comments = [choice.comment for choice in picked if choice.comment is not None]
    theses = [choice.thread for choice in picked if choice.comment is None]
    common = [choice.comment for choice in picked if choice.kind == "common"]
    rows = await db.fetch(ShownRow, SELECT_SHOWN, viewer.id, list(threads), comments, theses, common)
    words = {(row.thread, row.comment): row for row in rows if row.comment is not None}
    shown = [choice for choice in picked if (choice.thread, choice.comment or 0) in words]
    return MemberNews(
        [_cell(choice, words[choice.thread, choice.comment or 0]) for choice in _pick(shown, most=1)][:MOST_CELLS],
        {row.thread: ThreadState(row.unread, row.answer, row.is_unwanted) for row in rows if row.comment is None},
    )


def _repeats(choice: Choice, leading: Collection[int]) -> bool:
    return choice.kind == "thesis" and choice.thread in leading


def _pick(choices: Sequence[Choice], most: int) -> Iterator[Choice]:
    """Yield the first choices of each kind, at most `most`, and no comment twice."""
    told: set[int] = set()
    for kinds in CELL_KINDS:
        fitting = [choice for choice in choices if choice.kind in kinds and (choice.comment or 0) not in told]
        yield from fitting[:most]
        told |= {choice.comment for choice in fitting[:most] if choice.comment is not None}


def _cell(choice: Choice, row: ShownRow) -> Cell:
    words = shorten_to_clause(row.words, WORDS_LENGTH)
    return Cell(choice.kind, choice.thread, choice.comment, choice.at, row.author, words, row.title, row.slug)


async def choose(member: int, now: datetime) -> list[Choice]:
    """Return what is new to a member, the best of each kind first."""
    shared = await _shared.get("all", lambda: shared_candidates(datetime.now(UTC)))
    offered = [*shared.questions[:MOST_SHARED], *shared.common[:MOST_SHARED], *shared.theses[:MOST_SHARED]]
    columns = [(one.kind, one.thread, one.comment, one.at) for one in offered]
    kinds, threads, comments, times = zip(*columns, strict=True) if columns else ((), (), (), ())
    return await db.fetch(Choice, SELECT_CHOICE, member, now, kinds, threads, comments, times)
