"""What goes into an analysis of a thread's answers and what comes out. Nothing here needs numpy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

State = Literal["open", "silent"]
# Why there is no map: too few answers; no map predicts hidden answers; the gain rests on few members, or on few
# statements; members differ mainly in how often they are unsure, or in how far they follow the others, not in what they
# favour.
Reason = Literal[
    "too-few-answers", "no-pattern", "rests-on-few", "rests-on-few-statements", "differs-in-unsure", "differs-in-style"
]
# A map is tried with at least so many members and statements.
LEAST_MEMBERS, LEAST_STATEMENTS = 30, 10
Verdict = Literal["common-ground", "rejected", "dividing", "unknown"]
# These two are shown only when they are found on two days, with new asked answers in between.
COMMON: tuple[Verdict, ...] = ("common-ground", "rejected")


@dataclass(frozen=True)
class Votes:
    """A thread's answers: four sequences of equal length, one element an answer, in the order given.

    Of several answers by one voter to one statement the last counts. Where voters answered nearly alike, the one named
    first keeps their weight, so list the oldest accounts first.
    """

    voter: Sequence[str]
    statement: Sequence[str]
    value: Sequence[int]  # 1 agree, 0 unsure, -1 disagree
    asked: Sequence[bool] | None = None  # answers to questions that Parley chose at random; None: all count as such


class Gain(msgspec.Struct, frozen=True):
    """How much better hidden answers are predicted by a map than by a simpler one (gate.py)."""

    share: float  # of the simpler map's squared error
    z: float  # the gain over its standard error, summed over members
    trimmed_z: float  # the same without the tenth of members who gain most
    # The same on other statements than those that the map explains best; the simpler map knows only these others. 0 if
    # the gain is too small to keep a map open, whatever these are.
    others_share: float = 0.0
    others_z: float = 0.0


class Gate(msgspec.Struct, frozen=True):
    members: int  # with enough answers
    statements: int  # with enough answers
    answers: int  # among these members and statements
    map: Gain | None = None  # two axes against none; None: too few answers to try
    second_axis: Gain | None = None  # two axes against one
    unsure: float = 0.0  # the correlation of the first axis with a member's share of unsure answers
    popularity: float = 0.0  # the part of its loadings that follows from the statements' popularity


class StatementParameters(msgspec.Struct, frozen=True):
    """One statement in the model: E[vote] = mean + loadings · position + the member's intercept."""

    mean: float
    loadings: tuple[float, ...]
    # The posterior covariance of (loadings, mean), row by row.
    covariance: tuple[float, ...]


class MixtureComponent(msgspec.Struct, frozen=True):
    share: float
    centre: float
    variance: float


class Parameters(msgspec.Struct, frozen=True):
    """What places a member by their own answers, and what the next analysis starts from. Holds no member's position."""

    statements: dict[str, StatementParameters]
    noise: float  # σ², the variance of an answer around its expectation
    intercepts: float  # τ², the variance of members' intercepts
    centres: dict[str, tuple[float, ...]]  # by letter; empty: no groups
    # How members are spread along the line from the first of two centres to the second, 0 being the middle.
    parts: tuple[MixtureComponent, ...] = ()


class MemberPosition(msgspec.Struct, frozen=True):
    """Where a member stands: on each axis, mean and standard deviation of the posterior.

    `probability` is the probability of the likeliest group; `group` is None while it is below .8.
    """

    voter: str
    position: tuple[float, ...]
    sd: tuple[float, ...]
    group: str | None
    probability: float | None


class Shares(msgspec.Struct, frozen=True):
    """How many answered, and which shares of them agreed, disagreed and were unsure."""

    answers: int
    agree: float
    disagree: float
    unsure: float


class StatementResult(msgspec.Struct, frozen=True):
    statement: str
    verdict: Verdict
    shares: dict[str, Shares]  # by letter, of the members placed in a group
    everybody: Shares
    asked: int  # answers that Parley asked for
    # The verdict if everybody is taken as one group; `dividing` means that they are split. Shown while there is no map.
    of_everybody: Verdict = "unknown"


class Analysis(msgspec.Struct, frozen=True):
    state: State
    reason: Reason | None
    gate: Gate
    axes: int  # 0, 1 or 2
    members: tuple[MemberPosition, ...]
    statements: tuple[StatementResult, ...]
    # By letter, the statements that set a group apart, the most typical first.
    representative: dict[str, tuple[str, ...]]
    parameters: Parameters | None
