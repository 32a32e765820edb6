"""Invitations of members, and the page where moderators let people in."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from parley.moderation.modqueue.kinds import WorkKind
from parley.moderation.signups import ops, queries
from parley.people.account_settings.sections import Section, show
from parley.people.accounts.viewer import signed_in, staff
from parley.people.sign_in.web.common import see_other
from parley.platform.errors import BadRequest, NotFound, TooMany
from parley.platform.http.access import ANYONE, MODERATOR, VERIFIED, AnyRequest
from parley.platform.http.forms import CHOOSE, Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

USES = ("1", "5", "20")
DAYS = ("1", "7", "30")


class InvitationForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__({"uses": "1", "days": "7"} | dict(data))
        self.uses = int(self.choice("uses", USES) or "1")
        self.days = int(self.choice("days", DAYS) or "7")
        if self.errors:
            self.errors["form"] = CHOOSE


@get("/invite/{token:str}", name="signups:invitation", opt={"who": ANYONE})
async def invitation_page(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Say who invites. An invitation that is over is not found."""
    terms = await queries.terms(token)
    if terms.invited_by is None:
        raise NotFound(N_("This invitation was used, has expired or was ended. Please ask for another one."))
    return page(request, "moderation/signups/invitation.html", inviter=terms.invited_by, token=token, mode=terms.mode)


async def _invitations(request: AnyRequest) -> dict[str, Any] | None:
    viewer = signed_in(request)
    if viewer.access < VERIFIED:
        return None
    mode, listed = await queries.mode(), await queries.invitations(viewer.id)
    return {"invitations": listed, "mode": mode, "uses": USES, "days": DAYS, "form": InvitationForm({}), "link": ""}


INVITATIONS = Section("profile", "invitations", N_("Invitations"), "moderation/signups/_invitations.html", _invitations)


@post("/settings/invitations", name="signups:invite", opt={"who": VERIFIED}, status_code=201)
async def invite(request: AnyRequest) -> Response[Any]:
    """Create an invitation. Its link is shown this once."""
    form = InvitationForm(await posted_fields(request))
    if form.errors:
        return await INVITATIONS.invalid(request, form)
    try:
        link = await ops.invite(signed_in(request), uses=form.uses, days=form.days)
    except TooMany as error:
        return await INVITATIONS.invalid(request, form, error)
    return await show(request, "profile", 201, section=INVITATIONS, form=form, link=link)


@post("/settings/invitations/{invitation:str}/end", name="signups:end-invitation", opt={"who": VERIFIED})
async def end_invitation(request: AnyRequest, invitation: FromPath[str]) -> Response[Any]:
    number = as_id(invitation)
    if number is None:
        raise NotFound(N_("This invitation has ended already."))
    await ops.end_invitation(signed_in(request).id, number)
    return see_other(INVITATIONS.path)


async def _waiting(_request: AnyRequest, member: int) -> dict[str, Any]:
    """Somebody who waits to be let in. Raises NotFound."""
    applicant = await queries.applicant(member)
    if applicant is None:
        raise NotFound(ops.DECIDED)
    return {"member": applicant, "mode": await queries.mode()}


SIGNUPS = WorkKind(
    "signup",
    N_("Sign-ups"),
    N_("Sign-up"),
    queries.WAITING_SIGNUPS,
    hours=24,
    template="moderation/signups/waiting.html",
    panel=_waiting,
)


@post("/mod/signups/{member:str}", name="signups:decide", opt={"who": MODERATOR})
async def decide(request: AnyRequest, member: FromPath[str]) -> Response[Any]:
    """Let somebody in, or delete their account."""
    viewer, number = staff(request), as_id(member)
    action = Form(await posted_fields(request)).values.get("action")
    if number is None:
        raise NotFound(ops.DECIDED)
    if action == "approve":
        await ops.approve(viewer, number)
    elif action == "decline":
        await ops.decline(viewer, number)
    else:
        raise BadRequest(N_("Please choose whether to let them in."))
    return see_other("/mod/queue?kind=signup")


handlers: list[object] = [invitation_page, invite, end_invitation, decide]
