"""Statements: which a thread asks, answering them, and saying a comment in one sentence."""

from typing import Any, Literal

import msgspec
from litestar import Response, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.statements import asking, ops, queries
from parley.discussion.statements.forms import StatementForm
from parley.discussion.statements.tokens import Sitting, read_offer, read_sitting, sitting_token
from parley.discussion.statements.web import submit
from parley.interfaces.api.answers import READING, answer, answer_write, problems
from parley.interfaces.api.bodies import as_fields, check
from parley.interfaces.api.scopes import COMMENT
from parley.interfaces.api.scopes import VOTE as SCOPE
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, VERIFIED, AnyRequest, Viewer, address_of, signed_in, viewer_of
from parley.platform.ratelimit import POST, VOTE, take_each
from parley.platform.text.messages import N_

ANSWERING = {"who": MEMBER, "scope": SCOPE, "any_body": True}
WRITING = {"who": VERIFIED, "scope": COMMENT, "any_body": True}
GONE = N_("This comment no longer exists.")


class AskedStatement(msgspec.Struct, frozen=True):
    """A comment in one sentence, which members agree or disagree with."""

    comment: int
    text: str
    stance: str | None
    passage: int | None


class Deck(msgspec.Struct, frozen=True):
    """The statements of a thread that are asked."""

    items: list[AskedStatement]


class Answer(msgspec.Struct, frozen=True):
    """My answer to a statement: 1 agrees, -1 disagrees, 0 is unsure."""

    comment: int
    text: str
    value: int


class Answers(msgspec.Struct, frozen=True):
    items: list[Answer]


class NextStatement(msgspec.Struct, frozen=True):
    """The next statement to answer, or null. Send `offer` and `sitting` with the answer, so that it counts as asked."""

    comment: int | None
    text: str | None
    quote: str | None
    passage: int | None
    offer: str
    sitting: str
    # How many statements I can still be asked.
    left: int


class NewAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to a statement: 1, 0 (unsure) or -1; null skips it."""

    comment: int
    value: Literal[-1, 0, 1] | None
    offer: str = ""
    sitting: str = ""


class NextSitting(msgspec.Struct, frozen=True):
    """With it, the next statement continues the sitting."""

    sitting: str


class Statement(msgspec.Struct, frozen=True):
    """A comment in one sentence, and the sentence that somebody proposes to its author."""

    text: str | None
    proposal: int | None
    proposed: str | None
    proposed_by: str | None


class NewStatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A comment in one sentence of up to 140 characters; an empty one removes it.

    `proposal` is what its author confirms or, with `decline`, declines.
    """

    text: str = ""
    proposal: int | None = None
    decline: bool = False


@get("/threads/{thread:str}/statements", name="api:statements", opt=READING, responses=problems(404))
async def deck(request: AnyRequest, thread: FromPath[str]) -> Response[Deck]:
    """The statements of a thread that are asked, without how they were answered."""

    async def make() -> Deck:
        viewer, statements = viewer_of(request), await queries.deck((await thread_at(thread)).id)
        shown = [statement for statement in statements if viewer is None or statement.author not in viewer.blocked]
        return Deck(
            [
                AskedStatement(statement.comment, statement.text, statement.stance, statement.passage)
                for statement in shown
            ]
        )

    return await answer(request, make)


@get("/threads/{thread:str}/answers", name="api:answers", opt=ANSWERING, responses=problems(403, 404))
async def answers(request: AnyRequest, thread: FromPath[str]) -> Response[Answers]:
    """My answers to statements of a thread, the latest first."""
    viewer = signed_in(request)

    async def make() -> Answers:
        rows = await queries.answers_of(viewer.id, (await thread_at(thread)).id)
        return Answers([Answer(row.comment, row.text, row.value) for row in rows])

    return await answer(request, make)


@get("/threads/{thread:str}/answers/next", name="api:next-answer", opt=ANSWERING, responses=problems(403, 404))
async def next_statement(
    request: AnyRequest, thread: FromPath[str], sitting: FromQuery[str] = ""
) -> Response[NextStatement]:
    """The next statement for me. Without `sitting` a new sitting of ten begins."""
    viewer = signed_in(request)

    async def make() -> NextStatement:
        row = await thread_at(thread)
        return await _next_statement(viewer, row.id, read_sitting(sitting, viewer.id, row.id))

    return await answer(request, make)


async def _next_statement(viewer: Viewer, thread: int, sitting: Sitting) -> NextStatement:
    asked = await asking.for_member(viewer, thread, sitting)
    card, token = asked.card, sitting_token(sitting, viewer.id, thread)
    if card is None:
        return NextStatement(None, None, None, None, "", token, asked.left)
    return NextStatement(card.comment, card.text, card.quote, card.passage, card.offer, token, asked.left)


@post(
    "/threads/{thread:str}/answers",
    name="api:give-answer",
    opt=ANSWERING,
    status_code=200,
    responses=problems(403, 404, 422),
)
async def give_answer(request: AnyRequest, thread: FromPath[str], data: JSONBody[NewAnswer]) -> Response[NextSitting]:
    """Answer a statement, or skip it."""
    viewer, row = signed_in(request), await thread_at(thread)
    following = read_sitting(data.sitting, viewer.id, row.id).after(data.comment if data.value is None else None)
    if data.value is not None:
        await take_each(VOTE, viewer.id, address_of(request))
        offer = read_offer(data.offer, viewer.id, data.comment)
        await ops.answer(viewer, row.id, data.comment, data.value, offer)
    return answer_write(NextSitting(sitting_token(following, viewer.id, row.id)))


@put(
    "/comments/{comment:str}/statement",
    name="api:state",
    opt=WRITING,
    status_code=200,
    responses=problems(403, 404, 422),
)
async def state(request: AnyRequest, comment: FromPath[str], data: JSONBody[NewStatement]) -> Response[Statement]:
    """Say my comment in one sentence; with the scope `moderate`, propose a sentence to the author of another."""
    viewer = signed_in(request)
    row, form = await comment_at(comment, viewer), StatementForm(as_fields(data))
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    await submit(viewer, row, form)
    statement = await queries.one(row.id)
    if statement is None:
        raise NotFound(GONE)
    return answer_write(Statement(statement.text, statement.proposal, statement.proposed, statement.proposed_by))


handlers: list[Any] = [deck, answers, next_statement, give_answer, state]
