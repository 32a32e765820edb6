"""What readers see of a thread's map. `publish_map` makes it from an analysis; nothing in it names a member.

Verdicts that all groups share are published when they held on two days, with new answers to questions that Parley asked
in between: a few accounts that answer together in one evening cannot put a sentence there.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import msgspec

from parley.perspectives.analysis import Analysis, Reason, Statement, Verdict, Votes
from parley.perspectives.analysis import Shares as ExactShares
from parley.perspectives.picture import Picture, draw
from parley.perspectives.publishing import Published, Shares, Tally, publish, rounded, rounded_down, shares

# Members with fewer answers do not count (model/matrix.py).
ENOUGH_ANSWERS = 7
SHARED: tuple[Verdict, ...] = ("common-ground", "rejected")


class PublishedStatement(msgspec.Struct, frozen=True):
    """A statement with a verdict, and how each group answered as far as that is published."""

    comment: int
    verdict: Verdict
    groups: dict[str, Shares | None]
    answers: int

    @property
    def bridge(self) -> int:
        """The per cent who agree in the group that agrees least, for the bridging order."""
        return min((one.agree if one else 0 for one in self.groups.values()), default=0)


class PublishedMap(msgspec.Struct, frozen=True):
    """Numbers of members and answers are in steps of five; `between` is in per cent of the members."""

    reason: Reason | None
    members: int
    axes: int = 0
    groups: dict[str, int] = {}
    between: int = 0
    picture: Picture | None = None
    statements: tuple[PublishedStatement, ...] = ()
    not_known: int = 0
    # By letter, the comments that set a group apart, with the shares of that group.
    words: dict[str, tuple[int, ...]] = {}

    def of(self, verdict: Verdict) -> list[PublishedStatement]:
        return [one for one in self.statements if one.verdict == verdict]

    @property
    def is_open(self) -> bool:
        return self.reason is None


class Held(msgspec.Struct, frozen=True):
    """A shared verdict that is not published yet: since which day it holds, and how many asked answers it had."""

    verdict: Verdict
    since: date
    asked: int


class State(msgspec.Struct, frozen=True):
    """What the next publication needs to know of this one. It is never shown."""

    cells: dict[str, dict[str, Published]] = {}
    held: dict[str, Held] = {}
    verdicts: dict[str, Verdict] = {}


def publish_map(analysis: Analysis, votes: Votes, before: State, today: date) -> tuple[PublishedMap, State]:
    """Return what is published of an analysis of `votes`, and what to remember of it."""
    if analysis.state != "open" or analysis.parameters is None:
        return PublishedMap(analysis.reason, rounded_down(analysis.gate.members)), State(held=before.held)
    verdicts, held = _verdicts(analysis, before, today)
    cells = {one.statement: _cells(one, before.cells.get(one.statement, {})) for one in analysis.statements}
    answered = Counter(votes.voter)
    counted = [one for one in analysis.members if answered[one.voter] >= ENOUGH_ANSWERS]
    centres = analysis.parameters.centres
    groups = {letter: rounded(sum(one.group == letter for one in counted)) for letter in centres}
    between = sum(one.group is None for one in counted) / max(len(counted), 1)
    found = PublishedMap(
        reason=None,
        members=rounded_down(len(counted)),
        axes=analysis.axes,
        groups=groups,
        between=round(between * 20) * 5 if centres else 0,
        picture=draw(counted, analysis.axes, centres),
        statements=tuple(_statement(one, verdicts, cells) for one in analysis.statements if one.statement in verdicts),
        not_known=len(analysis.statements) - len(verdicts),
        words={letter: tuple(map(int, found)) for letter, found in analysis.representative.items()},
    )
    return found, State(cells, held, verdicts)


def _statement(
    one: Statement, verdicts: Mapping[str, Verdict], cells: Mapping[str, Mapping[str, Published]]
) -> PublishedStatement:
    groups = {letter: shares(cell.tally) for letter, cell in cells[one.statement].items()}
    return PublishedStatement(int(one.statement), verdicts[one.statement], groups, rounded_down(one.everybody.answers))


def _cells(one: Statement, before: Mapping[str, Published]) -> dict[str, Published]:
    """Publish a step of each group's answers. Other groups than before begin anew."""
    known = before if before.keys() == one.shares.keys() else {}
    return {letter: publish(known.get(letter, Published()), _tally(found)) for letter, found in one.shares.items()}


def _tally(found: ExactShares) -> Tally:
    agrees, disagrees = round(found.agree * found.answers), round(found.disagree * found.answers)
    return Tally(agrees, disagrees, found.answers - agrees - disagrees)


def _verdicts(analysis: Analysis, before: State, today: date) -> tuple[dict[str, Verdict], dict[str, Held]]:
    """Return the verdicts that are published, and the shared ones that wait for a second day."""
    verdicts: dict[str, Verdict] = {}
    held: dict[str, Held] = {}
    for one in analysis.statements:
        if one.verdict == "dividing" or (one.verdict in SHARED and _may_be_shared(one, before, today)):
            verdicts[one.statement] = one.verdict
        elif one.verdict in SHARED:
            held[one.statement] = _held(one, before) or Held(one.verdict, today, one.asked)
    return verdicts, held


def _may_be_shared(one: Statement, before: State, today: date) -> bool:
    if before.verdicts.get(one.statement) == one.verdict:
        return True
    held = _held(one, before)
    return held is not None and held.since < today and one.asked > held.asked


def _held(one: Statement, before: State) -> Held | None:
    held = before.held.get(one.statement)
    return held if held is not None and held.verdict == one.verdict else None
