"""The overview for moderators, and the same figures for a chosen period."""

from datetime import UTC, datetime
from typing import Any

from litestar import Response, get

from parley.moderation.dashboard import periods, stats
from parley.moderation.dashboard import queries as numbers
from parley.platform.http.access import MODERATOR, AnyRequest, staff
from parley.platform.http.pages import fragment, page
from parley.platform.text.cleaning import as_id


async def _overview(request: AnyRequest) -> dict[str, Any]:
    period = periods.default(await numbers.first_opened_at(), datetime.now(UTC))
    return {
        "now": await numbers.queue_now(staff(request)),
        "figures": await stats.figures(period),
        "period": period,
    }


@get("/mod", name="moderation:overview", opt={"who": MODERATOR})
async def overview(request: AnyRequest) -> Response[Any]:
    return page(request, "moderation/dashboard/overview.html", **await _overview(request))


@get("/mod/now", name="moderation:overview-now", opt={"who": MODERATOR})
async def now(request: AnyRequest) -> Response[Any]:
    """The figures of the overview, which htmx swaps in."""
    return fragment(request, "moderation/dashboard/live.html", **await _overview(request))


@get("/mod/stats", name="moderation:stats", opt={"who": MODERATOR})
async def stats_page(request: AnyRequest) -> Response[Any]:
    days = as_id(request.query_params.get("days", ""))
    chosen = days if days in periods.CHOICES else periods.DEFAULT
    period = periods.period(chosen, datetime.now(UTC))
    return page(
        request,
        "moderation/dashboard/stats.html",
        figures=await stats.figures(period),
        period=period,
        chosen=chosen,
        choices=periods.CHOICES,
    )


handlers: list[object] = [overview, now, stats_page]
