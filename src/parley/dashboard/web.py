"""The overview of what waits and how it goes, and the same figures over a time that is chosen."""

from datetime import UTC, datetime
from typing import Any

from litestar import Response, get

from parley.core.http.access import MODERATOR, AnyRequest, staff
from parley.core.http.pages import fragment, page
from parley.core.text.cleaning import as_id
from parley.dashboard import periods, stats
from parley.dashboard import queries as numbers


async def _overview(request: AnyRequest) -> dict[str, Any]:
    period = periods.usual(await numbers.first(), datetime.now(UTC))
    return {
        "now": await numbers.now(staff(request), stats.AIM_HOURS),
        "figures": await stats.figures(period),
        "period": period,
        "aim": stats.AIM_HOURS,
    }


@get("/mod", name="moderation:overview", opt={"who": MODERATOR})
async def overview(request: AnyRequest) -> Response[Any]:
    return page(request, "dashboard/overview.html", **await _overview(request))


@get("/mod/now", name="moderation:overview-now", opt={"who": MODERATOR})
async def now(request: AnyRequest) -> Response[Any]:
    """Every number and picture of the overview anew, each to be put where the former stands."""
    return fragment(request, "dashboard/live.html", **await _overview(request))


@get("/mod/stats", name="moderation:stats", opt={"who": MODERATOR})
async def over_a_time(request: AnyRequest) -> Response[Any]:
    days = as_id(request.query_params.get("days", ""))
    chosen = days if days in periods.CHOICES else periods.USUAL
    period = periods.period(chosen, datetime.now(UTC))
    return page(
        request,
        "dashboard/stats.html",
        figures=await stats.figures(period),
        period=period,
        chosen=chosen,
        choices=periods.CHOICES,
    )


handlers: list[object] = [overview, now, over_a_time]
