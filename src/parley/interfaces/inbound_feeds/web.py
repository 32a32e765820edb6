"""The pages on which moderators decide on the entries of feeds, and admins add, change and pause feeds."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.extraction.errors import CannotImport
from parley.interfaces.inbound_feeds import ops, queries
from parley.interfaces.inbound_feeds.forms import LARGEST_LIST, FeedForm, ListForm, NewFeedForm
from parley.interfaces.inbound_feeds.ops import FeedUse
from parley.interfaces.inbound_feeds.queries import FeedRow
from parley.interfaces.inbound_feeds.rules import APPROVALS_NEEDED, MOST_A_DAY
from parley.interfaces.inbound_feeds.sandbox import read_opml
from parley.people.accounts.viewer import staff
from parley.platform.errors import NotFound, ParleyError
from parley.platform.http.access import ADMIN, MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

# A list of feeds, and the other fields of its form.
UPLOAD_LIMIT = LARGEST_LIST + 20_000


async def feed_at(number: str) -> FeedRow:
    """The feed at an address. Raises NotFound."""
    feed = as_id(number)
    row = await queries.one(feed) if feed else None
    if row is None:
        raise NotFound
    return row


@get("/mod/feeds", name="feeds:inbound-list", opt={"who": MODERATOR})
async def list_page(request: AnyRequest) -> Response[Any]:
    done = {name: as_id(request.query_params.get(name, "")) or 0 for name in ("added", "refused")}
    return await _list(request, Form({}), done=done)


async def _list(request: AnyRequest, form: Form, status: int = 200, **shown: Any) -> Response[Any]:
    context: dict[str, Any] = {
        "rows": await queries.all_feeds(),
        "form": form,
        "list_form": Form({}),
        "approvals_needed": APPROVALS_NEEDED,
    }
    context["done"] = {"added": 0, "refused": 0}
    return page(request, "interfaces/inbound_feeds/list.html", status=status, **(context | shown))


@post("/mod/feeds", name="feeds:inbound-add", opt={"who": ADMIN})
async def add(request: AnyRequest) -> Response[Any]:
    form = NewFeedForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            feed = await ops.add_feed(staff(request), form.url, _use(form))
            return Redirect(f"/mod/feeds/{feed}", status_code=303)
    return await _list(request, form, form.status)


@post("/mod/feeds/import", name="feeds:inbound-import", opt={"who": ADMIN}, request_max_body_size=UPLOAD_LIMIT)
async def import_list(request: AnyRequest) -> Response[Any]:
    """Add the feeds in an OPML file."""
    form, status = ListForm(await posted_fields(request)), 422
    try:
        addresses = await read_opml(form.opml) if not form.errors else []
        if not form.errors and not addresses:
            form.errors["file"] = N_("This is no OPML file with feeds.")
        if not form.errors:
            done = await ops.add_feeds(staff(request), addresses, _use(form))
            return Redirect(f"/mod/feeds?added={done.added}&refused={len(done.refused)}", status_code=303)
    except CannotImport as error:
        form.errors["file"] = error.message
    except ParleyError as error:
        form.errors["form"], status = error.message, error.status
    return await _list(request, Form({}), status, list_form=form)


def _use(form: FeedForm) -> FeedUse:
    return FeedUse(form.topic, form.mode, form.display, form.basis if form.display == "full" else "")


@get("/mod/feeds/{feed:str}", name="feeds:inbound-feed", opt={"who": MODERATOR})
async def feed_page(request: AnyRequest, feed: FromPath[str]) -> Response[Any]:
    row = await feed_at(feed)
    values = {"topic": row.topic, "auto": "1" if row.mode == "auto" else "", "basis": row.basis}
    return await _feed(request, row, Form(values | {"full": "1" if row.display == "full" else ""}))


async def _feed(request: AnyRequest, row: FeedRow, form: Form, status: int = 200) -> Response[Any]:
    waiting, others = await queries.waiting(row.id), await queries.others(row.id)
    return page(
        request,
        "interfaces/inbound_feeds/feed.html",
        status=status,
        feed=row,
        waiting=waiting,
        others=others,
        form=form,
        approvals_needed=APPROVALS_NEEDED,
        most_a_day=MOST_A_DAY,
    )


@post("/mod/feeds/{feed:str}", name="feeds:inbound-change", opt={"who": ADMIN})
async def change(request: AnyRequest, feed: FromPath[str]) -> Response[Any]:
    row, form = await feed_at(feed), FeedForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await ops.change_feed(staff(request), row.id, _use(form))
            return _back(row)
    return await _feed(request, row, form, form.status)


def _back(row: FeedRow) -> Redirect:
    return Redirect(f"/mod/feeds/{row.id}", status_code=303)


@post("/mod/feeds/{feed:str}/pause", name="feeds:inbound-pause", opt={"who": ADMIN})
async def pause(request: AnyRequest, feed: FromPath[str]) -> Redirect:
    """Pause a feed (`on=1`), or start it again."""
    row = await feed_at(feed)
    switch = ops.pause_feed if Form(await posted_fields(request)).flag("on") else ops.start_feed
    await switch(staff(request), row.id)
    return _back(row)


@post("/mod/feeds/{feed:str}/fetch", name="feeds:inbound-fetch", opt={"who": MODERATOR})
async def fetch(feed: FromPath[str]) -> Redirect:
    row = await feed_at(feed)
    await ops.fetch_soon(row.id)
    return _back(row)


@post("/mod/feeds/{feed:str}/remove", name="feeds:inbound-remove", opt={"who": ADMIN})
async def remove(request: AnyRequest, feed: FromPath[str]) -> Redirect:
    row = await feed_at(feed)
    await ops.remove_feed(staff(request), row.id)
    return Redirect("/mod/feeds", status_code=303)


@post("/mod/feeds/{feed:str}/make", name="feeds:inbound-make-all", opt={"who": MODERATOR})
async def make_all(request: AnyRequest, feed: FromPath[str]) -> Redirect:
    """Approve all entries that wait."""
    row = await feed_at(feed)
    await ops.approve(staff(request), row.id)
    return _back(row)


@post("/mod/feeds/{feed:str}/skip", name="feeds:inbound-skip-all", opt={"who": MODERATOR})
async def skip_all(request: AnyRequest, feed: FromPath[str]) -> Redirect:
    """Skip all entries that wait."""
    row = await feed_at(feed)
    await ops.skip(staff(request), row.id)
    return _back(row)


@post("/mod/feeds/{feed:str}/{entry:str}/make", name="feeds:inbound-make", opt={"who": MODERATOR})
async def make(request: AnyRequest, feed: FromPath[str], entry: FromPath[str]) -> Redirect:
    row = await feed_at(feed)
    await ops.approve(staff(request), row.id, [as_id(entry) or 0])
    return _back(row)


@post("/mod/feeds/{feed:str}/{entry:str}/skip", name="feeds:inbound-skip", opt={"who": MODERATOR})
async def skip(request: AnyRequest, feed: FromPath[str], entry: FromPath[str]) -> Redirect:
    row = await feed_at(feed)
    await ops.skip(staff(request), row.id, [as_id(entry) or 0])
    return _back(row)


handlers: list[object] = [
    list_page,
    add,
    import_list,
    feed_page,
    change,
    pause,
    fetch,
    remove,
    make_all,
    skip_all,
    make,
    skip,
]
