"""Publishing an import as a thread, over HTTP."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.articles.imports.drafts import decode, with_facts
from parley.articles.imports.forms import PublishForm
from parley.articles.imports.web import own_import, preview
from parley.discussion.threads import opening
from parley.platform.errors import ParleyError
from parley.platform.http.access import VERIFIED, AnyRequest, signed_in
from parley.platform.http.forms import posted_fields


@post("/new/{number:str}", name="threads:publish", opt={"who": VERIFIED})
async def publish(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    """Open the thread of an import. If the article has a thread already, the import's page says so."""
    draft, viewer = await own_import(request, number), signed_in(request)
    if draft.state == "published":
        return Redirect(f"/t/{draft.thread}", status_code=303)
    if draft.state != "ready":
        return Redirect(f"/new/{draft.id}", status_code=303)
    form = PublishForm(await posted_fields(request))
    status = 422
    if not form.errors:
        try:
            text = with_facts(decode(draft.draft or b""), form)
            opened = await opening.publish_import(import_id=draft.id, text=text, topic=form.topic, starter=viewer.id)
            return Redirect(opened.address if opened.is_new else f"/new/{draft.id}", status_code=303)
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
    return preview(request, draft, form, status)


handlers: list[object] = [publish]
