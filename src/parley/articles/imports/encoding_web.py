"""Reading an import again in the encoding that its member chose, where its letters read wrong."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.articles.imports import imports
from parley.articles.imports.drafts import decode
from parley.articles.imports.forms import PublishForm
from parley.articles.imports.web import own_import, preview
from parley.extraction.text.decoding import ENCODING_NAMES
from parley.platform.http.access import VERIFIED, AnyRequest, address_of, signed_in
from parley.platform.http.forms import Form, posted_fields
from parley.platform.ratelimit import IMPORT, take_each


class EncodingForm(Form):
    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.encoding = self.choice("encoding", tuple(ENCODING_NAMES))


@post("/new/{number:str}/encoding", name="articles:encoding", opt={"who": VERIFIED})
async def read_again(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    """Read an import again. Its page shows the progress and then the new preview."""
    draft = await own_import(request, number)
    form = EncodingForm(await posted_fields(request))
    if form.errors:
        shown = PublishForm({"topic": draft.topic})
        shown.errors = form.errors
        return preview(request, draft, shown, 422)
    if form.encoding and draft.state == "ready" and decode(draft.draft or b"").encoding:
        await take_each(IMPORT, signed_in(request).id, address_of(request))
        await imports.choose_encoding(draft.id, form.encoding)
    return Redirect(f"/new/{draft.id}", status_code=303)


handlers: list[object] = [read_again]
