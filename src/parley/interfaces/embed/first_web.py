"""The panel of an article that has no thread yet, and its first comment, over HTTP."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parley.discussion.commenting.forms import LONGEST_BODY
from parley.interfaces.embed import first_comments, queries
from parley.interfaces.embed.first_comments import OwnFirstComment
from parley.interfaces.embed.forms import FirstCommentForm
from parley.interfaces.embed.panel import PanelQuery
from parley.interfaces.embed.panel_web import author, framed_page, path_of
from parley.interfaces.embed.rules import SiteRow
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import ANYONE, AnyRequest, address_of
from parley.platform.http.forms import make_form, posted_fields
from parley.platform.limit import Use
from parley.platform.ratelimit import IMPORT, OPEN_SITE_DAY, OPEN_SITE_HOUR, POST, each, take_all
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import deserialize


@get("/embed/new", name="embed:first", opt={"who": ANYONE, "reading": True})
async def show(request: AnyRequest, site: FromQuery[str] = "", url: FromQuery[str] = "") -> Response[Any]:
    """Show the form for the first comment on an article. Opening it creates nothing."""
    site_row = await _site_of(site, url)
    known = (await queries.threads_at([url])).get(url)
    if known is not None:
        return Redirect(path_of(PanelQuery(known.id), site_row), status_code=303)
    try:
        await queries.require_not_removed(url)
    except Refused as refusal:
        return framed_page(request, site_row, "interfaces/embed/refused.html", refusal.status, message=refusal.message)
    return _page(request, site_row, url)


async def _site_of(site: str, url: str) -> SiteRow:
    site_row = await queries.site(site)
    if not queries.is_address(url) or not site_row.has(url):
        raise NotFound
    return site_row


def _page(
    request: AnyRequest, site: SiteRow, url: str, status: int = 200, form: FirstCommentForm | None = None
) -> Response[Any]:
    return framed_page(
        request, site, "interfaces/embed/first.html", status, url=url, form=form, submission=str(uuid4())
    )


@post("/embed/new", name="embed:post-first", opt={"who": ANYONE}, request_max_body_size=LONGEST_BODY)
async def post_first(request: AnyRequest, site: FromQuery[str] = "", url: FromQuery[str] = "") -> Response[Any]:
    """Store the comment until the worker has fetched the article, and redirect to the page that shows its state."""
    site_row = await _site_of(site, url)
    form = await make_form(FirstCommentForm, await posted_fields(request))
    if not form.errors:
        with form.refusals():
            viewer = author(request)
            await take(viewer, site_row, address_of(request))
            number = await first_comments.store(viewer, site_row, url, form)
            return Redirect(f"/embed/first/{number}?{urlencode({'site': site_row.key})}", status_code=303)
    return _page(request, site_row, url, form.status, form)


async def take(viewer: Viewer, site: SiteRow, address: str) -> None:
    """Count a first comment against the limits of posts, of fetched pages, and of its site. Raises TooMany."""
    of_site = [Use(OPEN_SITE_HOUR, site.key), Use(OPEN_SITE_DAY, site.key)]
    await take_all([*each(POST, viewer.id, address), *each(IMPORT, viewer.id, address), *of_site])


@get("/embed/first/{number:str}", name="embed:waiting", opt={"who": ANYONE})
async def waiting(request: AnyRequest, number: FromPath[str], site: FromQuery[str] = "") -> Response[Any]:
    """Show its author the state of a first comment, and the discussion once it is posted."""
    site_row, viewer, wanted = await queries.site(site), viewer_of(request), as_id(number)
    own = await first_comments.of_member(wanted, viewer.id, site_row.key) if viewer and wanted else None
    if own is None:
        raise NotFound
    if own.thread is not None:
        at = f"#c{own.comment}" if own.comment else ""
        return Redirect(path_of(PanelQuery(own.thread), site_row, at), status_code=303)
    message = deserialize(own.message) if own.message else ""
    return framed_page(
        request, site_row, "interfaces/embed/waiting.html", own=own, message=message, form=_form_again(own)
    )


def _form_again(own: OwnFirstComment) -> FirstCommentForm:
    """Return the form with what was typed, to be sent once more."""
    return FirstCommentForm({"body": own.body, "stance": own.stance, "assisted": "1" if own.assisted else None})


handlers: list[object] = [show, post_first, waiting]
