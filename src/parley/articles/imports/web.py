"""Importing an article: the form and its progress, another encoding; and the pictures of articles."""

import re
from collections.abc import Iterator
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from multipart import MultipartPart  # type: ignore[import-untyped]

from parley.articles.articles import queries
from parley.articles.articles.duplicates import find_similar
from parley.articles.articles.ops import find_article, has_same_text
from parley.articles.imports import ops as imports
from parley.articles.imports.forms import NewForm, PublishForm
from parley.articles.imports.ops import decode
from parley.articles.imports.preview import preview
from parley.articles.revisions.updating import as_update
from parley.extraction.limits import most_bytes
from parley.extraction.text.decoding import ENCODING_NAMES
from parley.people.accounts.viewer import signed_in
from parley.platform.concurrency import in_thread
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, VERIFIED, AnyRequest, address_of
from parley.platform.http.forms import Form, make_form, posted_fields
from parley.platform.http.pages import page, wants_fragment
from parley.platform.ratelimit import IMPORT, take_each, take_volume
from parley.platform.text.cleaning import BadText, as_id, clean
from parley.platform.text.messages import N_, deserialize

# Larger than LARGEST_PDF, so that a file above that limit is refused with a message and not by a closed connection.
UPLOAD_LIMIT = 24_000_000
PART = 262_144  # bytes of a file that are in memory at once
DIGEST = re.compile("[0-9a-f]{64}")
# Only the browser may cache it: no shared cache may serve a picture that was taken down.
FOREVER = "private, max-age=31536000, immutable"


@get("/new", name="articles:new-form", opt={"who": VERIFIED})
async def new_form(request: AnyRequest) -> Response[Any]:
    """The empty form or, with `again`, the input of an earlier import of the member."""
    number = as_id(request.query_params.get("again", ""))
    former = await imports.of_member(number, signed_in(request).id) if number else None
    asked = request.query_params.get("url", "")
    form: dict[str, Any] = {
        "source": "url",
        "url": asked,
        "text": "",
        "title": "",
        "topic": "",
        "thesis": "",
        "errors": {},
    }
    if former is not None:
        text = (former.given or b"").decode() if former.source == "text" else ""
        url = former.url if former.source != "file" else ""
        form |= {"source": former.source, "url": url, "text": text, "title": former.title, "topic": former.topic}
        form |= {"thesis": former.thesis}
    return page(request, "articles/new.html", form=form)


@post("/new", name="articles:new", opt={"who": VERIFIED}, request_max_body_size=UPLOAD_LIMIT)
async def new(request: AnyRequest) -> Response[Any]:
    viewer = signed_in(request)
    data = await posted_fields(request)
    form = await make_form(NewForm, data)
    name, given, upload = _submitted_source(data, form)
    size = upload.size if upload else len(given or b"")
    if not form.errors:
        with form.refusals():
            await take_each(IMPORT, viewer.id, address_of(request))
            await take_volume(viewer.id, size)
    if form.errors:
        typed = {name: form.values.get(name, "") for name in ("url", "text", "title", "thesis", "again")}
        shown = {"source": form.source, "topic": form.topic, "errors": form.errors, **typed}
        return page(request, "articles/new.html", status=form.status, form=shown)
    former = await imports.of_member(as_id(data.get("again", "")) or 0, viewer.id)
    import_id = await imports.request_import(
        member=viewer.id,
        source=form.source,
        url=name,
        given=given,
        parts=_parts(upload) if upload else (),
        title=form.title,
        topic=form.topic,
        thesis=form.thesis or "",
        draft=former.draft if former is not None and former.state == "failed" and form.source == "text" else None,
    )
    return Redirect(f"/new/{import_id}", status_code=303)


def _submitted_source(data: Any, form: NewForm) -> tuple[str | None, bytes | None, MultipartPart | None]:
    """The address or file name, the pasted bytes, and the uploaded file, as this kind of import has them."""
    if form.source == "url":
        return form.url, None, None
    if form.source == "text":
        return form.url, form.text_.encode(), None
    upload = data.get("file")
    if not isinstance(upload, MultipartPart):
        form.errors["file"] = N_("Please choose a file.")
        return None, None, None
    most = most_bytes(next(_parts(upload), b""))
    if upload.size > most:
        form.errors["file"] = N_("This is larger than {megabytes} MB. Paste the text instead.").format(
            megabytes=most // 1_000_000
        )
    try:
        return clean(upload.filename, lines=False), None, upload
    except BadText:
        form.errors["file"] = N_("The name of this file has a character that cannot be stored. Please rename it.")
        return None, None, None


def _parts(upload: MultipartPart) -> Iterator[bytes]:
    """The bytes of an uploaded file, a part at a time."""
    upload.file.seek(0)
    while part := upload.file.read(PART):
        yield part


async def own_import(request: AnyRequest, number: str) -> imports.Import:
    """The viewer's import with this number. Raises NotFound for another member's."""
    import_id = as_id(number)
    draft = await imports.of_member(import_id, signed_in(request).id) if import_id else None
    if draft is None:
        raise NotFound
    return draft


@get("/new/{number:str}", name="articles:import", opt={"who": VERIFIED})
async def progress(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    """The progress of an import and, once it is read, the preview of its article."""
    draft = await own_import(request, number)
    if draft.state == "ready" and wants_fragment(request):
        # The preview is another page, not a fragment of this one.
        return Response(None, headers={"HX-Refresh": "true"})
    known = await existing(draft) if draft.state == "ready" else None
    if known is not None and (known["elsewhere"] is None or "separate" not in request.query_params):
        return page(request, "articles/known.html", again=draft.id, **known)
    if draft.state == "ready":
        return await preview(request, draft, PublishForm({"topic": draft.topic, "thesis": draft.thesis}))
    url = f"/t/{draft.thread}" if draft.state == "published" else draft.url
    return page(
        request,
        "articles/import.html",
        "progress",
        state=draft.state,
        message=deserialize(draft.message),
        url=url,
        again=draft.id,
        source=draft.source,
        title=draft.title,
        topic=draft.topic,
        partly=decode(draft.draft) if draft.state == "failed" and draft.draft else None,
    )


async def existing(draft: imports.Import) -> dict[str, Any] | None:
    """The discussion that an import's article has already, and whether its text is the same."""
    text = await in_thread(decode, draft.draft or b"")
    number = await find_article(text)
    elsewhere = number is None
    number = await find_similar(text.fingerprint) if elsewhere else number
    discussion = await queries.discussion_of(number) if number is not None else None
    article = await queries.of_thread(discussion.id) if discussion is not None else None
    if article is None:
        return None
    if elsewhere:
        return {"discussion": discussion, "elsewhere": article.address or "", "same": False}
    update = await as_update(article, text)
    return {
        "discussion": discussion,
        "elsewhere": None,
        "frozen": article.is_frozen,
        "is_excerpt": article.display == "excerpt",
        "same": await has_same_text(article.id, update.text) and not update.merged.conflicts,
    }


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
        return await preview(request, draft, shown, 422)
    if form.encoding and draft.state == "ready" and decode(draft.draft or b"").encoding:
        await take_each(IMPORT, signed_in(request).id, address_of(request))
        await imports.choose_encoding(draft.id, form.encoding)
    return Redirect(f"/new/{draft.id}", status_code=303)


@get("/media/{digest:str}", name="articles:media", opt={"who": ANYONE})
async def media(digest: FromPath[str]) -> Response[bytes]:
    picture = await queries.media(digest) if DIGEST.fullmatch(digest) else None
    if picture is None:
        raise NotFound
    headers = {"Cache-Control": FOREVER, "Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(picture.data, media_type=picture.mime, headers=headers)


handlers: list[object] = [new_form, new, progress, read_again, media]
