"""The form by which moderators decide about what they see: on the page by htmx, or on a page of its own.

Articles also have a page that shows everything of them, as only moderators may read it.
"""

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import thread_at
from parley.discussion.threads import rooms
from parley.discussion.threads.queries import ThreadRow
from parley.moderation.decisions import profiles, undoing
from parley.moderation.decisions.forms import DecisionForm
from parley.moderation.decisions.letters import draft_letters
from parley.moderation.decisions.restrictions import EFFECTS
from parley.moderation.decisions.rules import ACTIONS, offered
from parley.moderation.modqueue import in_place, items, people
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.bar import KEYS, bar
from parley.moderation.modqueue.requests import decision_context, decision_form
from parley.moderation.reports import subjects
from parley.moderation.reports.subjects import Subject
from parley.people.accounts.viewer import staff
from parley.platform import db
from parley.platform.errors import ParleyError
from parley.platform.http.access import ROOM_MODERATOR, AnyRequest
from parley.platform.http.forms import Form
from parley.platform.http.pages import page, wants_fragment
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_, Message

ADDRESSES = ["/c/{comment:str}/moderate", "/t/{thread:str}/moderate", "/u/{name:str}/moderate"]
UNDONE = N_("Undone: everything is as it was, and nobody was notified.")


async def _show(
    request: AnyRequest,
    subject: Subject,
    form: Form | None = None,
    status: int = 200,
    *,
    done: int | None = None,
    undone: Message | None = None,
    **context: Any,
) -> Response[Any]:
    viewer, form = staff(request), form or DecisionForm({})
    about, context = _member_name(subject), await decision_context(request) | context
    number = await in_place.item_of(subject)
    details = await items.details(viewer.id, number) if number else None
    waits = details if details and details.item.state == "open" else None
    impossible = _impossible(subject) - ({"approve"} if waits else set())
    impossible |= await profiles.empty(subject.kind, subject.id)
    possible = [action.name for action in offered(viewer, subject.kind) if action.name not in impossible]
    likely = form.values.get("rule") or (waits.item.likely if waits else None)
    shown: dict[str, Any] = {
        "subject": subject,
        "form": form,
        "bar": bar(subject.kind, about, possible, likely, context["reasons"], waits.offending_words if waits else ()),
        "keys": KEYS,
        "destinations": await in_place.destinations(subject),
        "passages": await in_place.passages(subject.id) if subject.kind == "article" else [],
        "about": about,
        "notes": await people.notes(viewer.id, await in_place.concerned_member(subject)) if about else [],
        "letter": None,
        "done": await modqueue.undoable(viewer.id, done) if done else None,
        "undone": undone,
    }
    return page(request, "moderation/modqueue/moderate.html", "moderate", status=status, **(shown | context))


def _member_name(subject: Subject) -> str | None:
    """The name of the member who wrote a comment, or whose profile it is."""
    if subject.comment is not None:
        return subject.comment.author if subject.comment.author_id else None
    return subject.name if subject.kind == "member" else None


def _impossible(subject: Subject) -> set[str]:
    """The actions that would change nothing here."""
    comment = subject.comment
    locked = comment is not None and comment.locked_branch is not None
    impossible = {"approve", "lock_branch" if locked else "unlock_branch"}
    if comment is not None and comment.state == "removed":
        return impossible | {"remove", "collapse", "move"}
    return impossible | ({"collapse"} if comment is not None and comment.collapsed is not None else {"restore"})


@get(ADDRESSES, name="moderation:moderate-form", opt={"who": ROOM_MODERATOR})
async def moderate_form(request: AnyRequest) -> Response[Any]:
    asked = request.query_params
    form = DecisionForm({"action": asked.get("action", "")})
    return await _show(request, await _subject(request), form, done=as_id(asked.get("done", "")))


async def _subject(request: AnyRequest) -> Subject:
    """The subject that the address names. Raises NotFound where the viewer does not moderate it."""
    subject = await subjects.at(request, gone=True)
    await rooms.require(staff(request), subject.thread)
    return subject


@post(ADDRESSES, name="moderation:moderate", opt={"who": ROOM_MODERATOR}, status_code=200)
async def moderate(request: AnyRequest) -> Response[Any]:
    """Undo, preview or decide; a mistake shows the form with what was typed."""
    subject = await _subject(request)
    form = await decision_form(request)
    undo = form.id("undo")
    try:
        if undo:
            await undoing.undo(staff(request), undo)
            return await _show(request, await subjects.after_decision(subject, staff(request)), undone=UNDONE)
        form.require()
        if form.errors:
            return await _show(request, subject, form, 422)
        if form.flag("preview"):
            choice = form.choice_for(await in_place.item_of(subject) or 0)
            concerned = await in_place.concerned_member(subject)
            letter = await draft_letters(choice, concerned, subject.kind, form.sanction)
            return await _show(request, subject, form, letter=letter)
        async with db.atomic():
            decision = await in_place.decide(staff(request), subject, form.choice_for(0))
            author = await in_place.concerned_member(subject)
            await in_place.sanction(staff(request), author, subject.thread, form.sanction)
    except ParleyError as error:
        form.refuse(error)
        return await _show(request, subject, form, form.status)
    address, subject = subject.address, await subjects.after_decision(subject, staff(request))
    # The page of a member whose name was removed is at another address now.
    if wants_fragment(request) and subject.address == address:
        return await _show(request, subject, done=decision)
    return Redirect(f"{quote(subject.address)}/moderate?done={decision}", status_code=303)


async def _show_article(request: AnyRequest, thread: ThreadRow, form: Form, status: int = 200) -> Response[Any]:
    done = as_id(request.query_params.get("done", ""))
    context = await decision_context(request) | {
        "thread": thread,
        "done": await modqueue.undoable(staff(request).id, done) if done else None,
        "article": await in_place.whole_article(thread.id),
        "passages": await in_place.passages(thread.id),
        "decisions": await people.decisions_about(staff(request).id, 0, "article", thread.id),
        "actions": [ACTIONS[name] for name in (*EFFECTS, "restore")],
        "form": form,
    }
    return page(request, "moderation/modqueue/article.html", status=status, **context)


@get("/mod/articles/{thread:str}", name="moderation:article", opt={"who": ROOM_MODERATOR})
async def article_page(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _show_article(request, await _moderated_thread(request, thread), Form({}))


async def _moderated_thread(request: AnyRequest, thread: str) -> ThreadRow:
    row = await thread_at(thread)
    await rooms.require(staff(request), row.id)
    return row


@post("/mod/articles/{thread:str}", name="moderation:decide-article", opt={"who": ROOM_MODERATOR}, status_code=200)
async def decide_article(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row = await _moderated_thread(request, thread)
    form = await decision_form(request)
    form.require()
    if not form.errors:
        with form.refusals():
            made = await in_place.decide_article(staff(request), row.id, form.choice_for(0))
            return Redirect(f"/mod/articles/{row.id}?done={made}", status_code=303)
    return await _show_article(request, row, form, form.status)


handlers: list[object] = [moderate_form, moderate, article_page, decide_article]
