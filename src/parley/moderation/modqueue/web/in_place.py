"""The form by which moderators decide about what they see: on the page by htmx, or on a page of its own."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.moderation.decisions import undoing
from parley.moderation.decisions.drafts import LetterPreview, draft_letters
from parley.moderation.decisions.forms import DecisionForm
from parley.moderation.decisions.rules import ACTIONS, LENGTHS, SANCTIONS
from parley.moderation.guidelines import queries as guidelines
from parley.moderation.modqueue import articles, in_place, people
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.requests import decision_form
from parley.moderation.reports import subjects
from parley.moderation.reports.subjects import Subject
from parley.people.community.queries import grounds
from parley.platform import db
from parley.platform.errors import ParleyError
from parley.platform.http.access import MODERATOR, AnyRequest, staff
from parley.platform.http.forms import Form
from parley.platform.http.pages import page, wants_fragment
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_, Message

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
    viewer = staff(request)
    about = _member_name(subject)
    shown: dict[str, Any] = {
        "subject": subject,
        "form": form or DecisionForm({}),
        "actions": [
            action
            for action in ACTIONS.values()
            if subject.kind in action.kinds and action.name not in _impossible(subject)
        ],
        "all_actions": ACTIONS,
        "grounds": await grounds(),
        "saved": await guidelines.reasons(viewer.id),
        "lengths": LENGTHS,
        "sanctions": [ACTIONS[name] for name in SANCTIONS],
        "destinations": await in_place.destinations(subject),
        "passages": await articles.passages(subject.id) if subject.kind == "article" else [],
        "about": about,
        "notes": await people.notes(await in_place.concerned_member(subject) or 0) if about else [],
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


async def _answer(request: AnyRequest, subject: Subject) -> Response[Any]:
    """Undo, preview or decide; a mistake shows the form with what was typed."""
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
            return await _show(request, subject, form, letter=await _letter(subject, form))
        async with db.atomic():
            decision = await in_place.decide(staff(request), subject, form.choice_for(0))
            await in_place.sanction(staff(request), await in_place.concerned_member(subject), form.sanction)
    except ParleyError as error:
        form.errors["form"] = error.message
        return await _show(request, subject, form, error.status)
    address, subject = subject.address, await subjects.after_decision(subject, staff(request))
    # The page of a member whose name was removed is at another address now.
    if wants_fragment(request) and subject.address == address:
        return await _show(request, subject, done=decision)
    return Redirect(f"{quote(subject.address)}/moderate?done={decision}", status_code=303)


async def _letter(subject: Subject, form: DecisionForm) -> LetterPreview:
    choice = form.choice_for(await in_place.item_of(subject) or 0)
    return await draft_letters(choice, await in_place.concerned_member(subject), subject.kind, form.sanction)


def _done_id(request: AnyRequest) -> int | None:
    return as_id(request.query_params.get("done", ""))


@get("/c/{comment:str}/moderate", name="moderation:moderate-comment-form", opt={"who": MODERATOR})
async def comment_form(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    subject = await subjects.comment(comment, staff(request), gone=True)
    form = DecisionForm({"action": request.query_params.get("action", "")})
    return await _show(request, subject, form, done=_done_id(request))


@post("/c/{comment:str}/moderate", name="moderation:moderate-comment", opt={"who": MODERATOR}, status_code=200)
async def decide_comment(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    return await _answer(request, await subjects.comment(comment, staff(request), gone=True))


@get("/t/{thread:str}/moderate", name="moderation:moderate-article-form", opt={"who": MODERATOR})
async def article_form(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _show(request, await subjects.article(thread), done=_done_id(request))


@post("/t/{thread:str}/moderate", name="moderation:moderate-article", opt={"who": MODERATOR}, status_code=200)
async def decide_article(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _answer(request, await subjects.article(thread))


@get("/u/{name:str}/moderate", name="moderation:moderate-member-form", opt={"who": MODERATOR})
async def member_form(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    return await _show(request, await subjects.member(name, staff(request)), done=_done_id(request))


@post("/u/{name:str}/moderate", name="moderation:moderate-member", opt={"who": MODERATOR}, status_code=200)
async def decide_member(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    return await _answer(request, await subjects.member(name, staff(request)))


handlers: list[object] = [comment_form, decide_comment, article_form, decide_article, member_form, decide_member]
