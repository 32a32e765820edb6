"""One decision on all comments that a filter of the queue finds: who wrote them, how far it is, undoing it."""

from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.moderation.decisions.forms import DecisionForm
from parley.moderation.decisions.rules import ACTIONS
from parley.moderation.modqueue import bulk_jobs
from parley.moderation.modqueue.requests import as_moment, decision_context, decision_form, moment_of, wanted_of
from parley.people.accounts.viewer import staff
from parley.platform.http.access import ROOM_MODERATOR, AnyRequest
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id

MOST_LISTED = 20


async def _show(request: AnyRequest, form: DecisionForm, at: datetime, status: int = 200) -> Response[Any]:
    viewer, wanted = staff(request), wanted_of(request)
    authors = await bulk_jobs.authors(viewer.id, wanted, at) if wanted.query else []
    shown = await decision_context(request) | {
        "form": form,
        "wanted": wanted,
        "at": as_moment(at),
        "count": sum(author.comments for author in authors),
        "authors": authors[:MOST_LISTED],
        "others": len(authors[MOST_LISTED:]),
        "actions": [ACTIONS[name] for name in bulk_jobs.CHOICES],
        "latest": await bulk_jobs.latest(viewer),
    }
    return page(request, "moderation/modqueue/bulk_all.html", status=status, **shown)


@get("/mod/bulk/all", name="moderation:bulk-all-form", opt={"who": ROOM_MODERATOR})
async def preview(request: AnyRequest) -> Response[Any]:
    """How many comments the filter finds, by whom, and the form of the decision."""
    return await _show(request, DecisionForm({}), datetime.now(UTC))


@post("/mod/bulk/all", name="moderation:bulk-all", opt={"who": ROOM_MODERATOR}, status_code=200)
async def start(request: AnyRequest) -> Response[Any]:
    form = await decision_form(request)
    at = moment_of(form.values.get("at", ""))
    form.require()
    if not form.errors:
        with form.refusals():
            made = await bulk_jobs.start(staff(request), wanted_of(request), at, form.choice_for(0), form.sanction)
            return Redirect(f"/mod/bulk/{made}", status_code=303)
    return await _show(request, form, at, form.status)


@get("/mod/bulk/{bulk:str}", name="moderation:bulk-progress", opt={"who": ROOM_MODERATOR})
async def progress_page(request: AnyRequest, bulk: FromPath[str]) -> Response[Any]:
    row = await bulk_jobs.progress(staff(request), as_id(bulk) or 0)
    shown: dict[str, Any] = {"bulk": row, "refusals": await bulk_jobs.refusals(row.id), "all_actions": ACTIONS}
    return page(request, "moderation/modqueue/bulk_progress.html", "progress", **shown)


@post("/mod/bulk/{bulk:str}/undo", name="moderation:bulk-undo-all", opt={"who": ROOM_MODERATOR})
async def undo(request: AnyRequest, bulk: FromPath[str]) -> Redirect:
    row = await bulk_jobs.progress(staff(request), as_id(bulk) or 0)
    await bulk_jobs.undo(staff(request), row.id)
    return Redirect(f"/mod/bulk/{row.id}", status_code=303)


handlers: list[object] = [preview, start, progress_page, undo]
