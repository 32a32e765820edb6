"""The home page, and remembering what a member has read."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from parley.core.access import ANYONE, MEMBER, Viewer, viewer_of
from parley.core.cache import KEPT_SECONDS, MicroCache, struct_bytes
from parley.core.errors import NotFound
from parley.core.forms import Form, posted
from parley.core.pages import Finished, base_context, finish, page, render, sent, wants_fragment
from parley.core.text import as_id
from parley.notices.queries import topic_level
from parley.threads import ops, queries
from parley.threads.cards import make_cards

AnyRequest = Request[Any, Any, Any]

# A page shows no more comments.
MOST_SHOWN = 5_000


class Listing(msgspec.Struct, frozen=True):
    """Which threads, in which order, after which one."""

    sort: str
    period: str
    topic: queries.TopicRow | None
    after: str


_kept: MicroCache[Finished] = MicroCache("home", KEPT_SECONDS, size=struct_bytes)


@get("/", name="threads:home", opt={"who": ANYONE, "reading": True})
async def home(
    request: AnyRequest,
    sort: FromQuery[str] = "hot",
    topic: FromQuery[str] = "",
    period: FromQuery[str] = "week",
    after: FromQuery[str] = "",
) -> Response[Any]:
    sort = sort if sort in queries.SORTS else "hot"
    period = period if period in queries.PERIODS else "week"
    listing = Listing(sort, period, await _topic(topic) if topic else None, after)
    viewer = viewer_of(request)
    if viewer is not None or wants_fragment(request):
        return page(request, "threads/home.html", "threads", **await _context(listing, viewer))
    base = base_context(request)
    return sent(request, await _kept.get((listing, base["path"]), lambda: _whole(listing, base)))


async def _topic(slug: str) -> queries.TopicRow:
    found = next((one for one in await queries.topics() if one.slug == slug), None)
    if found is None:
        raise NotFound("There is no such topic.")
    return found


async def _whole(listing: Listing, base: dict[str, Any]) -> Finished:
    """The page for everybody who is not signed in: made once, kept for a moment."""
    return finish(render("threads/home.html", **base, **await _context(listing, None)))


async def _context(listing: Listing, viewer: Viewer | None) -> dict[str, Any]:
    topic = listing.topic
    slug = topic.slug if topic else None
    cards, next_url = await make_cards(listing.sort, slug, listing.period, listing.after, viewer)
    return {
        "threads": cards,
        "sort": listing.sort,
        "period": listing.period,
        "topic": topic,
        "next_url": next_url,
        "level": await topic_level(viewer.id, topic.slug) if viewer and topic else None,
    }


@post("/t/{thread:str}/seen", name="threads:seen", opt={"who": MEMBER, "unmarked": True}, status_code=204)
async def seen(request: AnyRequest, thread: FromPath[str]) -> None:
    """Remember that the member has this thread open, and where they read, for their next visit."""
    viewer, thread_id, form = viewer_of(request), as_id(thread), Form(await posted(request))
    if viewer is not None and thread_id is not None:
        await ops.record_visit(
            member=viewer.id,
            thread_id=thread_id,
            passage=form.id("passage"),
            shown=_ids(form.values["shown"]) if "shown" in form.values else None,
            seq=form.id("seq") or 0,
        )


def _ids(raw: str) -> list[int]:
    """The comments that a page says it showed."""
    return [found for one in raw.split(",")[:MOST_SHOWN] if (found := as_id(one)) is not None]


handlers = [home, seen]
