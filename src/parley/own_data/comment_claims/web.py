"""The page on which members claim comments that they wrote elsewhere, and the one on which moderators decide."""

import re
from collections.abc import Mapping
from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from parley.articles.articles.rules import is_web_address
from parley.moderation.modqueue.kinds import WorkKind
from parley.own_data.comment_claims import ops, queries
from parley.people.account_settings.sections import Section
from parley.people.accounts.viewer import signed_in, staff
from parley.people.sign_in.web.common import see_other
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, MODERATOR, VERIFIED, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.ratelimit import CLAIM
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

STAFF_PAGE = "/mod/queue?kind=imported"
LONGEST_ADDRESS = 500
NUMBER = re.compile(r"\d+")


class AuthorForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        # The last number of a comment's address is its id: /c/12, or /t/3/title?focus=12#c12.
        numbers = NUMBER.findall(self.text("comment", most=LONGEST_ADDRESS, least=1))
        self.comment = as_id(numbers[-1]) if numbers else None
        if self.comment is None:
            self.errors.setdefault("comment", N_("Please copy the address of one of these comments from its time."))
        self.page = self.text("page", most=LONGEST_ADDRESS, least=1)
        if self.page and not is_web_address(self.page):
            self.errors["page"] = N_("This is not a web address. It should look like https://example.org/article.")


async def _imported(request: AnyRequest) -> dict[str, Any]:
    """The imported comments that the viewer can claim, and how to claim others."""
    member, claimed = signed_in(request).id, as_id(request.query_params.get("claimed", ""))
    rows, claims = await queries.claimable(member), await queries.claims_of(member)
    return {"rows": rows, "claims": claims, "claimed": claimed, "form": Form({})}


IMPORTED = Section("data", "imported", N_("Imported comments"), "own_data/comment_claims/_imported.html", _imported)


@post("/settings/imported", name="imported:claim", opt={"who": VERIFIED})
async def claim(request: AnyRequest) -> Response[Any]:
    count = await ops.claim(signed_in(request))
    return see_other(f"/settings/data?claimed={count}#imported" if count else IMPORTED.path)


@post("/settings/imported/claims", name="imported:author", opt={"who": VERIFIED, "limits": CLAIM})
async def claim_author(request: AnyRequest) -> Response[Any]:
    """Claim the comments of an author whose address is not known. A moderator decides."""
    form = AuthorForm(await posted_fields(request))
    if not form.errors and form.comment is not None:
        with form.refusals():
            await ops.claim_author(signed_in(request), form.comment, form.page)
            return see_other(IMPORTED.path)
    return await IMPORTED.invalid(request, form)


@post("/settings/imported/claims/{number:str}/withdraw", name="imported:withdraw", opt={"who": MEMBER})
async def withdraw(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    await ops.withdraw(signed_in(request), _id(number))
    return see_other(IMPORTED.path)


async def _waiting(request: AnyRequest, number: int) -> dict[str, Any]:
    """A claim that waits for the viewer, a moderator, or 0 for none; and those that can be undone. Raises NotFound."""
    claim = await queries.claim(number) if number else None
    if number and (claim is None or claim.state != "waiting" or claim.member == staff(request).id):
        raise NotFound
    return {"claim": claim, "confirmed": await queries.confirmed_claims()}


CLAIMS = WorkKind(
    "imported",
    N_("Imported comments"),
    N_("Imported comments"),
    queries.WAITING_CLAIMS,
    hours=72,
    template="own_data/comment_claims/waiting.html",
    panel=_waiting,
    opens_empty=True,
)


@post("/mod/imported/{number:str}", name="imported:decide", opt={"who": MODERATOR})
async def decide(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    confirms = Form(await posted_fields(request)).flag("confirm")
    await ops.decide(staff(request), _id(number), confirms=confirms)
    return see_other(STAFF_PAGE)


@post("/mod/imported/{number:str}/undo", name="imported:undo", opt={"who": MODERATOR})
async def undo(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    await ops.undo(staff(request), _id(number))
    return see_other(STAFF_PAGE)


def _id(number: str) -> int:
    claim = as_id(number)
    if claim is None:
        raise NotFound
    return claim


handlers: list[object] = [claim, claim_author, withdraw, decide, undo]
