"""The page on which members claim comments that they wrote elsewhere."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from parley.core.http.access import MEMBER, VERIFIED, AnyRequest, signed_in
from parley.core.http.pages import page
from parley.core.text.cleaning import as_id
from parley.imported import ops, queries

PAGE = "/settings/imported"


@get(PAGE, name="imported:list", opt={"who": MEMBER})
async def imported_page(request: AnyRequest) -> Response[Any]:
    """Show the comments that were imported with the viewer's address."""
    return page(
        request,
        "imported/claim.html",
        rows=await queries.claimable(signed_in(request).id),
        claimed=as_id(request.query_params.get("claimed", "")),
    )


@post(PAGE, name="imported:claim", opt={"who": VERIFIED})
async def claim(request: AnyRequest) -> Response[Any]:
    count = await ops.claim(signed_in(request))
    return Redirect(f"{PAGE}?claimed={count}" if count else PAGE, status_code=303)


handlers: list[object] = [imported_page, claim]
