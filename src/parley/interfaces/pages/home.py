"""The home page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.params import FromQuery

from parley.discussion.threads import queries
from parley.interfaces.pages.thread_cards import Card, cursor, listing_for, seen_by
from parley.letters.news.home import news_for
from parley.letters.news.since import heading
from parley.letters.notifications.queries import topic_level
from parley.people.accounts.viewer import Viewer, viewer_of
from parley.platform.cache import PAGE_SECONDS, MicroCache
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.members_first import visitors_turn
from parley.platform.http.pages import Finished, base_context, page, page_size, render, respond, wants_fragment

# Their theses stand on the first screen anyway.
LEADING = 3


class ThreadListing(msgspec.Struct, frozen=True):
    """Which threads, in which order, after which one."""

    sort: str
    period: str
    topic: queries.TopicRow | None
    after: str

    @property
    def address(self) -> str:
        chosen = {"sort": self.sort if self.sort != "hot" else "", "topic": self.topic.slug if self.topic else ""}
        chosen |= {"period": self.period if self.sort == "top" else "", "after": self.after}
        parameters = urlencode({name: value for name, value in chosen.items() if value})
        return f"/?{parameters}" if parameters else "/"


_cache: MicroCache[Finished] = MicroCache("home", PAGE_SECONDS, size=page_size)


@get("/", name="threads:home", opt={"who": ANYONE, "reading": True})
async def home(
    request: AnyRequest,
    sort: FromQuery[str] = "hot",
    topic: FromQuery[str] = "",
    period: FromQuery[str] = "week",
    after: FromQuery[str] = "",
) -> Response[Any]:
    sort = sort if sort in queries.THREAD_SORTS else "hot"
    period = period if period in queries.PERIODS else "week"
    listing = ThreadListing(sort, period, await topic_at(topic) if topic else None, after if cursor(after) else "")
    viewer = viewer_of(request)
    if viewer is not None or wants_fragment(request):
        return page(request, "interfaces/pages/home.html", "threads", **await _context(listing, viewer))
    # Not the address that was asked for: any parameter more would be another page to make.
    base = base_context(request) | {"path": listing.address}
    return respond(request, await _cache.get(listing, lambda: _whole_page(listing, base)))


async def topic_at(slug: str) -> queries.TopicRow:
    """Return the topic of an address. Raises NotFound."""
    row = next((topic for topic in await queries.topics() if topic.slug == slug), None)
    if row is None:
        raise NotFound
    return row


async def _whole_page(listing: ThreadListing, base: dict[str, Any]) -> Finished:
    """The page for all visitors: rendered once and cached for a moment."""
    async with visitors_turn():
        return Finished(render("interfaces/pages/home.html", **base, **await _context(listing, None)))


async def _context(listing: ThreadListing, viewer: Viewer | None) -> dict[str, Any]:
    topic = listing.topic
    found = await listing_for(listing.sort, topic.slug if topic else None, listing.period, listing.after, viewer)
    return {
        "threads": found.cards,
        "sort": listing.sort,
        "period": listing.period,
        "topic": topic,
        "next_url": found.next_url,
        "is_first": not listing.after,
        "level": None,
        "cells": [],
        "hides_all": False,
    } | (await _for_member(listing, found.cards, viewer) if viewer else {})


async def _for_member(listing: ThreadListing, cards: Sequence[Card], viewer: Viewer) -> dict[str, Any]:
    """What the page shows a member: what is new to them, on its first page, and the cards as they see them."""
    sides = set().union(*(card.sides for card in cards if not (card.voices and card.voices.hidden_from(viewer))))
    leading = [card.id for card in cards[:LEADING]]
    news = await news_for(viewer, [card.id for card in cards], sides=sides, leading=leading)
    cells = [] if listing.topic or listing.after else news.cells
    told = {cell.comment for cell in cells if cell.comment is not None}
    states = [(card, news.threads.get(card.id)) for card in cards]
    # Who opens the page of a topic wants to see what is in it.
    wanted = [(card, state) for card, state in states if listing.topic or not (state and state.is_unwanted)]
    return {
        "threads": [seen_by(viewer, card, state, told) for card, state in wanted],
        "hides_all": bool(cards) and not wanted,
        "level": await topic_level(viewer.id, listing.topic.slug) if listing.topic else None,
        "cells": cells,
        "since": heading(viewer, cells, datetime.now(UTC)),
    }


handlers: list[object] = [home]
