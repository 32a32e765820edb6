"""Recording what a member has read."""

from litestar import post
from litestar.params import FromPath

from parley.discussion.threads import ops
from parley.platform.http.access import MEMBER, AnyRequest, signed_in
from parley.platform.http.forms import Form, posted_fields
from parley.platform.text.cleaning import as_id, as_ids

# A page shows no more comments.
MOST_SHOWN = 5_000


@post("/t/{thread:str}/seen", name="threads:seen", opt={"who": MEMBER, "without_token": True}, status_code=204)
async def seen(request: AnyRequest, thread: FromPath[str]) -> None:
    """Record that the member has this thread open, and where they read, for their next visit."""
    thread_id, form = as_id(thread), Form(await posted_fields(request))
    if thread_id is not None:
        await ops.record_visit(
            member=signed_in(request).id,
            thread_id=thread_id,
            passage=form.id("passage"),
            shown=as_ids(form.values["shown"], MOST_SHOWN) if "shown" in form.values else None,
            seq=form.id("seq") or 0,
        )


handlers: list[object] = [seen]
