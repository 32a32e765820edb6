"""Statements: which a thread asks, answering them, what became of them, and saying a comment in one sentence."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, Router, get, post, put
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.opinion_map import queries as maps
from parley.discussion.statements import asking, ops, queries
from parley.discussion.statements.forms import StatementForm
from parley.discussion.statements.tokens import read_offer, read_sitting, sitting_token
from parley.discussion.statements.web import submit
from parley.discussion.thesis import queries as theses
from parley.interfaces.api import fields
from parley.interfaces.api.answers import READING, answer, answer_member, answer_write, problems
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.scopes import COMMENT
from parley.interfaces.api.scopes import VOTE as SCOPE
from parley.people.accounts.viewer import signed_in, viewer_of
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, VERIFIED, AnyRequest, address_of
from parley.platform.ratelimit import POST, VOTE, take_each
from parley.platform.settings import settings
from parley.platform.text.messages import N_

SittingQuery = Annotated[
    str,
    QueryParameter(description="Which statements I was asked in this sitting. Empty at first; then as last answered."),
]


class AskedStatement(msgspec.Struct, frozen=True):
    """One sentence that members agree or disagree with: what the article claims, or a comment's."""

    comment: Annotated[
        int | None,
        Meta(description="The id of the comment; null: what the article claims, answered with `PUT …/thesis/answer`."),
    ]
    text: fields.Text
    stance: fields.StanceOrNone
    passage: fields.Lineage


class Deck(msgspec.Struct, frozen=True):
    """The statements of a thread that are asked: what the article claims first, then those of comments."""

    items: fields.Items[AskedStatement]


class StatementVerdict(msgspec.Struct, frozen=True):
    """A statement of a thread, and what its map says of it."""

    comment: fields.CommentId
    url: fields.Url
    text: fields.Text
    verdict: Annotated[str, Meta(description="`common-ground`, `rejected` by all groups, or `dividing` them.")]
    since: fields.Since


class Verdicts(msgspec.Struct, frozen=True):
    """Statements with a verdict; most threads have none until some dozens of members have answered."""

    items: fields.Items[StatementVerdict]


class Answer(msgspec.Struct, frozen=True):
    """My answer to a statement."""

    comment: fields.CommentId
    text: fields.Text
    value: Annotated[int, Meta(description="1: I agree. -1: I disagree. 0: I am unsure.")]


class Answers(msgspec.Struct, frozen=True):
    items: fields.Items[Answer]


class NextStatement(msgspec.Struct, frozen=True):
    """The next statement to answer, or null. Send `offer` and `sitting` with the answer, so that it counts as asked."""

    comment: fields.CommentOrNone
    text: fields.TextOrNone
    quote: fields.QuoteOrNone
    passage: fields.Lineage
    offer: fields.Offer
    sitting: fields.Sitting
    left: Annotated[int, Meta(description="How many statements I can still be asked.")]


class NewAnswer(Body, frozen=True):
    """An answer to a statement."""

    comment: fields.CommentId
    value: Annotated[Literal[-1, 0, 1] | None, Meta(description="1, -1 or 0 (unsure); null skips it.")]
    offer: fields.Offer = ""
    sitting: fields.Sitting = ""


class NextSitting(msgspec.Struct, frozen=True):
    """With it, the next statement continues the sitting."""

    sitting: fields.Sitting


class Statement(msgspec.Struct, frozen=True):
    """A comment in one sentence, and the sentence that somebody proposes to its author."""

    text: fields.TextOrNone
    proposal: Annotated[int | None, Meta(description="The id of the proposed sentence; null for none.")]
    proposed: Annotated[str | None, Meta(description="The sentence that is proposed to the author; null for none.")]
    proposed_by: Annotated[str | None, Meta(description="The name of who proposes it; null for none.")]


class NewStatement(Body, frozen=True):
    """A comment in one sentence; or the answer to a proposed sentence."""

    text: Annotated[str, Meta(description="A sentence of up to 140 characters; an empty one removes it.")] = ""
    proposal: Annotated[int | None, Meta(description="The id of the proposed sentence to confirm or decline.")] = None
    decline: Annotated[bool, Meta(description="Whether to decline the proposal.")] = False


@get("/threads/{thread:str}/statements", name="api:statements", responses=problems(404))
async def deck(request: AnyRequest, thread: fields.ThreadPath) -> Response[Deck]:
    """The statements of a thread that are asked, without how they were answered."""

    async def make() -> Deck:
        viewer, row = viewer_of(request), await thread_at(thread)
        thesis, statements = await theses.of_thread(row.id), await queries.deck(row.id)
        shown = [statement for statement in statements if viewer is None or statement.author not in viewer.blocked]
        first = [AskedStatement(None, thesis.text, None, None)] if thesis else []
        return Deck([*first, *msgspec.convert(shown, list[AskedStatement], from_attributes=True)])

    return await answer(request, make)


@get("/threads/{thread:str}/verdicts", name="api:verdicts", responses=problems(404))
async def verdicts(request: AnyRequest, thread: fields.ThreadPath) -> Response[Verdicts]:
    """What members agree on and what divides them, as the thread's tab "Where people stand" shows it."""

    async def make() -> Verdicts:
        rows = await maps.verdicts((await thread_at(thread)).id, viewer_of(request))
        base = settings().base_url
        return Verdicts(
            [StatementVerdict(row.id, f"{base}/c/{row.id}", row.text, row.verdict, row.since) for row in rows]
        )

    return await answer(request, make)


@get("/threads/{thread:str}/answers", name="api:answers", responses=problems(403, 404))
async def answers(request: AnyRequest, thread: fields.ThreadPath) -> Response[Answers]:
    """My answers to statements of a thread, the latest first."""
    rows = await queries.answers_of(signed_in(request).id, (await thread_at(thread)).id)
    return answer_member(request, Answers(msgspec.convert(rows, list[Answer], from_attributes=True)))


@get("/threads/{thread:str}/answers/next", name="api:next-answer", responses=problems(403, 404))
async def next_statement(
    request: AnyRequest, thread: fields.ThreadPath, sitting: SittingQuery = ""
) -> Response[NextStatement]:
    """The next statement for me. Without `sitting` a new sitting of ten begins."""
    viewer, row = signed_in(request), await thread_at(thread)
    present = read_sitting(sitting, viewer.id, row.id)
    asked = await asking.for_member(viewer, row.id, present)
    card, token = asked.card, sitting_token(present, viewer.id, row.id)
    if card is None:
        return answer_member(request, NextStatement(None, None, None, None, "", token, asked.left))
    return answer_member(
        request, NextStatement(card.comment, card.text, card.quote, card.passage, card.offer, token, asked.left)
    )


@post("/threads/{thread:str}/answers", name="api:give-answer", status_code=200, responses=problems(403, 404, 422))
async def give_answer(
    request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[NewAnswer]
) -> Response[NextSitting]:
    """Answer a statement, or skip it."""
    viewer, row = signed_in(request), await thread_at(thread)
    following = read_sitting(data.sitting, viewer.id, row.id).after(data.comment if data.value is None else None)
    if data.value is not None:
        await take_each(VOTE, viewer.id, address_of(request))
        offer = read_offer(data.offer, viewer.id, data.comment)
        await ops.answer(viewer, row.id, data.comment, data.value, offer)
    return answer_write(NextSitting(sitting_token(following, viewer.id, row.id)))


@put("/comments/{comment:str}/statement", name="api:state", status_code=200, responses=problems(403, 404, 422))
async def state(request: AnyRequest, comment: fields.CommentPath, data: JSONBody[NewStatement]) -> Response[Statement]:
    """Say my comment in one sentence; with the scope `moderate`, propose a sentence to the author of another."""
    viewer = signed_in(request)
    row, form = await comment_at(comment, viewer), StatementForm(as_fields(data))
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    await submit(viewer, row, form)
    statement = await queries.one(row.id)
    if statement is None:
        raise NotFound(N_("This comment no longer exists."))
    return answer_write(msgspec.convert(statement, Statement, from_attributes=True))


handlers = [
    Router("/", route_handlers=[deck, verdicts], opt=READING),
    Router("/", route_handlers=[answers, next_statement, give_answer], opt={"who": MEMBER, "scope": SCOPE}),
    Router("/", route_handlers=[state], opt={"who": VERIFIED, "scope": COMMENT}),
]
