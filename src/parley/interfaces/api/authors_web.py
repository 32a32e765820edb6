"""Authors of articles: claiming an article, and pinning a reply; and asking that less of an article is shown."""

from typing import Any, Literal

import msgspec
from litestar import Response, delete, post, put
from litestar.params import FromPath, JSONBody

from parley.discussion.commenting.web import thread_at
from parley.interfaces.api.answers import answer_write, problems
from parley.interfaces.api.bodies import as_fields, check
from parley.interfaces.api.reports_web import REPORTING, Report
from parley.interfaces.api.scopes import ARTICLE
from parley.letters.authors import ops
from parley.letters.authors.forms import ClaimForm
from parley.letters.authors.web import refuse_foreign
from parley.moderation.rights import ops as rights
from parley.moderation.rights.forms import RightsForm
from parley.moderation.rights.web import wanted
from parley.platform.errors import NotFound
from parley.platform.events.job_wakeups import wake_job
from parley.platform.http.access import VERIFIED, AnyRequest, address_of, signed_in
from parley.platform.ratelimit import CLAIM, RIGHTS, take_each
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

CLAIMING = {"who": VERIFIED, "scope": ARTICLE, "any_body": True}


class NewClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How I prove that an article is mine: its `page` names me, an `email` at its domain, or somebody's `word`."""

    way: Literal["page", "address", "word"]
    email: str = ""
    text: str = ""


class Claim(msgspec.Struct, frozen=True):
    """A claim. For the way `page`, its head has to have `<meta name="parley-author" content="{token}">`."""

    id: int
    state: str
    token: str


class PinnedReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The comment of mine to pin above the discussion; null: none."""

    comment: int | None


class NewRightsRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request about rights. `good_faith` confirms that what it says is true to the best of my knowledge."""

    ground: Literal["copyright", "privacy", "attribution", "reservation", "law"]
    wish: Literal["excerpt", "text", "remove"]
    text: str
    good_faith: Literal[True]
    original: str = ""


@post("/threads/{thread:str}/claims", name="api:claim", opt=CLAIMING, responses=problems(403, 404, 422))
async def claim(request: AnyRequest, thread: FromPath[str], data: JSONBody[NewClaim]) -> Response[Claim]:
    """Claim the article of a thread as its author. It replaces a claim of mine that waits."""
    viewer, row, form = signed_in(request), await thread_at(thread), ClaimForm(as_fields(data))
    check(form)
    await take_each(CLAIM, viewer.id, address_of(request))
    await refuse_foreign(row.id, form)
    claim = await ops.claim(viewer, row.id, way=data.way, email=form.email, text=form.words)
    await wake_job("claims")
    return answer_write(Claim(claim.id, claim.state, claim.token), 201)


@delete("/claims/{claim:str}", name="api:end-claim", opt=CLAIMING, responses=problems(403, 404))
async def end_claim(request: AnyRequest, claim: FromPath[str]) -> None:
    """End a claim of mine."""
    number = as_id(claim)
    if number is None:
        raise NotFound(N_("There is no such claim."))
    await ops.end(signed_in(request), number)


@put(
    "/threads/{thread:str}/author-reply",
    name="api:pin",
    opt=CLAIMING,
    status_code=204,
    responses=problems(403, 404, 422),
)
async def pin(request: AnyRequest, thread: FromPath[str], data: JSONBody[PinnedReply]) -> None:
    """As the author of the article, pin a comment of mine above the discussion."""
    row = await thread_at(thread)
    comment = None if data.comment is None else as_id(str(data.comment))
    if data.comment is not None and comment is None:
        raise NotFound(N_("There is no such comment here."))
    await ops.pin(signed_in(request), row.id, comment)


@post("/threads/{thread:str}/rights", name="api:rights", opt=REPORTING, responses=problems(403, 404, 422))
async def request_rights(
    request: AnyRequest, thread: FromPath[str], data: JSONBody[NewRightsRequest]
) -> Response[Report]:
    """Ask that less of an article is shown."""
    viewer, row, form = signed_in(request), await thread_at(thread), RightsForm(as_fields(data), visitor=False)
    check(form)
    await take_each(RIGHTS, viewer.id, address_of(request))
    return answer_write(Report(await rights.request(wanted(row.id, form, viewer, address_of(request)))), 201)


handlers: list[Any] = [claim, end_claim, pin, request_rights]
