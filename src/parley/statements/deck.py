"""The deck: which statements of a thread are asked. A pure function, so that everybody can check the choice."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from parley.statements.rules import AUTHORS, MOST_OF_AUTHOR, MOST_OPEN, PASSAGES


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
        authors = Counter(one.author for one in chosen)
        allowed = 1 if len(authors) < AUTHORS else MOST_OF_AUTHOR
        following = next((one for one in ranked if authors[one.author] < allowed and one not in chosen), None)
        if following is None:
            break
        chosen.append(following)
    return sorted(chosen, key=_rank)


def _rank(one: StatementCandidate) -> tuple[float, int]:
    return -one.bound, one.comment


def _without_duplicates(candidates: Iterable[StatementCandidate]) -> list[StatementCandidate]:
    """Leave out what was merged into another statement, while that one can be asked."""
    known = {candidate.comment: candidate for candidate in candidates}
    return [one for one in known.values() if one.kept not in known]


def _representing(ranked: Sequence[StatementCandidate]) -> list[StatementCandidate]:
    """Return the best statement of each stance, and of the first passages, each by another author."""
    chosen: list[StatementCandidate] = []
    for group in _groups(ranked, "stance"):
        _take_first(chosen, group)
    for group in _groups(ranked, "passage"):
        if len({one.passage for one in chosen} - {None}) < PASSAGES:
            _take_first(chosen, group)
    return chosen


def _groups(ranked: Sequence[StatementCandidate], by: str) -> list[list[StatementCandidate]]:
    """The statements by stance or passage; groups with few authors first, for whom there is less choice."""
    groups: dict[object, list[StatementCandidate]] = {}
    for one in ranked:
        if getattr(one, by) is not None:
            groups.setdefault(getattr(one, by), []).append(one)
    return sorted(groups.values(), key=lambda group: (len({one.author for one in group}), _rank(group[0])))


def _take_first(chosen: list[StatementCandidate], group: Sequence[StatementCandidate]) -> None:
    """Add the first statement of `group` by a new author, unless one of the group is chosen already."""
    authors = {one.author for one in chosen}
    if not any(one in chosen for one in group):
        chosen += [one for one in group if one.author not in authors][:1]
