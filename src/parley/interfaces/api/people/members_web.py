"""Reading members, their comments, and whose token it is."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, Router, get
from msgspec import Meta

from parley.interfaces.api import fields
from parley.interfaces.api.answers import READING, answer, answer_member, from_row, problems
from parley.interfaces.api.discussion import comments
from parley.interfaces.api.discussion.schemas import CommentPage
from parley.interfaces.api.paging import After, Limit, after_id, page_of
from parley.interfaces.api.tokens import TokenOwner
from parley.interfaces.pages.profile import figures_of, is_shown
from parley.people.accounts import blocks
from parley.people.accounts import queries as accounts
from parley.people.accounts.queries import PublicMember
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.settings import settings
from parley.platform.text.messages import N_


class Member(msgspec.Struct, frozen=True):
    name: fields.Name
    url: fields.Url
    role: fields.Role
    title: fields.SelfDescription
    bio: Annotated[str, Meta(description="What the member, or the article's author, says about themselves.")]
    comment_count: fields.CommentCount
    karma: Annotated[int, Meta(description="How often others found the member's comments worth reading.")]
    created_at: fields.CreatedAt


class Me(msgspec.Struct, frozen=True):
    """The member whose token it is, and what the token may do."""

    name: fields.Name
    role: fields.Role
    verified: Annotated[bool, Meta(description="Whether I have confirmed my e-mail address.")]
    scopes: Annotated[list[str], Meta(description="What the token may do.")]
    expires_at: Annotated[datetime, Meta(description="When the token ends.")]


async def member_at(name: str, viewer: Viewer | None) -> PublicMember:
    """Return the member with this name. Raises NotFound."""
    person = await accounts.by_name(name)
    if person is None or not is_shown(person, viewer):
        raise NotFound(N_("There is no member with this name."))
    return person


@get("/members/{name:str}", name="api:member", responses=problems(404))
async def member(request: AnyRequest, name: fields.NamePath) -> Response[Member]:
    """A member, as their profile shows them."""

    async def make() -> Member:
        viewer = viewer_of(request)
        person = await member_at(name, viewer)
        is_blocked = viewer is not None and await blocks.kind_of(viewer, person.id) == "block"
        return from_row(
            Member,
            person,
            url=f"{settings().base_url}/u/{person.name}",
            title="" if is_blocked else person.title,
            bio="" if is_blocked else person.bio,
            **msgspec.structs.asdict(await figures_of(person.id)),
        )

    return await answer(request, make)


@get("/members/{name:str}/comments", name="api:member-comments", responses=problems(404, 422))
async def member_comments(
    request: AnyRequest, name: fields.NamePath, after: After = None, limit: Limit = 100
) -> Response[CommentPage]:
    """A page of a member's visible comments, the newest first; none of a member whom the token's member blocked."""
    position = after_id(after)

    async def make() -> CommentPage:
        viewer = viewer_of(request)
        person = await member_at(name, viewer)
        if viewer is not None and person.id in viewer.blocked:
            return CommentPage([], None)
        rows = await comments.of_member(person.id, position, limit + 1, viewer)
        return CommentPage(*page_of(request, rows, comments.fitting(rows, limit)))

    return await answer(request, make)


@get("/me", name="api:me", responses=problems())
async def me(request: AnyRequest) -> Response[Me]:
    """Whose token it is, and what it may do."""
    token: TokenOwner = request.scope["api_token"]  # type: ignore[typeddict-item]
    return answer_member(request, from_row(Me, token, verified=token.viewer.verified))


handlers = [
    Router("/", route_handlers=[member, member_comments], opt=READING),
    Router("/", route_handlers=[me], opt={"who": MEMBER}),
]
