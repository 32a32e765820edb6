"""The mailed link that confirms an address at an article's domain."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from parley.letters.authors import ops, queries
from parley.letters.authors.queries import ClaimRow
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_


async def _at(number: str, key: str) -> ClaimRow:
    """The claim of a mailed link. Raises NotFound for any other link."""
    row = await queries.one(as_id(number) or 0)
    if row is None or not ops.is_key(row, key):
        raise NotFound(N_("There is no page at this address."))
    return row


@get("/claims/{claim:str}/{key:str}", name="authors:confirm-form", opt={"who": ANYONE})
async def confirm_page(request: AnyRequest, claim: FromPath[str], key: FromPath[str]) -> Response[Any]:
    """A page with one button. Opening the link changes nothing, since mail scanners open links."""
    return page(request, "letters/authors/confirm.html", claim=await _at(claim, key), key=key)


@post("/claims/{claim:str}/{key:str}", name="authors:confirm", opt={"who": ANYONE}, status_code=200)
async def confirm(request: AnyRequest, claim: FromPath[str], key: FromPath[str]) -> Response[Any]:
    await ops.confirm_address(await _at(claim, key))
    return page(request, "letters/authors/confirm.html", claim=await _at(claim, key), key=key)


handlers: list[object] = [confirm_page, confirm]
