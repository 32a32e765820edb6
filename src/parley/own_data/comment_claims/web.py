"""The page on which members claim comments that they wrote elsewhere, and the one on which moderators decide."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from parley.own_data.comment_claims import deciding, ops, queries
from parley.own_data.comment_claims.forms import AuthorForm
from parley.people.sign_in.web.common import invalid, see_other
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import MEMBER, MODERATOR, VERIFIED, AnyRequest, signed_in, staff
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.ratelimit import CLAIM
from parley.platform.text.cleaning import as_id

PAGE = "/settings/imported"
STAFF_PAGE = "/mod/imported"
TEMPLATE = "own_data/comment_claims/claim.html"


@get(PAGE, name="imported:list", opt={"who": MEMBER})
async def imported_page(request: AnyRequest) -> Response[Any]:
    """Show the imported comments that the viewer can claim, and how to claim others."""
    return page(request, TEMPLATE, form=Form({}), **await _page_context(request))


async def _page_context(request: AnyRequest) -> dict[str, Any]:
    member, claimed = signed_in(request).id, as_id(request.query_params.get("claimed", ""))
    return {"rows": await queries.claimable(member), "claims": await queries.claims_of(member), "claimed": claimed}


@post(PAGE, name="imported:claim", opt={"who": VERIFIED})
async def claim(request: AnyRequest) -> Response[Any]:
    count = await ops.claim(signed_in(request))
    return see_other(f"{PAGE}?claimed={count}" if count else PAGE)


@post(f"{PAGE}/claims", name="imported:author", opt={"who": VERIFIED, "limits": CLAIM})
async def claim_author(request: AnyRequest) -> Response[Any]:
    """Claim the comments of an author whose address is not known. A moderator decides."""
    form = AuthorForm(await posted_fields(request))
    if not form.errors and form.comment is not None:
        try:
            await deciding.claim_author(signed_in(request), form.comment, form.page)
            return see_other(f"{PAGE}#claims")
        except Refused as refusal:
            form.errors["form"] = refusal.message
    return invalid(request, TEMPLATE, form, **await _page_context(request))


@post("/settings/imported/claims/{number:str}/withdraw", name="imported:withdraw", opt={"who": MEMBER})
async def withdraw(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    await deciding.withdraw(signed_in(request), _id(number))
    return see_other(PAGE)


@get(STAFF_PAGE, name="imported:waiting", opt={"who": MODERATOR})
async def waiting_page(request: AnyRequest) -> Response[Any]:
    waiting, confirmed = await queries.waiting(), await queries.confirmed_claims()
    return page(request, "own_data/comment_claims/waiting.html", waiting=waiting, confirmed=confirmed)


@post("/mod/imported/{number:str}", name="imported:decide", opt={"who": MODERATOR})
async def decide(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    confirms = Form(await posted_fields(request)).flag("confirm")
    await deciding.decide(staff(request), _id(number), confirms=confirms)
    return see_other(STAFF_PAGE)


@post("/mod/imported/{number:str}/undo", name="imported:undo", opt={"who": MODERATOR})
async def undo(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    await deciding.undo(staff(request), _id(number))
    return see_other(STAFF_PAGE)


def _id(number: str) -> int:
    claim = as_id(number)
    if claim is None:
        raise NotFound(deciding.NOT_FOUND)
    return claim


handlers: list[object] = [imported_page, claim, claim_author, withdraw, waiting_page, decide, undo]
