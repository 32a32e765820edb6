"""Thread actions: lock, unlock, slow mode, archive."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import thread_at
from parley.moderation.decisions import thread_actions
from parley.moderation.decisions.forms import LONGEST_ADDRESS
from parley.moderation.decisions.rules import ACTIONS
from parley.people.accounts.viewer import staff
from parley.platform.errors import Refused
from parley.platform.http.access import ROOM_MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import fragment, wants_fragment

LONGEST_REASON = 300


@post(
    [f"/t/{{thread:str}}/{action}" for action in ("lock", "unlock", "slow", "archive")],
    name="moderation:thread-action",
    opt={"who": ROOM_MODERATOR},
    status_code=200,
)
async def act(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """Carry out the action that ends the address."""
    row = await thread_at(thread)
    form = Form(await posted_fields(request))
    reason = form.text("reason", most=LONGEST_REASON)
    if form.errors:
        raise Refused(form.errors["reason"])
    action, title = request.url.path.rpartition("/")[2], form.text("title", most=LONGEST_ADDRESS)
    made = await thread_actions.act(staff(request), row.id, action, reason, title)
    if wants_fragment(request):
        done = {"decision": made, "done": [ACTIONS[action].done]} if made else None
        return fragment(request, "moderation/decisions/thread_changed.html", thread=await thread_at(thread), done=done)
    # There it can be undone.
    return Redirect(f"/t/{row.id}/moderate?done={made}" if made else row.address, status_code=303)


handlers: list[object] = [act]
