"""Publishing an import as a thread, and the article's revisions, over HTTP."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from markupsafe import Markup

from parley.articles import queries as articles
from parley.articles.drafts import decode, mended
from parley.articles.forms import PublishForm
from parley.articles.web import member_of, own_import, preview
from parley.core.access import ANYONE, VERIFIED
from parley.core.diff import marked_paragraphs
from parley.core.errors import NotFound, ParleyError
from parley.core.forms import posted
from parley.core.pages import page
from parley.core.text import as_id
from parley.threads import ops, queries

AnyRequest = Request[Any, Any, Any]


@post("/new/{number:str}", name="threads:publish", opt={"who": VERIFIED})
async def publish(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    """Open the thread of an import that was read; its address may lead to the one there is already."""
    found, viewer = await own_import(request, number), member_of(request)
    if found.state == "published" and not found.message:
        return Redirect(f"/t/{found.thread}", status_code=303)
    if found.state != "ready":
        return Redirect(f"/new/{found.id}", status_code=303)
    form = PublishForm(await posted(request))
    status = 422
    if not form.errors:
        try:
            text = mended(decode(found.draft or b""), title=form.title, byline=form.byline)
            opened = await ops.publish_import(import_id=found.id, text=text, topic=form.topic, starter=viewer)
            return Redirect(f"/new/{found.id}" if opened.left else opened.address, status_code=303)
        except ParleyError as error:
            form.errors["form"], status = str(error), error.status
    return preview(request, found, form, status)


@get("/t/{thread:str}/revisions", name="threads:revisions", opt={"who": ANYONE})
async def revisions(request: AnyRequest, thread: FromPath[str], to: FromQuery[str] = "") -> Response[Any]:
    """The versions of a thread's article, and the difference between two of them."""
    thread_id = as_id(thread)
    row = await queries.one(thread_id) if thread_id else None
    article = await articles.of_thread(row.id) if row else None
    if row is None or article is None:
        raise NotFound("This thread does not exist.")
    known = {one.number: one for one in await articles.revisions(article.id)}
    last = max(known)
    newer = _number(to, known, last)
    older = _number(request.query_params.get("from", ""), known, max(1, last - 1))
    diff = await _difference(known[older].id, known[newer].id) if older != newer else None
    return page(
        request,
        "articles/revisions.html",
        thread=row,
        article=article,
        revisions=list(known.values()),
        from_=older,
        to=newer,
        diff_html=diff,
    )


def _number(raw: str, known: dict[int, articles.RevisionRow], default: int) -> int:
    number = as_id(raw)
    return number if number is not None and number in known else default


async def _difference(older: int, newer: int) -> Markup:
    return marked_paragraphs(await articles.texts(older), await articles.texts(newer))


handlers = [publish, revisions]
