"""Where people stand: the map beside an article, the overview of all threads, and how it is worked out."""

from typing import Any

from litestar import Response, get
from litestar.params import FromQuery

from parley.discussion.comment_tree.view import ThreadView
from parley.discussion.comments.published_answers import ROUNDED, STEP
from parley.discussion.opinion_map import display, queries
from parley.discussion.opinion_map.published import ENOUGH_ANSWERS
from parley.discussion.statements import queries as statements
from parley.discussion.statements.deck import StatementCandidate
from parley.discussion.thesis import queries as theses
from parley.discussion.thesis.display import thesis_of_viewer
from parley.interfaces.pages.home import topic_at
from parley.letters.notifications import queries as notifications
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform.cache import PAGE_SECONDS, MicroCache
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.members_first import visitors_turn
from parley.platform.http.pages import Finished, page, page_size, render, respond, wants_fragment

# Nobody answers more in one sitting.
MOST_WAITING = 10
TEMPLATE = "discussion/opinion_map/thread.html"

_pages: MicroCache[Finished] = MicroCache("stand", PAGE_SECONDS, size=page_size)


async def show(request: AnyRequest, shown: ThreadView, shared: dict[str, Any]) -> Response[Any]:
    """Show a thread's map instead of its comments. `shared` is the context of the thread's page for everybody."""
    viewer = viewer_of(request)
    table = request.query_params.get("as") == "table"
    if viewer is not None or wants_fragment(request):
        # Where a member stands is on this page: it is cached nowhere.
        context = shared | await _context(shown, viewer, table=table)
        return page(request, TEMPLATE, "discussion", headers={"Cache-Control": "no-store"}, **context)
    return respond(request, await _pages.get((shown, table), lambda: _whole_page(shown, shared, table=table)))


async def _whole_page(shown: ThreadView, shared: dict[str, Any], *, table: bool) -> Finished:
    async with visitors_turn():
        return Finished(render(TEMPLATE, viewer=None, **(shared | await _context(shown, None, table=table))))


async def _context(shown: ThreadView, viewer: Viewer | None, *, table: bool) -> dict[str, Any]:
    only = shown.discussion.query.passage
    lineages = [row.lineage for row in shown.rows]
    tab = await display.tab(shown.thread.id, lineages, viewer, only if isinstance(only, int) else None)
    waiting = await _waiting(shown.thread.id, viewer)
    following = await notifications.following(viewer.id, shown.thread.id) if viewer else None
    address = f"{shown.thread.address}?view=stand"
    values = {"tab": tab, "table": table, "waiting": waiting, "following": following}
    if viewer is not None:
        values |= thesis_of_viewer(shown, viewer, await theses.of_member(viewer.id, shown.thread.id))
    return values | {"view": "stand", "path": address, "stand_at": address}


async def _waiting(thread: int, viewer: Viewer | None) -> list[StatementCandidate]:
    """Return statements that the viewer can be asked, at most MOST_WAITING."""
    deck = await statements.deck(thread)
    if viewer is not None:
        deck = await statements.left_for(viewer.id, deck, await statements.answers_of(viewer.id, thread))
    return deck[:MOST_WAITING]


@get("/perspectives", name="perspectives:overview", opt={"who": ANYONE, "reading": True})
async def overview_page(request: AnyRequest, topic: FromQuery[str] = "") -> Response[Any]:
    """Show the newest common ground and the statements to answer, of all topics or of one."""
    chosen = await topic_at(topic) if topic else None
    slug = chosen.slug if chosen else None
    groups = queries.by_topic(await queries.common_ground(slug, viewer_of(request)))
    decks = await queries.decks(slug)
    return page(request, "discussion/opinion_map/overview.html", topic=chosen, groups=groups, decks=decks)


@get("/perspectives/how", name="perspectives:how", opt={"who": ANYONE, "reading": True})
async def how(request: AnyRequest) -> Response[Any]:
    """Explain what the tab shows and how it is worked out, for readers first."""
    return page(
        request,
        "discussion/opinion_map/how.html",
        step=STEP,
        least_answers=ENOUGH_ANSWERS,
        rounded=ROUNDED,
        enough=display.TYPICAL_MEMBERS,
        answers_each=display.TYPICAL_ANSWERS,
        asked_a_day=queries.MOST_ASKED_A_DAY,
    )


handlers: list[object] = [overview_page, how]
