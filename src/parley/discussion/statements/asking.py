"""What the answering page shows: the next statement, or what was answered so far."""

import msgspec

from parley.discussion.comments import queries as comments
from parley.discussion.opinion_map import queries as maps
from parley.discussion.opinion_model.placing import information, place
from parley.discussion.statements import queries
from parley.discussion.statements.deck import StatementCandidate, choose_next
from parley.discussion.statements.queries import AnswerRow
from parley.discussion.statements.tokens import Offer, Sitting, offer_token
from parley.discussion.thesis import queries as theses
from parley.discussion.thesis.queries import ThesisRow
from parley.people.accounts.viewer import Viewer
from parley.platform.signing import sign


class StatementCard(msgspec.Struct, frozen=True):
    """A statement as it is asked: what it answers to, which of how many it is, and our signature of the offer.

    Without a comment it is the thesis of the thread, in the wording `version`.
    """

    comment: int | None
    text: str
    quote: str | None
    passage: int | None
    number: int
    total: int
    offer: str = ""
    # What a visitor chose before signing in, or a member answered earlier.
    value: int | None = None
    version: int | None = None


class SittingView(msgspec.Struct, frozen=True):
    """The page: a card, or none at the end of a sitting. `left` can still be asked, of `open` in the deck."""

    card: StatementCard | None
    answers: list[AnswerRow] = []
    left: int = 0
    open: int = 0


async def for_visitor(thread: int, *, with_thesis: bool) -> SittingView:
    """The first statement of the deck, which visitors answer once they have signed in."""
    deck = await queries.deck(thread)
    thesis = await theses.of_thread(thread) if with_thesis else None
    total = Sitting().total(len(deck) + bool(thesis))
    if thesis is not None:
        card: StatementCard | None = _thesis_card(thesis, total)
    else:
        card = await _card(deck[0], 1, total) if deck else None
    return SittingView(card, left=len(deck), open=len(deck))


def _thesis_card(thesis: ThesisRow, total: int) -> StatementCard:
    """What the article claims: it comes first, and is answered freely, so without an offer."""
    return StatementCard(None, thesis.text, None, None, 1, total, version=thesis.version)


async def for_member(
    viewer: Viewer, thread: int, sitting: Sitting, *, stops: bool = False, with_thesis: bool = False
) -> SittingView:
    """The next statement for a member; none if they stop, or at the end of the sitting or of the deck.

    With `with_thesis`, a sitting begins with what the article claims, unless they have answered that.
    """
    deck = await queries.deck(thread)
    answers = await queries.answers_of(viewer.id, thread)
    left = await queries.left_for(viewer.id, deck, answers)
    view = SittingView(None, answers, len(left), len(deck))
    is_first = with_thesis and sitting.number == 1 and not stops
    thesis = await theses.of_thread(thread) if is_first else None
    if thesis is not None and (await theses.of_member(viewer.id, thread)).value is None:
        return msgspec.structs.replace(view, card=_thesis_card(thesis, sitting.total(len(left) + 1)))
    fresh = [statement for statement in left if statement.comment not in sitting.skipped]
    if stops or sitting.is_over or not fresh:
        return view
    return msgspec.structs.replace(view, card=await _next(viewer, thread, sitting, fresh, answers))


async def _next(
    viewer: Viewer, thread: int, sitting: Sitting, left: list[StatementCandidate], answers: list[AnswerRow]
) -> StatementCard | None:
    gained, decided = await _known_from_map(thread, answers)
    # The seed never changes, so loading the page again or skipping does not draw another statement.
    seed = sign("draw", f"{viewer.id}|{thread}".encode())
    chosen = choose_next(sitting.number, left, gained, decided, seed)
    if chosen is None:
        return None
    statement, is_random = chosen.statement, chosen.is_random and sitting.may_count_as_asked
    offer = offer_token(Offer(viewer.id, statement.comment, statement.wording, is_random))
    card = await _card(statement, sitting.number, sitting.total(len(left)))
    return msgspec.structs.replace(card, offer=offer)


async def _known_from_map(thread: int, answers: list[AnswerRow]) -> tuple[dict[int, float], frozenset[int]]:
    """Return how much each comment's answer would tell about the member, and the comments with a verdict."""
    parameters = await maps.parameters(thread)
    row = await maps.of_thread(thread)
    if parameters is None or row is None:
        return {}, frozenset()
    decided = frozenset(statement.comment for statement in row.published.statements if statement.verdict != "unknown")
    own = place(parameters, {str(answer.comment): answer.value for answer in answers})
    return {int(key): value for key, value in information(parameters, own).items()}, decided


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
