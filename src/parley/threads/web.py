"""The home page, and remembering what a member has read."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from parley.core.access import ANYONE, MEMBER, viewer_of
from parley.core.errors import NotFound
from parley.core.forms import Form, posted
from parley.core.pages import page
from parley.core.text import as_id
from parley.notices.queries import topic_level
from parley.threads import ops, queries
from parley.threads.cards import make_cards

AnyRequest = Request[Any, Any, Any]

# A page shows no more comments.
MOST_SHOWN = 5_000


@get("/", name="threads:home", opt={"who": ANYONE, "replica": True})
async def home(
    request: AnyRequest,
    sort: FromQuery[str] = "hot",
    topic: FromQuery[str] = "",
    period: FromQuery[str] = "week",
    after: FromQuery[str] = "",
) -> Response[Any]:
    sort = sort if sort in queries.SORTS else "hot"
    period = period if period in queries.PERIODS else "week"
    chosen = next((one for one in await queries.topics() if one.slug == topic), None)
    if topic and chosen is None:
        raise NotFound("There is no such topic.")
    viewer = viewer_of(request)
    cards, next_url = await make_cards(sort, chosen.slug if chosen else None, period, after, viewer)
    context: dict[str, Any] = {"threads": cards, "sort": sort, "period": period, "topic": chosen, "next_url": next_url}
    context["level"] = await topic_level(viewer.id, chosen.slug) if viewer and chosen else None
    return page(request, "threads/home.html", "threads", **context)


@post("/t/{thread:str}/seen", name="threads:seen", opt={"who": MEMBER}, status_code=204)
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
