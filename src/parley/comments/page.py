"""The page of one thread: the article and its discussion beside each other."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery

from parley.comments import queries, view
from parley.comments.tree import SORTS
from parley.core.access import ANYONE, Viewer, viewer_of
from parley.core.cache import MicroCache
from parley.core.errors import NotFound
from parley.core.pages import Finished, finish, page, render, sent, wants_fragment
from parley.core.settings import settings
from parley.core.text import as_id
from parley.threads import queries as threads
from parley.votes import queries as votes

AnyRequest = Request[Any, Any, Any]

_pages: MicroCache[Finished] = MicroCache(view.SECONDS)


@get(["/t/{thread:str}", "/t/{thread:str}/{slug:str}"], name="comments:thread", opt={"who": ANYONE})
async def show(
    request: AnyRequest,
    thread: FromPath[str],
    sort: FromQuery[str] = "best",
    passage: FromQuery[str] = "",
    focus: FromQuery[str] = "",
) -> Response[Any]:
    """A thread: the article and its discussion. The slug is for people; any slug answers."""
    place = await _place(thread, sort, passage, focus)
    viewer = viewer_of(request)
    shown = await view.thread_view(place, fresh=viewer is not None)
    if wants_fragment(request):
        return page(request, "threads/page.html", "discussion", **await _context(shown, viewer))
    # Kept by the view it shows, so that it grows no older than that.
    return sent(request, await _pages.get((shown, viewer), lambda: _whole(shown, viewer)))


async def _place(thread: str, sort: str, passage: str, focus: str) -> view.Place:
    thread_id = as_id(thread)
    if thread_id is None:
        raise NotFound("This thread does not exist.")
    sort = sort if sort in SORTS else "best"
    focused = as_id(focus)
    if focused is not None:
        row = await queries.one(focused)
        focused = focused if row is not None and row.thread == thread_id else None
    return view.Place(thread_id, sort, as_id(passage), focused)


async def _whole(shown: view.ThreadView, viewer: Viewer | None) -> Finished:
    """The page for everybody who is not signed in, or for one member: made once, kept for a moment."""
    context = await _context(shown, viewer)
    return finish(render("threads/page.html", viewer=viewer, **context))


async def _context(shown: view.ThreadView, viewer: Viewer | None) -> dict[str, Any]:
    if viewer is None:
        return _shared(shown, view.comments_html(shown.discussion))
    own = await votes.own_in_thread(viewer.id, shown.thread.id)
    new_since = await threads.last_visit(viewer.id, shown.thread.id)
    return _shared(shown, view.comments_html(shown.discussion, viewer, own, new_since))


def _shared(shown: view.ThreadView, comments_html: Any) -> dict[str, Any]:
    place, thread = shown.discussion.place, shown.thread
    return {
        "thread": thread,
        "path": thread.address,
        "article": shown.article,
        "passages_html": shown.passages,
        "comments_html": comments_html,
        "canonical": f"{settings().base_url}{thread.address}",
        "sort": place.sort,
        "sorts": SORTS,
        "focus": place.focus,
        "passage": place.passage,
        "next_url": shown.discussion.next_url,
        "live_from": thread.last_seq,
        "form": view.new_form(thread.id, passage=place.passage),
    }


handlers = [show]
