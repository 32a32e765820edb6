"""What an article claims: setting it, and answering it."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, Router, get, put
from litestar.params import JSONBody
from msgspec import Meta

from parley.discussion.commenting.web import thread_at
from parley.discussion.thesis import ops, queries
from parley.discussion.thesis.forms import ThesisForm
from parley.interfaces.api import fields
from parley.interfaces.api.answers import answer_member, answer_write, problems
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.discussion import schemas
from parley.interfaces.api.discussion.reading_web import thesis_from
from parley.interfaces.api.scopes import ARTICLE
from parley.interfaces.api.scopes import VOTE as SCOPE
from parley.people.accounts.viewer import signed_in
from parley.platform.http.access import MEMBER, VERIFIED, AnyRequest, address_of
from parley.platform.ratelimit import POST, VOTE, take_each

Value = Annotated[
    Literal[-1, 0, 1] | None, Meta(description="1: I agree. -1: I disagree. 0: I am unsure. Null: no answer.")
]


class NewThesis(Body, frozen=True):
    """What an article claims. New words are a new thesis, which nobody has answered; an empty text removes it."""

    text: fields.Thesis


class NewThesisAnswer(Body, frozen=True):
    """My answer. With `version`, it is refused if the words have changed since."""

    value: Value
    version: Annotated[int | None, Meta(description="The number of the words that I read.")] = None


class ThesisAnswer(msgspec.Struct, frozen=True):
    """My answer, which nobody else can read."""

    value: Value


class SetThesis(msgspec.Struct, frozen=True):
    """What the article claims now."""

    thesis: Annotated[schemas.Thesis | None, Meta(description="What the article claims; null: it was removed.")]


@put("/threads/{thread:str}/thesis", name="api:set-thesis", status_code=200, responses=problems(403, 404, 422))
async def set_thesis(request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[NewThesis]) -> Response[SetThesis]:
    """Say what an article claims: its author, the member who added it, and moderators may."""
    viewer, row, form = signed_in(request), await thread_at(thread), ThesisForm(as_fields(data))
    check(form)
    await take_each(POST, viewer.id, address_of(request))
    await ops.set_thesis(viewer, row.id, form.text_)
    return answer_write(SetThesis(thesis_from(await queries.of_thread(row.id))))


@get("/threads/{thread:str}/thesis/answer", name="api:thesis-answer", responses=problems(403, 404))
async def my_answer(request: AnyRequest, thread: fields.ThreadPath) -> Response[ThesisAnswer]:
    """My answer to what an article claims. Nobody can read the answers of others."""
    own = await queries.of_member(signed_in(request).id, (await thread_at(thread)).id)
    return answer_member(request, msgspec.convert(own, ThesisAnswer, from_attributes=True))


@put(
    "/threads/{thread:str}/thesis/answer",
    name="api:answer-thesis",
    status_code=200,
    responses=problems(403, 404, 422),
)
async def answer(
    request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[NewThesisAnswer]
) -> Response[ThesisAnswer]:
    """Agree or disagree with what an article claims; null takes my answer back."""
    viewer, row = signed_in(request), await thread_at(thread)
    await take_each(VOTE, viewer.id, address_of(request))
    await ops.answer(viewer, row.id, data.value, version=data.version)
    return answer_write(ThesisAnswer(data.value))


handlers = [
    Router("/", route_handlers=[my_answer, answer], opt={"who": MEMBER, "scope": SCOPE}),
    Router("/", route_handlers=[set_thesis], opt={"who": VERIFIED, "scope": ARTICLE}),
]
