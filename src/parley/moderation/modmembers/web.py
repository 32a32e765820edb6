"""Pages about members for staff: search, one member, and the actions there."""

from typing import Any
from urllib.parse import quote, urlencode

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.moderation.decisions.forms import DecisionForm
from parley.moderation.decisions.letters import draft_letters
from parley.moderation.decisions.rules import ACTIONS, LENGTHS, ROLES
from parley.moderation.modmembers import ops, queries
from parley.moderation.modmembers.forms import LiftForm, NoteForm, RoleForm
from parley.moderation.modmembers.queries import PAGE, STATES, MemberQuery, StaffMember
from parley.moderation.modqueue import people
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.requests import decision_form
from parley.moderation.rings import queries as rings
from parley.moderation.rings.jobs import DAYS
from parley.people.account_settings import renaming
from parley.people.accounts import queries as accounts
from parley.people.accounts import sessions
from parley.people.accounts.user_agents import device
from parley.people.accounts.viewer import staff
from parley.people.community.queries import grounds
from parley.people.second_factors import factor_recovery, step_up
from parley.people.second_factors.web.proving import to_prove
from parley.platform.errors import NotFound
from parley.platform.http.access import ADMIN, MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import fragment, page, wants_fragment
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

LONGEST_QUERY = 254
SANCTIONS = ("warn", "silence", "suspend")


@get("/mod/members", name="moderation:members", opt={"who": MODERATOR})
async def members_page(request: AnyRequest) -> Response[Any]:
    """Those who need a look, rings, notes and invitations; under a search, or `order=name`, members by name."""
    query, after = _query(request), request.query_params.get("after", "")
    if query == MemberQuery() and not after and request.query_params.get("order") != "name":
        return page(request, "moderation/modmembers/people.html", sought=query, **await _people(request))
    rows = await queries.search(query, after if after.isprintable() else "")
    return page(
        request,
        "moderation/modmembers/list.html",
        rows=rows[:PAGE],
        sought=query,
        states=STATES,
        roles=ROLES,
        next_url=_next_url(query, rows[PAGE - 1].name) if len(rows) > PAGE else None,
    )


async def _people(request: AnyRequest) -> dict[str, Any]:
    return {
        "rows": await queries.first_members(staff(request).id),
        "states": STATES,
        "roles": ROLES,
        "next_url": None,
        "rings": await rings.rings(),
        "days": DAYS,
        "notes": await queries.recent_notes(),
        "invited": await queries.invited_members(),
    }


def _query(request: AnyRequest) -> MemberQuery:
    asked = request.query_params
    q, state, role = asked.get("q", "").strip(), asked.get("state"), asked.get("role")
    network = asked.get("network", "").strip()
    return MemberQuery(
        q=q[:LONGEST_QUERY] if q.isprintable() else "",
        state=state if state in STATES else None,
        role=role if role in ROLES else None,
        network=network[:LONGEST_QUERY] if network.isprintable() else "",
    )


def _next_url(query: MemberQuery, last: str) -> str:
    asked = {"q": query.q, "state": query.state, "role": query.role, "network": query.network, "after": last}
    return f"/mod/members?{urlencode({name: value for name, value in asked.items() if value})}"


async def member_at(name: str) -> StaffMember:
    """The member of a name, even if others do not see them. Raises NotFound."""
    known = await accounts.by_name(name)
    member = await queries.member(known.id) if known else None
    if member is None:
        raise NotFound(N_("There is no member with this name."))
    return member


async def _show(
    request: AnyRequest,
    person: StaffMember,
    about: str = "",
    form: Form | None = None,
    status: int = 200,
    **context: Any,
) -> Response[Any]:
    """A member's page; `form`, with errors, is that of the section `about`."""
    viewer, done = staff(request), as_id(request.query_params.get("done", ""))
    sections = ("note", "message", "sanction", "lift", "role")
    forms = {section: Form({}) for section in sections} | ({about: form} if form else {})
    shown: dict[str, Any] = {
        "person": person,
        "forms": forms,
        "recovery": await factor_recovery.of_member(person.id),
        "former_names": await renaming.former(person.id),
        "linked": await queries.linked(person.id),
        "sign_ins": [(device(session.agent), session) for session in await sessions.list_valid(person.id)],
        "decisions": await people.decisions_concerning(viewer.id, person.id),
        "notes": await people.notes(viewer.id, person.id),
        "others": await people.others(viewer.id, person.id),
        "written": await queries.comments(person.id),
        "may_act": viewer.id != person.id and (person.role == "member" or viewer.access >= ADMIN),
        "may_promote": viewer.id != person.id and viewer.access >= ADMIN,
        "grounds": await grounds(),
        "actions": [ACTIONS[action] for action in SANCTIONS],
        "all_actions": ACTIONS,
        "roles": ROLES,
        "lengths": LENGTHS,
        "letter": None,
        "lifted": await ops.lifted_at(viewer, person.id),
        "done": await modqueue.undoable(viewer.id, done) if done else None,
    }
    return page(request, "moderation/modmembers/one.html", status=status, **(shown | context))


def _back(person: StaffMember, section: str, done: int | None = None) -> Redirect:
    query = f"?done={done}" if done else ""
    return Redirect(f"/mod/members/{quote(person.name)}{query}#{section}", status_code=303)


@get("/mod/members/{name:str}", name="moderation:member", opt={"who": MODERATOR})
async def member_page(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    typed = Form(request.query_params) if "role" in request.query_params else None
    return await _show(request, await member_at(name), "role", typed)


@post("/mod/members/{name:str}/note", name="moderation:note", opt={"who": MODERATOR}, status_code=200)
async def note(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """Save a note. Its form stands on three pages: htmx gets it anew, with the notes."""
    person, form = await member_at(name), NoteForm(await posted_fields(request))
    if not form.errors:
        await ops.note(staff(request), person.id, form.words)
    if wants_fragment(request):
        notes, status = await people.notes(staff(request).id, person.id), 422 if form.errors else 200
        left = form if form.errors else Form({})
        return fragment(request, "moderation/modmembers/_notes.html", status, about=person.name, notes=notes, note=left)
    if form.errors:
        return await _show(request, person, "note", form, 422)
    return _back(person, "notes")


@post("/mod/members/{name:str}/message", name="moderation:message", opt={"who": MODERATOR}, status_code=200)
async def message(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """Write to a member: a letter and a notification, and no sanction."""
    person, form = await member_at(name), NoteForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            made = await ops.message(staff(request), person.id, form.words)
            return _back(person, "record", made)
    return await _show(request, person, "message", form, form.status)


@post("/mod/members/{name:str}/sanction", name="moderation:sanction", opt={"who": MODERATOR}, status_code=200)
async def sanction(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """Warn, silence or suspend; with `preview=1` only show the letter."""
    person = await member_at(name)
    form = await decision_form(request)
    form.require()
    if form.errors:
        return await _show(request, person, "sanction", form, form.status)
    if form.flag("preview"):
        return await _preview(request, person, form)
    with form.refusals():
        made = await ops.sanction(staff(request), person.id, form.choice_for(0))
        return _back(person, "record", made)
    return await _show(request, person, "sanction", form, form.status)


async def _preview(request: AnyRequest, person: StaffMember, form: DecisionForm) -> Response[Any]:
    letter = await draft_letters(form.choice_for(0), person.id, "member")
    if wants_fragment(request):
        return fragment(request, "moderation/modmembers/_letter.html", letter=letter)
    return await _show(request, person, "sanction", form, letter=letter)


@post("/mod/members/{name:str}/lift", name="moderation:lift", opt={"who": MODERATOR})
async def lift(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """End the sanctions; with `undo=1` put those that the viewer has just ended in force again."""
    person, form = await member_at(name), LiftForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await (
                ops.undo_lift(staff(request), person.id)
                if form.undoes
                else ops.lift(staff(request), person.id, form.reason)
            )
    if form.errors:
        return await _show(request, await member_at(name), "lift", form, form.status)
    return _back(person, "record")


@post("/mod/members/{name:str}/sessions/end", name="moderation:end-sign-ins", opt={"who": MODERATOR})
async def end_sessions(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    person = await member_at(name)
    await ops.end_sessions(staff(request), person.id)
    return _back(person, "sign-ins")


@post("/mod/members/{name:str}/recovery", name="moderation:recovery", opt={"who": ADMIN})
async def recovery(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """Agree that somebody's second step is removed."""
    person = await member_at(name)
    if not await step_up.is_proven(staff(request)):
        return to_prove(f"/mod/members/{quote(person.name)}")
    await ops.agree_to_recovery(staff(request), person.id)
    return _back(person, "sign-ins")


@post("/mod/members/{name:str}/role", name="moderation:role", opt={"who": ADMIN})
async def role(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    person, form = await member_at(name), RoleForm(await posted_fields(request))
    if not await step_up.is_proven(staff(request)):
        # The page then has what was typed.
        return to_prove(f"/mod/members/{quote(person.name)}?{urlencode(form.values, errors='replace')}")
    if not form.errors:
        with form.refusals():
            made = await ops.give_role(staff(request), person.id, form.role or "", form.reason)
            return _back(person, "record", made)
    return await _show(request, person, "role", form, form.status)


handlers: list[object] = [members_page, member_page, note, message, sanction, lift, end_sessions, recovery, role]
