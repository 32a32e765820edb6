"""What readers see of a thread's map. `publish_map` makes it from an analysis; nothing in it names a member.

Verdicts that all groups share are published when they held on two days, with new answers to questions that Parley asked
in between: a few accounts that answer together in one evening cannot put a sentence there.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from parley.discussion.comments.published_answers import (
    STEP,
    PublishedShares,
    PublishedTally,
    Tally,
    is_step,
    publish,
    rounded_down,
    rounded_share,
    shares,
)
from parley.discussion.opinion_map.picture import MapPicture, draw
from parley.discussion.opinion_map.shown_verdicts import VerdictHistory, next_verdict, representative
from parley.discussion.opinion_model.analysis import (
    Analysis,
    Gate,
    MemberPosition,
    Reason,
    StatementResult,
    Verdict,
    Votes,
)
from parley.discussion.opinion_model.analysis import Shares as ExactShares

# Members with fewer answers do not count (opinion_model/matrix.py).
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
    # While there are no groups: by verdict, the comments on which everybody agrees, disagrees, or is split.
    of_everybody: dict[Verdict, tuple[int, ...]] = {}


class PublishedPositions(msgspec.Struct, frozen=True):
    """What is published of where members stand: in steps, like their answers.

    Sizes of groups that followed every new member would tell on which side that member stands: from sizes rounded to
    five and the picture, a watcher guessed two sides of three. So they change when the members have doubled or halved.
    """

    members: int = 0  # how many this was made from; never shown
    # By letter, the per cent of members placed in a group.
    groups: dict[str, int] = {}
    picture: MapPicture | None = None

    @property
    def between(self) -> int:
        return max(100 - sum(self.groups.values()), 0) if self.groups else 0


class PublicationState(msgspec.Struct, frozen=True):
    """What the next publication needs to know of this one. It is never shown."""

    cells: dict[str, dict[str, PublishedTally]] = {}
    positions: PublishedPositions = PublishedPositions()
    histories: dict[str, VerdictHistory] = {}
    # The same of everybody, while there are no groups.
    of_everybody: dict[str, VerdictHistory] = {}

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdicts that readers see on the map, by statement."""
        return _shown_verdicts(self.histories)

    @property
    def shown(self) -> dict[str, Verdict]:
        """The verdicts that readers see, with or without groups."""
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
    verdicts_now = [statement.verdict for statement in analysis.statements]
    after = PublicationState(histories=_next_verdicts(before.histories, analysis, verdicts_now, today))
    if not analysis.parameters.centres:
        after = _state_of_everybody(analysis, before, today)
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
        not_known=_not_known(analysis, after.shown),
        words={letter: tuple(map(int, column)) for letter, column in words.items()},
        of_everybody=_by_verdict(after.of_everybody),
    )
    return published, msgspec.structs.replace(after, cells=cells, positions=positions)


def publish_positions(
    before: PublishedPositions,
    members: Sequence[MemberPosition],
    axes: int,
    centres: Mapping[str, tuple[float, ...]],
) -> PublishedPositions:
    """Return what is published of the members of a map: unchanged until a step is full, or the map has other groups."""
    is_same = before.picture and before.picture.axes == axes and before.groups.keys() == centres.keys()
    if is_same and not is_step(before.members, len(members)):
        return before
    sizes = Counter(member.group for member in members)
    groups = {letter: rounded_share(sizes[letter] / max(len(members), 1)) for letter in centres}
    return PublishedPositions(len(members), groups, draw(members, axes, centres))


def _without_map(analysis: Analysis, before: PublicationState, today: date) -> tuple[PublishedMap, PublicationState]:
    """Publish what everybody agrees on, by the rules of common ground; without numbers, which nobody needs to see."""
    after = _state_of_everybody(analysis, before, today)
    members, unknown = rounded_down(analysis.gate.members), _not_known(analysis, after.shown)
    return PublishedMap(
        analysis.reason, members, not_known=unknown, of_everybody=_by_verdict(after.of_everybody)
    ), after


def _state_of_everybody(analysis: Analysis, before: PublicationState, today: date) -> PublicationState:
    verdicts_now = [statement.of_everybody for statement in analysis.statements]
    return PublicationState(of_everybody=_next_verdicts(before.of_everybody, analysis, verdicts_now, today))


def _by_verdict(histories: Mapping[str, VerdictHistory]) -> dict[Verdict, tuple[int, ...]]:
    statements: dict[Verdict, tuple[int, ...]] = {}
    for statement, verdict in _shown_verdicts(histories).items():
        statements[verdict] = (*statements.get(verdict, ()), int(statement))
    return statements


def _next_verdicts(
    before: Mapping[str, VerdictHistory], analysis: Analysis, verdicts: Sequence[Verdict], today: date
) -> dict[str, VerdictHistory]:
    return {
        result.statement: next_verdict(
            before.get(result.statement, VerdictHistory()), verdict, result.everybody.answers, result.asked, today
        )
        for result, verdict in zip(analysis.statements, verdicts, strict=True)
    }


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


class MapChange(msgspec.Struct, frozen=True):
    """What a computation changed: the gate if it was measured, and the verdicts that came or went (`now` is None)."""

    at: datetime
    reason: Reason | None
    gate: Gate
    verdicts: dict[str, Verdict | None] = {}


def changes(
    now: datetime, analysis: Analysis, previous: Analysis | None, before: PublicationState, after: PublicationState
) -> list[MapChange]:
    """Return what changed, in a list that is empty if nothing did."""
    names = before.verdicts.keys() | after.verdicts.keys()
    verdicts = {
        name: after.verdicts.get(name)
        for name in sorted(names)
        if before.verdicts.get(name) != after.verdicts.get(name)
    }
    same = previous is not None and previous.gate == analysis.gate and previous.reason == analysis.reason
    return [] if same and not verdicts else [MapChange(now, analysis.reason, analysis.gate, verdicts)]
