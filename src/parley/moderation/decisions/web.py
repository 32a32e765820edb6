"""Thread actions: lock, unlock, slow mode, archive."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import thread_at
from parley.moderation.decisions import thread_actions
from parley.platform.errors import Refused
from parley.platform.http.access import MODERATOR, AnyRequest, staff
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import fragment, wants_fragment

LONGEST_REASON = 300


async def _act(request: AnyRequest, thread: str, action: str) -> Response[Any]:
    row = await thread_at(thread)
    form = Form(await posted_fields(request))
    reason = form.text("reason", most=LONGEST_REASON)
    if form.errors:
        raise Refused(form.errors["reason"])
    await thread_actions.act(staff(request), row.id, action, reason)
    if wants_fragment(request):
        return fragment(request, "moderation/decisions/thread_changed.html", thread=await thread_at(thread))
    return Redirect(row.address, status_code=303)


@post("/t/{thread:str}/lock", name="moderation:lock", opt={"who": MODERATOR}, status_code=200)
async def lock(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _act(request, thread, "lock")


@post("/t/{thread:str}/unlock", name="moderation:unlock", opt={"who": MODERATOR}, status_code=200)
async def unlock(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _act(request, thread, "unlock")


@post("/t/{thread:str}/slow", name="moderation:slow", opt={"who": MODERATOR}, status_code=200)
async def slow(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _act(request, thread, "slow")


@post("/t/{thread:str}/archive", name="moderation:archive", opt={"who": MODERATOR}, status_code=200)
async def archive(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    return await _act(request, thread, "archive")


handlers: list[object] = [lock, unlock, slow, archive]
