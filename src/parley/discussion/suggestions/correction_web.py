"""Suggesting a correction of one passage over HTTP."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.articles.articles import queries as articles
from parley.articles.articles import versions
from parley.articles.imports.forms import LONGEST_REASON
from parley.discussion.suggestions import corrections
from parley.discussion.threads import queries
from parley.discussion.threads.revision_web import thread_and_article
from parley.platform.errors import ParleyError
from parley.platform.http.access import VERIFIED, AnyRequest, address_of, signed_in
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.ratelimit import POST, take_each, take_volume
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

LONGEST_PASSAGE = 40_000


@get("/t/{thread:str}/correct", name="threads:correct-form", opt={"who": VERIFIED})
async def correct_form(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """The form to correct a passage; without one, the passages to choose from."""
    row, article = await thread_and_article(thread)
    form = Form({"passage": request.query_params.get("passage", "")})
    chosen = await corrections.passage(article, as_id(form.values["passage"]))
    if chosen is not None:
        form.values["text"] = await corrections.source(article, chosen)
    return await _page(request, row, article, form)


@post("/t/{thread:str}/correct", name="threads:correct", opt={"who": VERIFIED})
async def correct(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    """Suggest a correction to whoever may edit the article."""
    row, article = await thread_and_article(thread)
    form = Form(await posted_fields(request))
    missing = N_("A correction needs a text. To suggest removing the passage, say so in a comment.")
    text = form.text("text", most=LONGEST_PASSAGE, least=1, missing=missing, lines=True)
    correction = corrections.Correction(form.id("passage") or 0, text, form.text("reason", most=LONGEST_REASON))
    status = 422
    if not form.errors:
        try:
            await take_each(POST, signed_in(request).id, address_of(request))
            await take_volume(signed_in(request).id, len(text.encode()))
            suggestion = await corrections.suggest(viewer=signed_in(request), thread_id=row.id, correction=correction)
            return Redirect(f"/t/{row.id}/updates/{suggestion}", status_code=303)
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
    return await _page(request, row, article, form, status)


async def _page(
    request: AnyRequest, row: queries.ThreadRow, article: articles.ArticleRow, form: Form, status: int = 200
) -> Response[Any]:
    chosen = await corrections.passage(article, as_id(form.values.get("passage", "")))
    return page(
        request,
        "articles/correct.html",
        status=status,
        thread=row,
        article=article,
        chosen=chosen,
        passages=[] if chosen else await versions.readable(article.revision_id),
        text=form.values.get("text", ""),
        reason=form.values.get("reason", ""),
        errors=form.errors,
    )


handlers: list[object] = [correct_form, correct]
