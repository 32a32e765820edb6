"""The record over HTTP: with names for staff, without for everybody, and as a table of counts for each year."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from parley.accounts import names
from parley.core.access import ANYONE, MODERATOR
from parley.core.errors import NotFound
from parley.core.pages import page
from parley.core.text import as_id
from parley.moderation import wording
from parley.moderation.queries import log
from parley.moderation.queries.log import Count, Sought
from parley.moderation.web.staff import AnyRequest

YEARS = range(2000, 2200)


@get("/mod/log", name="moderation:log", opt={"who": MODERATOR})
async def staff_log(request: AnyRequest) -> Response[Any]:
    asked = request.query_params
    rows = await log.entries(sought(request), before=as_id(asked.get("before", "")))
    kept = {name: value for name, value in asked.items() if value and name != "before"}
    return page(
        request,
        "moderation/log/staff.html",
        days=log.by_day(rows[: log.PAGE]),
        asked=kept,
        next_url=_next_url("/mod/log", rows, kept),
        deeds=wording.DEEDS,
        kinds=wording.KINDS,
    )


def sought(request: AnyRequest) -> Sought:
    """Which entries the address asks for; what cannot be read of it asks for nothing."""
    asked = request.query_params
    who, action, kind = asked.get("who", "").strip(), asked.get("action"), asked.get("kind")
    return Sought(
        who=names.key(who) if who and who.isprintable() else None,
        action=action if action in wording.DEEDS else None,
        kind=kind if kind in wording.KINDS else None,
        automated={"1": True, "0": False}.get(asked.get("automated", "")),
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
    )


def _day(raw: str) -> date | None:
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _next_url(path: str, rows: list[Any], kept: dict[str, str]) -> str | None:
    if len(rows) <= log.PAGE:
        return None
    return f"{path}?{urlencode(kept | {'before': str(rows[log.PAGE - 1].id)})}"


@get("/log", name="moderation:public-log", opt={"who": ANYONE, "reading": True})
async def public_log(request: AnyRequest) -> Response[Any]:
    rows = await log.public_entries(as_id(request.query_params.get("before", "")))
    this_year = datetime.now(UTC).year
    first = await log.first_year() or this_year
    return page(
        request,
        "moderation/log/public.html",
        days=log.by_day(rows[: log.PAGE]),
        next_url=_next_url("/log", rows, {}),
        years=list(range(this_year, first - 1, -1)),
    )


@get("/log/{file:str}", name="moderation:log-counts", opt={"who": ANYONE})
async def year_counts(file: FromPath[str]) -> Response[Any]:
    """The counts of a year as a table that programs read."""
    year, _, ending = file.partition(".")
    if ending != "csv" or not year.isascii() or not year.isdigit() or int(year[:5]) not in YEARS:
        raise NotFound("There are counts of whole years, such as /log/2026.csv.")
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(Count.__struct_fields__)
    table.writerows(msgspec.structs.astuple(one) for one in await log.counts(int(year)))
    headers = {"Content-Disposition": f'attachment; filename="moderation-{year}.csv"'}
    return Response(text.getvalue(), media_type="text/csv", headers=headers)


handlers: list[object] = [staff_log, public_log, year_counts]
