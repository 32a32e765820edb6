"""Which groups are voting rings. The same votes always give the same groups."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

# What makes two members a pair: so many upvotes of one for the other, in so many threads, and so many times as many as
# by the other's share of everybody else's votes. Two people who argue in one thread are no pair.
FEWEST_VOTES, FEWEST_THREADS, LEAST_TIMES_EXPECTED = 5, 3, 1.5
# What makes connected pairs a ring: members, the share of their votes for each other, and its ratio to that of others.
FEWEST_MEMBERS, LEAST_SHARE, LEAST_TIMES_OTHERS = 3, 0.5, 5.0


class Upvotes(msgspec.Struct, frozen=True):
    """How often a member voted for an author's comments, and in how many threads."""

    member: int
    author: int
    votes: int
    threads: int


class Ring(msgspec.Struct, frozen=True):
    """A group, the share of its upvotes that went to it, and the share of all others' upvotes that did."""

    members: list[int]
    share: float
    share_of_others: float


def find(upvotes: Sequence[Upvotes]) -> list[Ring]:
    """The rings among the members who voted, the largest first."""
    groups = [one for one in _connected_groups(_pairs(upvotes)) if len(one) >= FEWEST_MEMBERS]
    found = (ring for ring in _rings(groups, upvotes) if _is_ring(ring))
    return sorted(found, key=lambda one: (-len(one.members), one.members))


def _is_ring(group: Ring) -> bool:
    return group.share >= max(LEAST_SHARE, LEAST_TIMES_OTHERS * group.share_of_others)


def _pairs(upvotes: Sequence[Upvotes]) -> Iterator[Upvotes]:
    given, received = Counter[int](), Counter[int]()
    for one in upvotes:
        given[one.member] += one.votes
        received[one.author] += one.votes
    total = given.total()
    for one in upvotes:
        of_others = (received[one.author] - one.votes) / max(1, total - given[one.member])
        expected = given[one.member] * of_others
        if one.votes >= max(FEWEST_VOTES, LEAST_TIMES_EXPECTED * expected) and one.threads >= FEWEST_THREADS:
            yield one


def _connected_groups(pairs: Iterable[Upvotes]) -> Iterator[set[int]]:
    """The groups of members who are connected by pairs. The time is linear in the number of pairs."""
    neighbours: defaultdict[int, list[int]] = defaultdict(list)
    for pair in pairs:
        neighbours[pair.member].append(pair.author)
        neighbours[pair.author].append(pair.member)
    while neighbours:
        group, waiting = set[int](), [next(iter(neighbours))]
        while waiting:
            if (member := waiting.pop()) not in group:
                group.add(member)
                waiting += neighbours.pop(member)
        yield group


def _rings(groups: Sequence[set[int]], upvotes: Sequence[Upvotes]) -> Iterator[Ring]:
    group_of = {member: number for number, group in enumerate(groups) for member in group}
    given, received, within = Counter[int | None](), Counter[int | None](), Counter[int | None]()
    for upvote in upvotes:
        by, to = group_of.get(upvote.member), group_of.get(upvote.author)
        given[by] += upvote.votes
        received[to] += upvote.votes
        within[by] += upvote.votes if by == to else 0
    total = given.total()
    for number, group in enumerate(groups):
        of_others = (received[number] - within[number]) / max(1, total - given[number])
        yield Ring(sorted(group), within[number] / max(1, given[number]), of_others)
