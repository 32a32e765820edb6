"""Which groups are voting rings. Pure: the same votes give the same groups."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

# What makes two members a pair: so many upvotes of one for the other, in so many threads, and so many times as many as
# by the other's share of everybody else's votes. Two people who argue in one thread are no pair.
VOTES, THREADS, TIMES = 5, 3, 1.5
# What makes connected pairs a ring: members, the share of their votes for each other, and its ratio to that of others.
MEMBERS, SHARE, TIMES_OTHERS = 3, 0.5, 5.0


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
    groups = _connected((one.member, one.author) for one in _pairs(upvotes))
    rings = (_ring(group, upvotes) for group in groups if len(group) >= MEMBERS)
    found = (one for one in rings if one.share >= max(SHARE, TIMES_OTHERS * one.share_of_others))
    return sorted(found, key=lambda one: (-len(one.members), one.members))


def _pairs(upvotes: Sequence[Upvotes]) -> Iterator[Upvotes]:
    given, received = Counter[int](), Counter[int]()
    for one in upvotes:
        given[one.member] += one.votes
        received[one.author] += one.votes
    total = given.total()
    for one in upvotes:
        of_others = (received[one.author] - one.votes) / max(1, total - given[one.member])
        expected = given[one.member] * of_others
        if one.votes >= max(VOTES, TIMES * expected) and one.threads >= THREADS:
            yield one


def _connected(pairs: Iterable[tuple[int, int]]) -> list[set[int]]:
    """The groups of members who are connected by pairs."""
    group_of: defaultdict[int, set[int]] = defaultdict(set)
    for pair in pairs:
        merged = set(pair).union(*(group_of[one] for one in pair))
        group_of.update(dict.fromkeys(merged, merged))
    return list({id(group): group for group in group_of.values()}.values())


def _ring(group: set[int], upvotes: Sequence[Upvotes]) -> Ring:
    def share(votes: list[Upvotes]) -> float:
        return sum(one.votes for one in votes if one.author in group) / max(1, sum(one.votes for one in votes))

    inside = [one for one in upvotes if one.member in group]
    outside = [one for one in upvotes if one.member not in group]
    return Ring(sorted(group), share(inside), share(outside))
