"""Which statement is asked next. Pure functions: what is random comes from a seed."""

import random
from collections.abc import Collection, Mapping, Sequence

import msgspec

from parley.discussion.statements.deck import StatementCandidate

# New statements are asked more often: 9 times as often at first; each five answers halve what is above 1.
EXTRA, HALVED_BY = 8, 5


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
