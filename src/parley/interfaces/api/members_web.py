"""Reading members, their comments, and whose token it is."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from parley.interfaces.api import comments, schemas
from parley.interfaces.api.answers import READING, answer, problems
from parley.interfaces.api.paging import After, Limit, after_id
from parley.interfaces.api.reading_web import comment_page
from parley.interfaces.api.tokens import TokenOwner
from parley.interfaces.pages.profile import figures_of, is_shown
from parley.people.accounts import blocks
from parley.people.accounts import queries as accounts
from parley.people.accounts.queries import PublicMember
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, AnyRequest, Viewer, viewer_of
from parley.platform.settings import settings
from parley.platform.text.messages import N_


async def member_at(name: str, viewer: Viewer | None) -> PublicMember:
    """Return the member with this name. Raises NotFound."""
    person = await accounts.by_name(name)
    if person is None or not is_shown(person, viewer):
        raise NotFound(N_("There is no member with this name."))
    return person


@get("/members/{name:str}", name="api:member", opt=READING, responses=problems(404))
async def member(request: AnyRequest, name: FromPath[str]) -> Response[schemas.Member]:
    """A member, as their profile shows them."""

    async def make() -> schemas.Member:
        viewer = viewer_of(request)
        person = await member_at(name, viewer)
        is_blocked = viewer is not None and await blocks.kind_of(viewer, person.id) == "block"
        figures = await figures_of(person.id)
        return schemas.Member(
            name=person.name,
            url=f"{settings().base_url}/u/{person.name}",
            role=person.role,
            title="" if is_blocked else person.title,
            bio="" if is_blocked else person.bio,
            comment_count=figures.comment_count,
            karma=figures.karma,
            created_at=person.created_at,
        )

    return await answer(request, make)


@get("/members/{name:str}/comments", name="api:member-comments", opt=READING, responses=problems(404, 422))
async def member_comments(
    request: AnyRequest, name: FromPath[str], after: After = None, limit: Limit = 100
) -> Response[schemas.CommentPage]:
    """A page of a member's visible comments, the newest first; none of a member whom the token's member blocked."""
    position = after_id(after)

    async def make() -> schemas.CommentPage:
        viewer = viewer_of(request)
        person = await member_at(name, viewer)
        if viewer is not None and person.id in viewer.blocked:
            return schemas.CommentPage([], None)
        return comment_page(request, await comments.of_member(person.id, position, limit + 1, viewer), limit)

    return await answer(request, make)


@get("/me", name="api:me", opt={"who": MEMBER}, responses=problems())
async def me(request: AnyRequest) -> Response[schemas.Me]:
    """Whose token it is, and what it may do."""
    token: TokenOwner = request.scope["api_token"]  # type: ignore[typeddict-item]

    async def make() -> schemas.Me:
        return schemas.Me(token.name, token.role, token.viewer.verified, token.scopes, token.expires_at)

    return await answer(request, make)


handlers: list[Any] = [member, member_comments, me]
