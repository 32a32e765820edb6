"""Voting, with htmx or a plain form."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.votes import ops
from parley.people.accounts.viewer import signed_in
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import fragment, wants_fragment
from parley.platform.http.return_paths import came_from
from parley.platform.ratelimit import VOTE
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_, join


class VoteForm(Form):
    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.axis = self.choice("axis", ops.AXES) or "quality"
        raw = self.choice("value", ("-1", "0", "1"))
        # Quality 0 deletes the vote. Agreement 0 is "unsure", and an empty value deletes it.
        self.value = None if raw is None or (raw == "0" and self.axis == "quality") else int(raw)


@post("/c/{comment:str}/vote", name="votes:cast", opt={"who": MEMBER, "limits": VOTE})
async def cast(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    comment_id = as_id(comment)
    if comment_id is None:
        raise NotFound(N_("This comment does not exist."))
    form = VoteForm(await posted_fields(request))
    if form.errors:
        raise Refused(join(" ", form.errors.values()))
    viewer = signed_in(request)
    result = await ops.cast_vote(viewer=viewer, comment=comment_id, axis=form.axis, value=form.value)
    if not wants_fragment(request):
        path = came_from(request)
        thread_page = f"{path}#c{comment_id}" if path.startswith("/t/") else f"/c/{comment_id}"
        return Redirect(thread_page, status_code=303)
    return fragment(request, "discussion/comments/_votes.html", comment=result, viewer_state=result.viewer_state)


handlers = [cast]
