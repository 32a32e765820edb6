"""What readers see of a thread's map. `publish_map` makes it from an analysis; nothing in it names a member.

Verdicts that all groups share are published when they held on two days, with new answers to questions that Parley asked
in between: a few accounts that answer together in one evening cannot put a sentence there.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import msgspec

from parley.discussion.comments.publishing import (
    STEP,
    PublishedShares,
    PublishedTally,
    Tally,
    publish,
    rounded_down,
    shares,
)
from parley.discussion.opinion_map.picture import MapPicture
from parley.discussion.opinion_map.positions import PublishedPositions, publish_positions
from parley.discussion.opinion_model.analysis import Analysis, Reason, StatementResult, Verdict, Votes
from parley.discussion.opinion_model.analysis import Shares as ExactShares
from parley.discussion.opinion_model.visible_verdicts import VerdictHistory, next_verdict, representative

# Members with fewer answers do not count (model/matrix.py).
ENOUGH_ANSWERS = 7


class PublishedStatement(msgspec.Struct, frozen=True):
    """A statement with a verdict or typical of a group, and how each group answered as far as that is published."""

    comment: int
    verdict: Verdict
    groups: dict[str, PublishedShares | None]
    answers: int

    @property
    def bridge(self) -> int:
        """The per cent who agree in the group that agrees least, for the bridging order."""
        return min((group.agree if group else 0 for group in self.groups.values()), default=0)


class PublishedMap(msgspec.Struct, frozen=True):
    """Numbers of members and answers are in steps of five; `groups` and `between` in per cent of the members."""

    reason: Reason | None
    members: int
    axes: int = 0
    groups: dict[str, int] = {}
    between: int = 0
    picture: MapPicture | None = None
    statements: tuple[PublishedStatement, ...] = ()
    not_known: int = 0
    # By letter, the comments that set a group apart, with the shares of that group.
    words: dict[str, tuple[int, ...]] = {}
    # While there is no map: by verdict, the comments on which everybody agrees, disagrees, or is split.
    of_everybody: dict[Verdict, tuple[int, ...]] = {}

    def of(self, verdict: Verdict) -> list[PublishedStatement]:
        return [statement for statement in self.statements if statement.verdict == verdict]

    @property
    def is_open(self) -> bool:
        return self.reason is None


class PublicationState(msgspec.Struct, frozen=True):
    """What the next publication needs to know of this one. It is never shown."""

    cells: dict[str, dict[str, PublishedTally]] = {}
    positions: PublishedPositions = PublishedPositions()
    histories: dict[str, VerdictHistory] = {}
    # The same of everybody, while there is no map.
    of_everybody: dict[str, VerdictHistory] = {}

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdicts that readers see on the map, by statement."""
        return _shown_verdicts(self.histories)

    @property
    def shown(self) -> dict[str, Verdict]:
        """The verdicts that readers see, with or without a map."""
        return _shown_verdicts(self.histories) or _shown_verdicts(self.of_everybody)


def _shown_verdicts(histories: Mapping[str, VerdictHistory]) -> dict[str, Verdict]:
    return {name: history.shown for name, history in histories.items() if history.shown != "unknown"}


def publish_map(
    analysis: Analysis, votes: Votes, authors: Mapping[str, int], before: PublicationState, today: date
) -> tuple[PublishedMap, PublicationState]:
    """Return what is published of an analysis of `votes`, and what to remember of it.

    `authors` has the author of each statement: a group's own words are by different ones.
    """
    if analysis.state != "open" or analysis.parameters is None:
        return _without_map(analysis, before, today)
    histories = {
        statement.statement: next_verdict(
            before.histories.get(statement.statement, VerdictHistory()),
            statement.verdict,
            statement.everybody.answers,
            statement.asked,
            today,
        )
        for statement in analysis.statements
    }
    after = PublicationState(histories=histories)
    verdicts = after.verdicts
    words = {letter: representative(ranked, authors) for letter, ranked in analysis.representative.items()}
    cells = {
        statement.statement: _cells(statement, before.cells.get(statement.statement, {}))
        for statement in analysis.statements
    }
    answered = Counter(votes.voter)
    counted = [member for member in analysis.members if answered[member.voter] >= ENOUGH_ANSWERS]
    named = {*verdicts, *(comment for column in words.values() for comment in column)}
    positions = publish_positions(before.positions, counted, analysis.axes, analysis.parameters.centres)
    published = PublishedMap(
        reason=None,
        members=rounded_down(len(counted)),
        axes=analysis.axes,
        groups=positions.groups,
        between=positions.between,
        picture=positions.picture,
        statements=tuple(
            _statement(statement, verdicts, cells) for statement in analysis.statements if statement.statement in named
        ),
        not_known=_not_known(analysis, verdicts),
        words={letter: tuple(map(int, column)) for letter, column in words.items()},
    )
    return published, msgspec.structs.replace(after, cells=cells, positions=positions)


def _without_map(analysis: Analysis, before: PublicationState, today: date) -> tuple[PublishedMap, PublicationState]:
    """Publish what everybody agrees on, by the rules of common ground; without numbers, which nobody needs to see."""
    new = VerdictHistory()
    after = PublicationState(
        of_everybody={
            statement.statement: next_verdict(
                before.of_everybody.get(statement.statement, new),
                statement.of_everybody,
                statement.everybody.answers,
                statement.asked,
                today,
            )
            for statement in analysis.statements
        }
    )
    of_everybody: dict[Verdict, tuple[int, ...]] = {}
    for statement, verdict in after.shown.items():
        of_everybody[verdict] = (*of_everybody.get(verdict, ()), int(statement))
    members = rounded_down(analysis.gate.members)
    unknown = _not_known(analysis, after.shown)
    return PublishedMap(analysis.reason, members, not_known=unknown, of_everybody=of_everybody), after


def _not_known(analysis: Analysis, verdicts: Mapping[str, Verdict]) -> int:
    """Return how many statements have no verdict, among those that a few members answered."""
    return sum(
        statement.everybody.answers >= STEP and statement.statement not in verdicts for statement in analysis.statements
    )


def _statement(
    result: StatementResult, verdicts: Mapping[str, Verdict], cells: Mapping[str, Mapping[str, PublishedTally]]
) -> PublishedStatement:
    groups = {letter: shares(cell.tally) for letter, cell in cells[result.statement].items()}
    return PublishedStatement(
        int(result.statement), verdicts.get(result.statement, "unknown"), groups, rounded_down(result.everybody.answers)
    )


def _cells(result: StatementResult, before: Mapping[str, PublishedTally]) -> dict[str, PublishedTally]:
    """Publish a step of each group's answers. Other groups than before begin anew."""
    known = before if before.keys() == result.shares.keys() else {}
    return {
        letter: publish(known.get(letter, PublishedTally()), _tally(shares)) for letter, shares in result.shares.items()
    }


def _tally(shares: ExactShares) -> Tally:
    agrees, disagrees = round(shares.agree * shares.answers), round(shares.disagree * shares.answers)
    return Tally(agrees, disagrees, shares.answers - agrees - disagrees)
