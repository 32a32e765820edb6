"""Which statements of a thread are asked (its deck), and which one next. Pure functions: chance comes from a seed."""

import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from parley.discussion.statements.rules import AUTHORS, MOST_OF_AUTHOR, MOST_OPEN, PASSAGES

# New statements are asked more often: 9 times as often at first; each five answers halve what is above 1.
EXTRA, HALVED_BY = 8, 5


class StatementCandidate(msgspec.Struct, frozen=True):
    """A statement that could be asked.

    `bound` is the lower bound of the share of readers who find its comment worth reading (comments/ranks.py);
    `answers` counts the answers to its present wording. `kept` is the statement into which it was merged.
    """

    comment: int
    author: int
    stance: str | None
    passage: int | None
    bound: float
    text: str
    wording: int
    answers: int
    kept: int | None = None


def choose(candidates: Iterable[StatementCandidate]) -> list[StatementCandidate]:
    """Return the deck, best first; the same statements in any order give the same deck.

    Statements are taken by their bound. Until ten authors are in the deck, each has one statement in it; after that,
    at most three. Every stance, and five passages, are in it as far as there are statements by different authors.
    """
    ranked = sorted(_without_duplicates(candidates), key=_rank)
    chosen = _representing(ranked)
    while len(chosen) < MOST_OPEN:
        authors = Counter(candidate.author for candidate in chosen)
        allowed = 1 if len(authors) < AUTHORS else MOST_OF_AUTHOR
        following = next(
            (candidate for candidate in ranked if authors[candidate.author] < allowed and candidate not in chosen), None
        )
        if following is None:
            break
        chosen.append(following)
    return sorted(chosen, key=_rank)


def _rank(candidate: StatementCandidate) -> tuple[float, int]:
    return -candidate.bound, candidate.comment


def _without_duplicates(candidates: Iterable[StatementCandidate]) -> list[StatementCandidate]:
    """Leave out what was merged into another statement, while that one can be asked."""
    known = {candidate.comment: candidate for candidate in candidates}
    return [candidate for candidate in known.values() if candidate.kept not in known]


def _representing(ranked: Sequence[StatementCandidate]) -> list[StatementCandidate]:
    """Return the best statement of each stance, and of the first passages, each by another author."""
    chosen: list[StatementCandidate] = []
    for group in _groups(ranked, "stance"):
        _take_first(chosen, group)
    for group in _groups(ranked, "passage"):
        if len({candidate.passage for candidate in chosen} - {None}) < PASSAGES:
            _take_first(chosen, group)
    return chosen


def _groups(ranked: Sequence[StatementCandidate], by: str) -> list[list[StatementCandidate]]:
    """The statements by stance or passage; groups with few authors first, for whom there is less choice."""
    groups: dict[object, list[StatementCandidate]] = {}
    for candidate in ranked:
        if getattr(candidate, by) is not None:
            groups.setdefault(getattr(candidate, by), []).append(candidate)
    return sorted(groups.values(), key=lambda group: (len({candidate.author for candidate in group}), _rank(group[0])))


def _take_first(chosen: list[StatementCandidate], group: Sequence[StatementCandidate]) -> None:
    """Add the first statement of `group` by a new author, unless one of the group is chosen already."""
    authors = {candidate.author for candidate in chosen}
    if not any(candidate in chosen for candidate in group):
        chosen += [candidate for candidate in group if candidate.author not in authors][:1]


class ChosenStatement(msgspec.Struct, frozen=True):
    """The statement that is asked next. `is_random`: the choice did not depend on the member's earlier answers."""

    statement: StatementCandidate
    is_random: bool


def choose_next(
    number: int,
    left: Sequence[StatementCandidate],
    information: Mapping[int, float],
    decided: Collection[int],
    seed: bytes,
) -> ChosenStatement | None:
    """Choose statement `number` (from 1) of a sitting among `left`, those the member can still be asked.

    With an odd number it is the statement whose answer would tell most about the member: `information` has it by
    comment, once there is a map. With an even number it is random, so that these answers are a sample of what members
    think. `decided` are comments with a verdict, which are asked less often. Returns None if nothing is left.
    """
    known = [statement for statement in left if statement.comment in information]
    if number % 2 and known:
        return ChosenStatement(
            max(known, key=lambda statement: (information[statement.comment], -statement.comment)), is_random=False
        )
    if not left:
        return None
    return ChosenStatement(min(left, key=lambda statement: _draw(statement, decided, seed)), is_random=True)


def _draw(candidate: StatementCandidate, decided: Collection[int], seed: bytes) -> float:
    """Return a statement's draw from an exponential distribution with its weight as the rate.

    Each statement has the least draw with a probability in proportion to its weight. Draws stay the same when other
    statements are answered or skipped.
    """
    rng = random.Random(b"%b|%d" % (seed, candidate.comment))  # noqa: S311 the seed is secret, and this is a sample
    return rng.expovariate(weight(candidate.answers, undecided=candidate.comment not in decided))


def weight(answers: int, *, undecided: bool) -> float:
    """How often a statement with this many answers is drawn, in proportion to others (perspectives.md, section 2)."""
    extra: float = EXTRA * 2.0 ** (-answers / HALVED_BY)
    return (2 if undecided else 1) * (1 + extra)
