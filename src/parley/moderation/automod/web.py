"""Withdrawing a comment that waits for a moderator."""

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.comments.queries import state_of
from parley.moderation.automod import holds
from parley.people.accounts.viewer import signed_in
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_


@post("/c/{comment:str}/withdraw", name="comments:withdraw", opt={"who": MEMBER})
async def withdraw(request: AnyRequest, comment: FromPath[str]) -> Redirect:
    state = await state_of(as_id(comment) or 0)
    if state is None:
        raise NotFound(N_("This comment does not exist."))
    await holds.withdraw(signed_in(request), state.id)
    return Redirect(f"/t/{state.thread}#held{state.id}", status_code=303)


handlers: list[object] = [withdraw]
