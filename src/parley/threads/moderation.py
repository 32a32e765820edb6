"""Locking, unlocking and archiving a thread over HTTP. The full workbench is moderation's own feature."""

from typing import Any

from litestar import Request, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.core.access import MODERATOR, viewer_of
from parley.core.errors import NotFound, Refused
from parley.core.forms import Form, posted
from parley.core.text import as_id
from parley.threads import ops, queries

AnyRequest = Request[Any, Any, Any]


async def _set_state(request: AnyRequest, thread: str, state: str) -> Redirect:
    viewer, thread_id = viewer_of(request), as_id(thread)
    row = await queries.one(thread_id) if thread_id else None
    if viewer is None or row is None:
        raise NotFound("This thread does not exist.")
    form = Form(await posted(request))
    reason = form.text("reason", most=300)
    if form.errors:
        raise Refused(form.errors["reason"])
    await ops.set_state(viewer=viewer, thread_id=row.id, state=state, reason=reason)
    return Redirect(row.address, status_code=303)


@post("/t/{thread:str}/lock", name="threads:lock", opt={"who": MODERATOR})
async def lock(request: AnyRequest, thread: FromPath[str]) -> Redirect:
    return await _set_state(request, thread, "locked")


@post("/t/{thread:str}/unlock", name="threads:unlock", opt={"who": MODERATOR})
async def unlock(request: AnyRequest, thread: FromPath[str]) -> Redirect:
    return await _set_state(request, thread, "open")


@post("/t/{thread:str}/archive", name="threads:archive", opt={"who": MODERATOR})
async def archive(request: AnyRequest, thread: FromPath[str]) -> Redirect:
    return await _set_state(request, thread, "archived")


handlers = [lock, unlock, archive]
