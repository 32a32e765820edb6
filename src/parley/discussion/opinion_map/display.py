"""The tab *Where people stand* of a thread: everything that its template shows."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from parley.discussion.comments.published_answers import PublishedShares
from parley.discussion.opinion_map import queries
from parley.discussion.opinion_map.drawing import Drawing, ViewerPlacement, draw, on_picture
from parley.discussion.opinion_map.picture import MapPicture
from parley.discussion.opinion_map.published import PublishedMap, PublishedStatement
from parley.discussion.opinion_model.analysis import Reason, Verdict
from parley.discussion.opinion_model.placing import place
from parley.people.accounts.viewer import Viewer

# About this many members who answer this many statements each are enough for a map.
TYPICAL_MEMBERS, TYPICAL_ANSWERS = 80, 15
MOST_CHANGES = 20


class ShownStatement(msgspec.Struct, frozen=True):
    """A statement as it is shown. `place` is the number of its passage in the article, from 1."""

    id: int
    text: str
    verdict: Verdict
    groups: dict[str, PublishedShares | None]
    answers: int
    passage: int | None
    place: int | None

    @property
    def address(self) -> str:
        """Where it is said: its comment or, for the thesis, the head of the discussion."""
        return _address(self.id)


class Column(msgspec.Struct, frozen=True):
    """What a group agrees with more than the others do."""

    letter: str
    statements: list[ShownStatement]


class VerdictChange(msgspec.Struct, frozen=True):
    """A verdict that came (or, None, went), with the statement's text."""

    at: datetime
    comment: int
    text: str
    verdict: Verdict | None

    @property
    def address(self) -> str:
        return _address(self.comment)


def _address(statement: int) -> str:
    return f"/c/{statement}" if statement > 0 else "#thesis"


class Tab(msgspec.Struct, frozen=True):
    """The tab. Without a `map` the `reason` says why. `only` names the passage whose statements are shown."""

    reason: Reason | None
    members: int
    counted_at: datetime | None
    enough: int = TYPICAL_MEMBERS
    answers_each: int = TYPICAL_ANSWERS
    only: int | None = None
    map: PublishedMap | None = None
    drawing: Drawing | None = None
    you: ViewerPlacement | None = None
    common: list[ShownStatement] = []
    rejected: list[ShownStatement] = []
    dividing: list[ShownStatement] = []
    words: list[Column] = []
    changes: list[VerdictChange] = []
    # While there is no map: on what everybody agrees, what they reject, and where they are split.
    of_everybody: dict[Verdict, list[ShownStatement]] = {}
    not_known: int = 0

    @property
    def is_open(self) -> bool:
        return self.map is not None


async def tab(thread: int, lineages: Sequence[int], viewer: Viewer | None, only: int | None = None) -> Tab:
    """Return the tab of a thread whose article has these passages; `only` shows the statements on one of them."""
    row = await queries.of_thread(thread)
    if row is None:
        return Tab("too-few-answers", 0, None)
    published_map = row.published
    if published_map.reason is not None or published_map.picture is None:
        return await _without_map(row, published_map, lineages, viewer)
    you = await _place(viewer, thread, published_map.picture) if viewer else None
    shown = await _statements(published_map, lineages, viewer, only)
    return Tab(
        None,
        published_map.members,
        row.counted_at,
        only=only,
        map=published_map,
        drawing=draw(published_map.picture, you),
        you=you,
        common=_of(published_map, shown, "common-ground"),
        rejected=_of(published_map, shown, "rejected"),
        dividing=_of(published_map, shown, "dividing"),
        words=[Column(letter, _choose(shown, ids)) for letter, ids in published_map.words.items()]
        if only is None
        else [],
        changes=await _changes(thread, viewer),
    )


async def _without_map(
    row: queries.MapRow, published_map: PublishedMap, lineages: Sequence[int], viewer: Viewer | None
) -> Tab:
    shown = await _statements(published_map, lineages, viewer, None)
    of_everybody = {verdict: _choose(shown, sorted(ids)) for verdict, ids in published_map.of_everybody.items()}
    return Tab(
        published_map.reason,
        published_map.members,
        row.counted_at,
        of_everybody=of_everybody,
        not_known=published_map.not_known,
    )


async def _changes(thread: int, viewer: Viewer | None) -> list[VerdictChange]:
    """Return the newest changes of verdicts, the newest first."""
    newest = await queries.changes(thread, MOST_CHANGES)
    rows = await queries.statements({comment for _, comment, _ in newest})
    return [
        VerdictChange(at, comment, rows[comment].text, verdict)
        for at, comment, verdict in newest
        if comment in rows and not (viewer and rows[comment].author_id in viewer.blocked)
    ]


async def _statements(
    published_map: PublishedMap, lineages: Sequence[int], viewer: Viewer | None, only: int | None
) -> dict[int, ShownStatement]:
    """Return what the map says of each statement that the viewer may read."""
    published = {statement.comment: statement for statement in published_map.statements}
    named = [*published_map.words.values(), *published_map.of_everybody.values()]
    ids = {*published, *(comment for column in named for comment in column)}
    rows = await queries.statements(ids)
    places = {lineage: number for number, lineage in enumerate(lineages, 1)}
    return {
        row.id: _statement(row, published.get(row.id), places)
        for row in rows.values()
        if not (viewer and row.author_id in viewer.blocked) and only in (None, row.passage)
    }


def _statement(
    row: queries.MapStatementRow, published: PublishedStatement | None, places: Mapping[int, int]
) -> ShownStatement:
    return ShownStatement(
        id=row.id,
        text=row.text,
        verdict=published.verdict if published else "unknown",
        groups=published.groups if published else {},
        answers=published.answers if published else 0,
        passage=row.passage if row.passage in places else None,
        place=places.get(row.passage) if row.passage else None,
    )


def _of(published_map: PublishedMap, shown: Mapping[int, ShownStatement], verdict: str) -> list[ShownStatement]:
    """Return the statements with a verdict, those with the clearest published answers first."""
    ranked = sorted(published_map.statements, key=lambda statement: (-_clearness(statement), statement.comment))
    return [
        shown[statement.comment] for statement in ranked if statement.verdict == verdict and statement.comment in shown
    ]


def _clearness(statement: PublishedStatement) -> int:
    """How far the groups agree (or are apart), in per cent, as far as it is published."""
    agree = [shares.agree for shares in statement.groups.values() if shares]
    if not agree:
        return 0
    return max(agree) - min(agree) if statement.verdict == "dividing" else min(agree)


def _choose(shown: Mapping[int, ShownStatement], ids: Sequence[int]) -> list[ShownStatement]:
    return [shown[comment] for comment in ids if comment in shown]


async def _place(viewer: Viewer, thread: int, picture: MapPicture) -> ViewerPlacement | None:
    """Return where the viewer stands on a thread's picture, None while nothing is known of them. Not stored."""
    answers = await queries.own_answers(viewer.id, thread)
    parameters = await queries.parameters(thread)
    if parameters is None:
        return None
    known = {str(comment): value for comment, value in answers.items() if str(comment) in parameters.statements}
    return on_picture(picture, place(parameters, known), len(known)) if known else None
