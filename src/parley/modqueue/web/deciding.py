"""What a moderator does with an item: claim it, look at it, decide on it, take that back, go on to the next."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.core import db
from parley.core.errors import ParleyError
from parley.core.http.access import MODERATOR, AnyRequest, staff
from parley.core.http.forms import Form, posted
from parley.core.http.pages import fragment, page, wants_fragment
from parley.decisions import ops as decisions
from parley.decisions.drafts import drafted
from parley.decisions.forms import DecisionForm
from parley.decisions.rules import Stale
from parley.modlog import ops as modlog
from parley.modlog.ops import Entry
from parley.modqueue import claims, items
from parley.modqueue import queries as modqueue
from parley.modqueue.items import Dossier
from parley.modqueue.requests import dossier_at, wanted_of
from parley.modqueue.web.queue import item_context, queue_answer
from parley.reports.guidelines import grounds


@post("/mod/item/{item:str}/claim", name="moderation:claim", opt={"who": MODERATOR}, status_code=200)
async def claim(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    """Take an item on; where somebody else has it, or had, that is what the answer shows."""
    dossier, form, status = await dossier_at(request, item), Form({}), 200
    try:
        await claims.claim(staff(request), dossier.item.id)
    except Stale as stale:
        form.errors["form"], status = str(stale), stale.status
    if wants_fragment(request):
        context = await item_context(request, await dossier_at(request, item), form)
        return page(request, "modqueue/queue.html", "claim", status=status, **context)
    if form.errors:
        return await queue_answer(request, await dossier_at(request, item), form, status)
    return _back(request, dossier)


@post("/mod/item/{item:str}/skip", name="moderation:skip", opt={"who": MODERATOR}, status_code=200)
async def skip(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    """Leave an item to somebody else, and go on."""
    dossier = await dossier_at(request, item)
    following = await claims.take_next(staff(request), wanted_of(request), dossier.item.id)
    return await _go_on(request, following)


@post("/mod/item/{item:str}/reveal", name="moderation:reveal", opt={"who": MODERATOR}, status_code=200)
async def reveal(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    """Show what is hidden because it may be hard to bear; the record says who looked."""
    dossier = await dossier_at(request, item)
    if dossier.item.sensitive:
        async with db.atomic():
            await modlog.write(staff(request), Entry("reveal", dossier.item.kind, dossier.item.target))
    if wants_fragment(request):
        return await queue_answer(request, await dossier_at(request, item))
    return _back(request, dossier)


@post("/mod/item/{item:str}/decide", name="moderation:decide", opt={"who": MODERATOR}, status_code=200)
async def decide(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    viewer, dossier = staff(request), await dossier_at(request, item)
    form = DecisionForm(await posted(request), [one.code for one in await grounds()])
    form.require()
    if form.errors:
        return await queue_answer(request, dossier, form, 422)
    if form.flag("preview"):
        return await _preview(request, dossier, form)
    try:
        made = await decisions.decide(viewer, form.choice_for(dossier.item.id))
    except ParleyError as error:
        form.errors["form"] = str(error)
        return await queue_answer(request, await dossier_at(request, item), form, error.status)
    following = await claims.take_next(viewer, wanted_of(request), dossier.item.id)
    return await _go_on(request, following, made)


@post("/mod/item/{item:str}/undo", name="moderation:undo", opt={"who": MODERATOR}, status_code=200)
async def undo(request: AnyRequest, item: FromPath[str]) -> Response[Any]:
    """Take one's own decision back; too late, the answer shows the item as it stands and says so."""
    viewer, wanted = staff(request), wanted_of(request)
    form = Form(await posted(request))
    decision = form.id("decision") or 0
    try:
        await decisions.undo(viewer, decision)
    except ParleyError as error:
        form.errors["form"] = str(error)
        return await queue_answer(request, await dossier_at(request, item), form, error.status)
    dossier = await dossier_at(request, item)
    if not wants_fragment(request):
        return _back(request, dossier, undone=decision)
    context = await item_context(request, dossier) | {"chosen": True, "undone": True}
    context |= {
        "row": await modqueue.row(viewer.id, dossier.item.id),
        "waiting": await modqueue.waiting(viewer.id, wanted),
    }
    return fragment(request, "modqueue/undone.html", **context)


def _back(request: AnyRequest, dossier: Dossier, undone: int | None = None) -> Redirect:
    query = wanted_of(request).query
    told = f"{'&' if query else '?'}undone={undone}" if undone else ""
    return Redirect(f"/mod/item/{dossier.item.id}{query}{told}", status_code=303)


async def _go_on(request: AnyRequest, following: int | None, made: int | None = None) -> Response[Any]:
    """Open the next item, with the way to take back what was just decided."""
    viewer, wanted = staff(request), wanted_of(request)
    if not wants_fragment(request):
        done = f"{'&' if wanted.query else '?'}done={made}" if made else ""
        path = f"/mod/item/{following}" if following else "/mod/queue"
        return Redirect(f"{path}{wanted.query}{done}", status_code=303)
    context = await item_context(request, await items.dossier(viewer.id, following) if following else None)
    return fragment(
        request,
        "modqueue/decided.html",
        **context,
        chosen=True,
        done=await modqueue.just_done(viewer.id, made) if made else None,
        waiting=await modqueue.waiting(viewer.id, wanted),
    )


async def _preview(request: AnyRequest, dossier: Dossier, form: DecisionForm) -> Response[Any]:
    """What people will be told, before anything is decided."""
    letter = await drafted(form.choice_for(dossier.item.id), dossier.item.member)
    if wants_fragment(request):
        return fragment(request, "modqueue/_letter.html", letter=letter)
    return await queue_answer(request, dossier, form, letter=letter)


handlers: list[object] = [claim, skip, reveal, decide, undo]
