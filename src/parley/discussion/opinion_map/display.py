"""The tab *Where people stand* of a thread: everything that its template shows."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from parley.discussion.comments.published_answers import PublishedShares
from parley.discussion.opinion_map import queries
from parley.discussion.opinion_map.drawing import Drawing, ViewerPlacement, draw, on_picture
from parley.discussion.opinion_map.picture import MapPicture
from parley.discussion.opinion_map.published import ENOUGH_ANSWERS, PublishedMap, PublishedStatement
from parley.discussion.opinion_model.analysis import LEAST_MEMBERS, LEAST_STATEMENTS, Reason, Verdict
from parley.discussion.opinion_model.placing import place
from parley.people.accounts.viewer import Viewer

# About this many members who answer this many statements each are enough for a map.
TYPICAL_MEMBERS, TYPICAL_ANSWERS = 80, 15
MOST_CHANGES = 20
# In per cent: a statement is what a group says if more of its members than this agree.
MOST = 50


class ShownStatement(msgspec.Struct, frozen=True):
    """A statement as it is shown; `passage` is the lineage that it is on, if the article still has it."""

    id: int
    text: str
    verdict: Verdict
    groups: dict[str, PublishedShares | None]
    passage: int | None

    @property
    def address(self) -> str:
        """Where it is said: its comment or, for the thesis, the head of the discussion."""
        return _address(self.id)

    @property
    def tenths(self) -> int | None:
        """How many in ten share it in every group, None until that is published of all of them."""
        rejected = self.verdict == "rejected"
        shares = [(group.disagree if rejected else group.agree) // 10 for group in self.groups.values() if group]
        return min(shares) if shares and len(shares) == len(self.groups) else None

    def others(self, letter: str) -> int | None:
        """The per cent who agree in that other group which agrees most, None until it is published of all of them."""
        shares = [group for other, group in self.groups.items() if other != letter]
        return max((group.agree for group in shares if group), default=None) if all(shares) else None


class Side(msgspec.Struct, frozen=True):
    """A group by what it says: `name` is the statement that sets it apart from the others most, if any is known.

    `share` is in per cent of the members. `words` are other statements that it agrees with more than the others do.
    """

    letter: str
    share: int
    name: ShownStatement | None
    words: list[ShownStatement]


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
    statements_needed: int = LEAST_STATEMENTS
    least_answers: int = ENOUGH_ANSWERS
    only: int | None = None
    map: PublishedMap | None = None
    drawing: Drawing | None = None
    you: ViewerPlacement | None = None
    common: list[ShownStatement] = []
    rejected: list[ShownStatement] = []
    dividing: list[ShownStatement] = []
    sides: list[Side] = []
    thesis: ShownStatement | None = None
    changes: list[VerdictChange] = []
    # While there are no groups: on what everybody agrees, what they reject, and where they are split.
    of_everybody: dict[Verdict, list[ShownStatement]] = {}
    not_known: int = 0

    @property
    def is_open(self) -> bool:
        return self.map is not None

    @property
    def needed(self) -> int:
        """How many more members have to answer, about; 0 if it is statements with enough answers that are missing."""
        return self.enough - self.members if self.members < LEAST_MEMBERS else 0

    @property
    def your_side(self) -> Side | None:
        near = self.you.near if self.you else None
        return next((side for side in self.sides if side.letter == near), None)

    def is_unlike(self, answer: int | None) -> bool:
        """Whether most of the viewer's side answered the contrary to what the viewer answered to the thesis."""
        side = self.your_side
        shares = self.thesis.groups.get(side.letter) if self.thesis and side else None
        if not answer or shares is None:
            return False
        return (shares.disagree if answer > 0 else shares.agree) > MOST


async def tab(thread: int, lineages: Sequence[int], viewer: Viewer | None, only: int | None = None) -> Tab:
    """Return the tab of a thread whose article has these passages; `only` shows the statements on one of them."""
    row = await queries.of_thread(thread)
    if row is None:
        return Tab("too-few-answers", 0, None)
    published_map = row.published
    if published_map.reason is not None or published_map.picture is None:
        return await _without_map(row, published_map, lineages, viewer)
    you = await _place(viewer, thread, published_map.picture) if viewer else None
    readable = await _statements(published_map, lineages, viewer)
    shown = {key: one for key, one in readable.items() if only in (None, one.passage)}
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
        sides=_sides(published_map, readable),
        of_everybody=_of_everybody(published_map, shown),
        thesis=next((one for one in readable.values() if one.id < 0), None),
        changes=await _changes(thread, viewer),
    )


async def _without_map(
    row: queries.MapRow, published_map: PublishedMap, lineages: Sequence[int], viewer: Viewer | None
) -> Tab:
    shown = await _statements(published_map, lineages, viewer)
    return Tab(
        published_map.reason,
        published_map.members,
        row.counted_at,
        of_everybody=_of_everybody(published_map, shown),
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
    published_map: PublishedMap, lineages: Sequence[int], viewer: Viewer | None
) -> dict[int, ShownStatement]:
    """Return what the map says of each statement that the viewer may read."""
    published = {statement.comment: statement for statement in published_map.statements}
    named = [*published_map.words.values(), *published_map.of_everybody.values()]
    ids = {*published, *(comment for column in named for comment in column)}
    rows = await queries.statements(ids)
    return {
        row.id: _statement(row, published.get(row.id), lineages)
        for row in rows.values()
        if not (viewer and row.author_id in viewer.blocked)
    }


def _statement(
    row: queries.MapStatementRow, published: PublishedStatement | None, lineages: Sequence[int]
) -> ShownStatement:
    return ShownStatement(
        id=row.id,
        text=row.text,
        verdict=published.verdict if published else "unknown",
        groups=published.groups if published else {},
        passage=row.passage if row.passage in lineages else None,
    )


def _sides(published_map: PublishedMap, shown: Mapping[int, ShownStatement]) -> list[Side]:
    names = {letter: _name(letter, shown) for letter in published_map.groups}
    sides = []
    for letter, share in published_map.groups.items():
        words = [one for one in _choose(shown, published_map.words.get(letter, ())) if one not in names.values()]
        name = names[letter]
        # Until shares are published, what is typical of the group is known, but not by how much.
        if name is None and words:
            name, *words = words
        sides.append(Side(letter, share, name, words))
    return sides


def _name(letter: str, shown: Mapping[int, ShownStatement]) -> ShownStatement | None:
    """Return the statement with which most of a group agree, and the other groups least; of equals the oldest."""
    gaps = []
    for one in shown.values():
        own, others = one.groups.get(letter), one.others(letter)
        if own and others is not None and own.agree > max(MOST, others):
            gaps.append((own.agree - others, own.agree, -abs(one.id), one))
    return max(gaps, key=lambda gap: gap[:3])[-1] if gaps else None


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


def _of_everybody(
    published_map: PublishedMap, shown: Mapping[int, ShownStatement]
) -> dict[Verdict, list[ShownStatement]]:
    return {verdict: _choose(shown, sorted(ids)) for verdict, ids in published_map.of_everybody.items()}


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
