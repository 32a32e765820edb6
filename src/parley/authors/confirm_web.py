"""The mailed link that confirms an address at an article's domain."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from parley.authors import ops, queries
from parley.authors.queries import ClaimRow
from parley.core.errors import NotFound
from parley.core.http.access import ANYONE, AnyRequest
from parley.core.http.pages import page
from parley.core.text.cleaning import as_id
from parley.core.text.messages import N_


async def _at(number: str, key: str) -> ClaimRow:
    """The claim of a mailed link. Raises NotFound for any other link."""
    row = await queries.one(as_id(number) or 0)
    if row is None or not ops.is_key(row, key):
        raise NotFound(N_("There is no page at this address."))
    return row


@get("/claims/{claim:str}/{key:str}", name="authors:confirm-form", opt={"who": ANYONE})
async def confirm_page(request: AnyRequest, claim: FromPath[str], key: FromPath[str]) -> Response[Any]:
    """A page with one button. Opening the link changes nothing, since mail scanners open links."""
    return page(request, "authors/confirm.html", claim=await _at(claim, key), key=key)


@post("/claims/{claim:str}/{key:str}", name="authors:confirm", opt={"who": ANYONE}, status_code=200)
async def confirm(request: AnyRequest, claim: FromPath[str], key: FromPath[str]) -> Response[Any]:
    await ops.confirm_address(await _at(claim, key))
    return page(request, "authors/confirm.html", claim=await _at(claim, key), key=key)


handlers: list[object] = [confirm_page, confirm]
