"""Finding voting rings. The same votes always give the same rings."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

# Two members are a pair if one gave the other at least this many upvotes, in at least this many threads, and this many
# times the number that one would expect from how often everybody else votes for the other. Two people who argue in one
# thread are no pair.
FEWEST_VOTES, FEWEST_THREADS, LEAST_TIMES_EXPECTED = 5, 3, 1.5
# Connected pairs are a ring if they have at least this many members, give at least this share of their upvotes to each
# other, and this many times the share that all others give to them.
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
    groups = [group for group in _connected_groups(_pairs(upvotes)) if len(group) >= FEWEST_MEMBERS]
    rings = (
        candidate
        for candidate in _candidates(groups, upvotes)
        if candidate.share >= max(LEAST_SHARE, LEAST_TIMES_OTHERS * candidate.share_of_others)
    )
    return sorted(rings, key=lambda ring: (-len(ring.members), ring.members))


def _pairs(upvotes: Sequence[Upvotes]) -> Iterator[Upvotes]:
    given, received = Counter[int](), Counter[int]()
    for upvote in upvotes:
        given[upvote.member] += upvote.votes
        received[upvote.author] += upvote.votes
    total = given.total()
    for upvote in upvotes:
        of_others = (received[upvote.author] - upvote.votes) / max(1, total - given[upvote.member])
        expected = given[upvote.member] * of_others
        is_more = upvote.votes >= max(FEWEST_VOTES, LEAST_TIMES_EXPECTED * expected)
        if is_more and upvote.threads >= FEWEST_THREADS:
            yield upvote


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


def _candidates(groups: Sequence[set[int]], upvotes: Sequence[Upvotes]) -> Iterator[Ring]:
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
