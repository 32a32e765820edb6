"""What the answering page shows: the next statement, or what was answered so far."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from parley.discussion.comments import queries as comments
from parley.moderation.statements import offers, queries
from parley.moderation.statements.deck import StatementCandidate
from parley.moderation.statements.offers import Offer
from parley.moderation.statements.queries import AnswerRow
from parley.moderation.statements.sitting import Sitting
from parley.moderation.statements.turns import next_turn
from parley.platform.http.access import Viewer
from parley.platform.signing import sign


class MapOfAnswers(msgspec.Struct, frozen=True):
    """What a thread's map says about the next turn.

    `information`: how much an answer would tell about this member, by comment. `decided`: comments with a verdict.
    """

    information: Mapping[int, float] = {}
    decided: frozenset[int] = frozenset()


# Called with a thread and the viewer's answers; hooks.py fills this in.
map_of: list[Callable[[int, list[AnswerRow]], Awaitable[MapOfAnswers]]] = []


class StatementCard(msgspec.Struct, frozen=True):
    """A statement as it is asked: what it answers to, which of how many it is, and our signature of the offer."""

    comment: int
    text: str
    quote: str | None
    passage: int | None
    number: int
    total: int
    offer: str = ""
    # What a visitor chose before signing in, or a member answered earlier.
    value: int | None = None


class SittingView(msgspec.Struct, frozen=True):
    """The page: a card, or none at the end of a sitting. `left` can still be asked, of `open` in the deck."""

    card: StatementCard | None
    answers: list[AnswerRow] = []
    left: int = 0
    open: int = 0


async def for_visitor(thread: int) -> SittingView:
    """The first statement of the deck, which visitors answer once they have signed in."""
    deck = await queries.deck(thread)
    card = await _card(deck[0], 1, Sitting().total(len(deck))) if deck else None
    return SittingView(card, left=len(deck), open=len(deck))


async def for_member(viewer: Viewer, thread: int, sitting: Sitting, *, stops: bool = False) -> SittingView:
    """The next statement for a member; none if they stop, or at the end of the sitting or of the deck."""
    deck = await queries.deck(thread)
    answers = await queries.answers_of(viewer.id, thread)
    left = await queries.left_for(viewer.id, deck, answers)
    view = SittingView(None, answers, len(left), len(deck))
    fresh = [statement for statement in left if statement.comment not in sitting.skipped]
    if stops or sitting.is_over or not fresh:
        return view
    return msgspec.structs.replace(view, card=await _next(viewer, thread, sitting, fresh, answers))


async def _next(
    viewer: Viewer, thread: int, sitting: Sitting, left: list[StatementCandidate], answers: list[AnswerRow]
) -> StatementCard | None:
    known = MapOfAnswers()
    for hook in map_of:
        known = await hook(thread, answers)
    # The seed never changes, so loading the page again or skipping does not draw another statement.
    seed = sign("draw", f"{viewer.id}|{thread}".encode())
    turn = next_turn(sitting.turn, left, known.information, known.decided, seed)
    if turn is None:
        return None
    statement = turn.statement
    offer = offers.token_of(
        Offer(viewer.id, statement.comment, statement.wording, turn.is_random and sitting.may_count_as_asked)
    )
    card = await _card(statement, sitting.turn, sitting.total(len(left)))
    return msgspec.structs.replace(card, offer=offer)


async def named_statement(viewer: Viewer | None, thread: int, comment: int, value: int | None) -> StatementCard | None:
    """A statement that a link names, which is not an offer; None if it cannot be answered here."""
    row = await comments.one(comment)
    if row is None or row.thread != thread or row.statement is None or row.collapsed is not None:
        return None
    if viewer is not None and row.author_id in viewer.blocked | {viewer.id}:
        return None
    return StatementCard(row.id, row.statement, await _quoted_words(row), row.passage, 1, 1, value=value)


async def _card(candidate: StatementCandidate, number: int, total: int) -> StatementCard:
    row = await comments.one(candidate.comment)
    quote = await _quoted_words(row) if row is not None else None
    return StatementCard(candidate.comment, candidate.text, quote, candidate.passage, number, total)


async def _quoted_words(row: comments.CommentRow) -> str | None:
    """The words of the article that a comment is about, or its whole passage, as they are now."""
    if row.anchor == "lost" or row.passage is None:
        return None
    return row.words or row.quote or await queries.passage(row.thread, row.passage)
