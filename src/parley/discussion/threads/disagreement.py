"""The one disagreement that a thread is shown by: a response for some words of the article, and one against them.

*Most disputed*: both have a statement, and of at least LEAST members who answered both, most agree with one and
disagree with the other (the lower bound of their share is at least HALF). Where answers show no such pair, two
responses whose quotes overlap are *two views*. Otherwise there is none: nobody is set against somebody who answers
other words.
"""

from math import sqrt

import msgspec

from parley.platform import db

LEAST, HALF = 10, 0.5
# The one-sided 90 % quantile of the normal distribution, as for the ranks (discussion/comments/ranks.py).
Z = 1.281551565545
# The pair is among this many of the best responses of each side.
BEST = 40

# The best responses of one side.
SIDE = f"""(
    select * from comment where thread = $1 and stance = '{{stance}}' and parent is null and state = 'visible'
        and collapsed is null order by best desc, id limit {BEST}
)"""  # noqa: S608 constants only
# `place` and `length` are where the quoted words are in the passage as it reads now; -1 if they are nowhere.
SELECT_CANDIDATES = f"""
select c.id, c.stance = 'supports' as supports, c.part, coalesce(c.author::text, c.imported_author) as author, c.best,
       c.statement is not null as has_statement, c.base_ups + c.ups > c.base_downs + c.downs as is_wanted,
       coalesce(strpos(p.text, coalesce(c.words, c.quote)), 0) - 1 as place,
       coalesce(length(coalesce(c.words, c.quote)), 0) as length
from (
    {SIDE.format(stance="supports")} union all {SIDE.format(stance="challenges")}
) c
join thread t on t.id = c.thread
left join lateral (select id from revision where article = t.article order by number desc limit 1) r on true
left join passage p on p.revision = r.id and p.lineage = c.passage
where c.part <> 'earlier'
"""  # noqa: S608 constants only
# A value of 0 is "Unsure": they answered, and take no side.
SELECT_SPLITS = f"""
select p.support, p.challenge, count(*)::int as answered, count(*) filter (where a.value * b.value = -1)::int as split
from unnest($1::bigint[], $2::bigint[]) as p(support, challenge)
join comment s on s.id = p.support join comment c on c.id = p.challenge
join vote a on a.comment = s.id and a.axis = 'agreement' and a.counted and a.wording = s.wording
join vote b on b.comment = c.id and b.member = a.member and b.axis = 'agreement' and b.counted and b.wording = c.wording
group by p.support, p.challenge having count(*) >= {LEAST}
"""  # noqa: S608 constants only


class SidedResponse(msgspec.Struct, frozen=True):
    """A response that takes a side."""

    id: int
    supports: bool
    part: str
    author: str | None
    best: float
    has_statement: bool
    is_wanted: bool
    place: int
    length: int

    @property
    def words(self) -> tuple[int, int]:
        return self.place, self.length


class Split(msgspec.Struct, frozen=True):
    """Of the members who answered both responses, how many agree with one and disagree with the other."""

    support: int
    challenge: int
    answered: int
    split: int


class Disagreement(msgspec.Struct, frozen=True):
    """What is stored of a thread: the ids of a supporting and a challenging response, or none."""

    disagreement: list[int]
    is_disputed: bool


async def find(thread: int) -> Disagreement:
    """Return the disagreement of a thread as it is now."""
    pairs = pairs_of(await db.fetch(SidedResponse, SELECT_CANDIDATES, thread))
    stated = [pair for pair in pairs if pair[0].has_statement and pair[1].has_statement]
    ids = [[pair[side].id for pair in stated] for side in (0, 1)]
    splits = await db.fetch(Split, SELECT_SPLITS, *ids) if stated else []
    split = {(row.support, row.challenge) for row in splits if is_disputed(row)}
    disputed = [pair for pair in stated if (pair[0].id, pair[1].id) in split]
    views = [pair for pair in pairs if overlap(pair[0].words, pair[1].words) and all(one.is_wanted for one in pair)]
    best = max(
        disputed or views, key=lambda pair: (min(one.best for one in pair), -pair[0].id, -pair[1].id), default=()
    )
    return Disagreement([one.id for one in best], bool(disputed))


def pairs_of(candidates: list[SidedResponse]) -> list[tuple[SidedResponse, SidedResponse]]:
    """Return each support with each challenge of the same part by somebody else."""
    supports, challenges = ([one for one in candidates if one.supports is side] for side in (True, False))
    return [
        (one, other)
        for one in supports
        for other in challenges
        if one.part == other.part and one.author != other.author
    ]


def overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two quotes have words in common, each given by where it starts (-1: nowhere) and its length."""
    start, end = max(one[0], other[0]), min(sum(one), sum(other))
    return min(one[0], other[0]) >= 0 and start < end


def is_disputed(row: Split) -> bool:
    return row.answered >= LEAST and lower_bound(row.split, row.answered) >= HALF


def lower_bound(hits: int, total: int) -> float:
    """Return the one-sided 90 % lower bound of a share (Wilson 1927)."""
    centre = hits + Z * Z / 2
    return (centre - Z * sqrt(hits * (total - hits) / total + Z * Z / 4)) / (total + Z * Z)
