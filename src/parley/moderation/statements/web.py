"""The page of a thread's deck, and what moderators do with statements."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import comment_at, thread_at
from parley.discussion.statements import queries as statements_of
from parley.discussion.statements.deck import choose
from parley.discussion.threads.queries import ThreadRow
from parley.moderation.statements import ops, queries
from parley.moderation.statements.forms import RemovalForm
from parley.people.accounts.viewer import staff, viewer_of
from parley.people.community.queries import grounds
from parley.platform.errors import ParleyError
from parley.platform.http.access import ANYONE, MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.messages import Message


@get("/t/{thread:str}/deck", name="statements:deck", opt={"who": ANYONE, "reading": True})
async def deck_page(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """Show the statements that are asked; to moderators also what they can merge or propose."""
    return await _show(request, await thread_at(thread))


async def _show(
    request: AnyRequest, row: ThreadRow, problem: Message | None = None, status: int = 200
) -> Response[Any]:
    viewer = viewer_of(request)
    curates = viewer is not None and viewer.access >= MODERATOR
    statements = await statements_of.candidates(row.id)
    deck = choose(statements)
    # A member does not read those whom they blocked here either; the deck is the same for everybody.
    seen = [statement for statement in statements if viewer is None or statement.author not in viewer.blocked]
    asked = [statement for statement in deck if statement in seen]
    others = sorted(
        (statement for statement in seen if statement not in deck),
        key=lambda statement: (-statement.bound, statement.comment),
    )
    context: dict[str, Any] = {
        "thread": row,
        "asked": asked,
        "others": others[: queries.MOST_LISTED],
        "texts": {statement.comment: statement.text for statement in seen},
        "without": await queries.without_statement(row.id) if curates else [],
        "curates": curates,
        "problem": problem,
    }
    return page(request, "moderation/statements/deck.html", status=status, **context)


@post("/c/{comment:str}/statement/merge", name="statements:merge", opt={"who": MODERATOR})
async def merge(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    viewer = staff(request)
    row = await comment_at(comment, viewer)
    form = Form(await posted_fields(request))
    kept = form.id("kept")
    try:
        await (ops.separate(viewer, row.id) if kept is None else ops.merge(viewer, row.id, kept))
    except ParleyError as error:
        return await _show(request, await thread_at(str(row.thread)), error.message, error.status)
    return Redirect(f"/t/{row.thread}/deck", status_code=303)


@get("/c/{comment:str}/statement/remove", name="statements:removal-form", opt={"who": MODERATOR})
async def removal_form(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    row = await comment_at(comment, staff(request))
    return page(request, "moderation/statements/remove.html", comment=row, form=Form({}), grounds=await grounds())


@post("/c/{comment:str}/statement/remove", name="statements:remove", opt={"who": MODERATOR})
async def remove(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    viewer = staff(request)
    row = await comment_at(comment, viewer)
    rules = await grounds()
    form = RemovalForm(await posted_fields(request), [ground.code for ground in rules])
    if not form.errors:
        with form.refusals():
            made = await ops.remove(viewer, row.id, form.rule, form.reason, form.confirmed)
            # There it can be undone.
            return Redirect(f"/c/{row.id}/moderate?done={made}", status_code=303)
    template = "moderation/statements/remove.html"
    return page(request, template, status=form.status, comment=row, form=form, grounds=rules)


handlers: list[object] = [deck_page, merge, removal_form, remove]
