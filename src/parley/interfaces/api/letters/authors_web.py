"""Authors of articles: claiming an article, and pinning a reply; and asking that less of an article is shown."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, Router, delete, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from parley.discussion.commenting.web import thread_at
from parley.interfaces.api import fields
from parley.interfaces.api.answers import answer_write, problems
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.moderation.reports_web import Report
from parley.interfaces.api.scopes import ARTICLE, COMMENT
from parley.letters.authors import ops
from parley.letters.authors.forms import ClaimForm
from parley.letters.authors.web import refuse_foreign
from parley.moderation.rights import ops as rights
from parley.moderation.rights.forms import RightsForm
from parley.moderation.rights.web import wanted
from parley.people.accounts.viewer import signed_in
from parley.platform.errors import NotFound
from parley.platform.events.job_wakeups import wake_job
from parley.platform.http.access import VERIFIED, AnyRequest, address_of
from parley.platform.ratelimit import CLAIM, RIGHTS, take_each
from parley.platform.text.cleaning import as_id


class NewClaim(Body, frozen=True):
    """How I prove that an article is mine: its `page` names me, an `email` at its domain, or somebody's `word`."""

    way: Annotated[Literal["page", "address", "word"], Meta(description="How the claim is proved.")]
    email: Annotated[str, Meta(description="An address at the domain of the article.")] = ""
    text: fields.Text = ""


class Claim(msgspec.Struct, frozen=True):
    """A claim. For the way `page`, its head has to have `<meta name="parley-author" content="{token}">`."""

    id: fields.Id
    state: fields.State
    token: Annotated[str, Meta(description="What the page of the article must have to prove the claim.")]


class PinnedReply(Body, frozen=True):
    """Which reply stands above the discussion."""

    comment: Annotated[int | None, Meta(description="The id of a comment of mine; null for none.")]


class NewRightsRequest(Body, frozen=True):
    """A request about rights."""

    ground: Annotated[
        Literal["copyright", "privacy", "attribution", "reservation", "law"],
        Meta(description="What the request is about."),
    ]
    wish: Annotated[
        Literal["excerpt", "text", "remove"],
        Meta(description="What is asked for: an excerpt only, no text, or nothing of the article."),
    ]
    text: fields.Text
    good_faith: Annotated[Literal[True], Meta(description="The request is true to the best of my knowledge.")]
    original: Annotated[str, Meta(description="The address of the original work; may be empty.")] = ""


@post("/threads/{thread:str}/claims", name="api:claim", responses=problems(403, 404, 422))
async def claim(request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[NewClaim]) -> Response[Claim]:
    """Claim the article of a thread as its author. It replaces a claim of mine that waits."""
    viewer, row, form = signed_in(request), await thread_at(thread), ClaimForm(as_fields(data))
    check(form)
    await take_each(CLAIM, viewer.id, address_of(request))
    await refuse_foreign(row.id, form)
    claim = await ops.claim(viewer, row.id, way=data.way, email=form.email, text=form.words)
    await wake_job("claims")
    return answer_write(msgspec.convert(claim, Claim, from_attributes=True), 201)


@delete("/claims/{claim:str}", name="api:end-claim", responses=problems(403, 404))
async def end_claim(
    request: AnyRequest, claim: Annotated[str, PathParameter(description="The id of a claim.")]
) -> None:
    """End a claim of mine."""
    number = as_id(claim)
    if number is None:
        raise NotFound
    await ops.end(signed_in(request), number)


@put("/threads/{thread:str}/author-reply", name="api:pin", status_code=204, responses=problems(403, 404, 422))
async def pin(request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[PinnedReply]) -> None:
    """As the author of the article, pin a comment of mine above the discussion."""
    row = await thread_at(thread)
    comment = None if data.comment is None else as_id(str(data.comment))
    if data.comment is not None and comment is None:
        raise NotFound
    await ops.pin(signed_in(request), row.id, comment)


@post("/threads/{thread:str}/rights", name="api:rights", responses=problems(403, 404, 422))
async def request_rights(
    request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[NewRightsRequest]
) -> Response[Report]:
    """Ask that less of an article is shown."""
    viewer, row, form = signed_in(request), await thread_at(thread), RightsForm(as_fields(data), visitor=False)
    check(form)
    await take_each(RIGHTS, viewer.id, address_of(request))
    return answer_write(Report(await rights.request(wanted(row.id, form, viewer, address_of(request)))), 201)


handlers = [
    Router("/", route_handlers=[claim, end_claim, pin], opt={"who": VERIFIED, "scope": ARTICLE}),
    Router("/", route_handlers=[request_rights], opt={"who": VERIFIED, "scope": COMMENT}),
]
