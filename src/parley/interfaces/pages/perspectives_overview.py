"""The pages `/perspectives` (over all threads) and `/perspectives/how`."""

from typing import Any

from litestar import Response, get
from litestar.params import FromQuery

from parley.discussion.comments.published_answers import ROUNDED, STEP
from parley.discussion.opinion_map import display, queries
from parley.discussion.threads import queries as threads
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, AnyRequest, viewer_of
from parley.platform.http.pages import page
from parley.platform.text.messages import N_


@get("/perspectives", name="perspectives:overview", opt={"who": ANYONE, "reading": True})
async def show(request: AnyRequest, topic: FromQuery[str] = "") -> Response[Any]:
    """Show the newest common ground and the decks that want answers, of all topics or of one."""
    chosen = next((row for row in await threads.topics() if row.slug == topic), None)
    if topic and chosen is None:
        raise NotFound(N_("There is no such topic."))
    slug = chosen.slug if chosen else None
    statements = await queries.common_ground(slug, viewer_of(request))
    decks = await queries.decks(slug)
    return page(
        request, "discussion/opinion_map/overview.html", topic=chosen, groups=queries.by_topic(statements), decks=decks
    )


@get("/perspectives/how", name="perspectives:how", opt={"who": ANYONE, "reading": True})
async def how(request: AnyRequest) -> Response[Any]:
    """Explain how maps are worked out."""
    return page(
        request,
        "discussion/opinion_map/how.html",
        step=STEP,
        rounded=ROUNDED,
        enough=display.TYPICAL_MEMBERS,
        answers_each=display.TYPICAL_ANSWERS,
        asked_a_day=queries.MOST_ASKED_A_DAY,
    )


handlers: list[object] = [show, how]
