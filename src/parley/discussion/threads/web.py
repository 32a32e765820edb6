"""Publishing an import as a thread, and recording what a member has read."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.articles.imports.forms import PublishForm
from parley.articles.imports.ops import decode, with_facts
from parley.articles.imports.preview import preview
from parley.articles.imports.web import own_import
from parley.discussion.threads import opening, reading
from parley.people.accounts.viewer import signed_in
from parley.platform.http.access import MEMBER, VERIFIED, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.text.cleaning import as_id, as_ids

# Comments that one request may mark as read. A page shows no more.
MOST_READ = 1_000


@post("/new/{number:str}", name="threads:publish", opt={"who": VERIFIED})
async def publish(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    """Open the thread of an import. If the article has a thread already, the import's page says so."""
    draft, viewer = await own_import(request, number), signed_in(request)
    if draft.state == "published":
        return Redirect(f"/t/{draft.thread}", status_code=303)
    if draft.state != "ready":
        return Redirect(f"/new/{draft.id}", status_code=303)
    form = PublishForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            text = with_facts(decode(draft.draft or b""), form)
            thesis = form.thesis if "thesis" in form.values else draft.thesis
            opened = await opening.publish_import(
                import_id=draft.id, text=text, topic=form.topic, starter=viewer.id, thesis=thesis
            )
            return Redirect(opened.address if opened.is_new else f"/new/{draft.id}", status_code=303)
    return await preview(request, draft, form, form.status)


@post("/t/{thread:str}/seen", name="threads:seen", opt={"who": MEMBER, "without_token": True}, status_code=204)
async def seen(request: AnyRequest, thread: FromPath[str]) -> None:
    """Record that the member has this thread open, where they read, and which comments they have read."""
    thread_id, form = as_id(thread), Form(await posted_fields(request))
    if thread_id is not None:
        member = signed_in(request).id
        await reading.open_thread(member, thread_id, passage=form.id("passage"), seq=form.id("seq") or 0)
        await reading.mark_read(member, thread_id, as_ids(form.values.get("read", ""), MOST_READ))


handlers: list[object] = [publish, seen]
