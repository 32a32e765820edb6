"""Voting, and reading my own votes."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, Router, delete, get, put
from litestar.params import JSONBody
from msgspec import Meta

from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.commenting.web import comment_at
from parley.discussion.votes import ops, queries
from parley.interfaces.api import fields
from parley.interfaces.api.answers import answer_member, problems
from parley.interfaces.api.bodies import Body
from parley.interfaces.api.scopes import VOTE as SCOPE
from parley.people.accounts.viewer import signed_in
from parley.platform.errors import InvalidFields, NotFound
from parley.platform.http.access import MEMBER, AnyRequest, address_of
from parley.platform.ratelimit import VOTE, take_each
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

Axis = Literal["quality", "agreement"]


class OwnVotes(msgspec.Struct, frozen=True):
    """My votes on a comment, or null where I have none."""

    quality: Annotated[Literal[-1, 1] | None, Meta(description="1: worth reading. -1: not. Null: I did not vote.")]
    agreement: Annotated[
        Literal[-1, 0, 1] | None, Meta(description="1 agrees, -1 disagrees, 0 is unsure; null: I did not vote.")
    ]


class NewVote(Body, frozen=True):
    """A vote: 1 or -1 for `quality`; 1, 0 (unsure) or -1 for `agreement`."""

    value: Annotated[Literal[-1, 0, 1], Meta(description="1, -1 or 0 (unsure).")]


@get("/comments/{comment:str}/votes", name="api:votes", responses=problems(403, 404))
async def my_votes(request: AnyRequest, comment: fields.CommentPath) -> Response[OwnVotes]:
    """My own votes on a comment. Nobody can read the votes of others."""
    viewer = signed_in(request)
    row = await comment_at(comment, viewer)
    mine = (await queries.votes_on_comments(viewer.id, [row.id])).get(row.id, ViewerState())
    return answer_member(request, msgspec.convert(mine, OwnVotes, from_attributes=True))


@put(
    "/comments/{comment:str}/votes/quality", name="api:vote-quality", status_code=204, responses=problems(403, 404, 422)
)
async def vote_quality(request: AnyRequest, comment: fields.CommentPath, data: JSONBody[NewVote]) -> None:
    """Vote whether a comment is worth reading: 1 or -1."""
    if data.value == 0:
        raise InvalidFields({"value": N_("This must be 1 or -1. To take a vote back, delete it.")})
    await _cast(request, comment, "quality", data.value)


@put(
    "/comments/{comment:str}/votes/agreement",
    name="api:vote-agreement",
    status_code=204,
    responses=problems(403, 404, 422),
)
async def vote_agreement(request: AnyRequest, comment: fields.CommentPath, data: JSONBody[NewVote]) -> None:
    """Say whether I agree with a comment: 1, -1, or 0 for unsure. This never ranks comments."""
    await _cast(request, comment, "agreement", data.value)


@delete("/comments/{comment:str}/votes/quality", name="api:unvote-quality", responses=problems(403, 404, 422))
async def unvote_quality(request: AnyRequest, comment: fields.CommentPath) -> None:
    """Take back my vote whether a comment is worth reading."""
    await _cast(request, comment, "quality", None)


@delete("/comments/{comment:str}/votes/agreement", name="api:unvote-agreement", responses=problems(403, 404, 422))
async def unvote_agreement(request: AnyRequest, comment: fields.CommentPath) -> None:
    """Take back whether I agree."""
    await _cast(request, comment, "agreement", None)


async def _cast(request: AnyRequest, comment: str, axis: Axis, value: int | None) -> None:
    viewer, comment_id = signed_in(request), as_id(comment)
    if comment_id is None:
        raise NotFound(N_("This comment does not exist."))
    await take_each(VOTE, viewer.id, address_of(request))
    await ops.cast_vote(viewer=viewer, comment=comment_id, axis=axis, value=value)


handlers = [
    Router(
        "/",
        route_handlers=[my_votes, vote_quality, vote_agreement, unvote_quality, unvote_agreement],
        opt={"who": MEMBER, "scope": SCOPE},
    )
]
