"""The pages of the record: with names for staff, without for the public, and the counts of each year as CSV."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog import queries, wording
from parley.moderation.modlog.queries import Count, LogQuery
from parley.people.accounts import names
from parley.people.accounts.viewer import staff
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, ROOM_MODERATOR, AnyRequest
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

YEARS = range(2000, 2200)


@get("/mod/log", name="moderation:log", opt={"who": ROOM_MODERATOR})
async def staff_log(request: AnyRequest) -> Response[Any]:
    asked = request.query_params
    rows = await queries.entries(staff(request).id, filter_of(request), before=as_id(asked.get("before", "")))
    kept = {name: value for name, value in asked.items() if value and name != "before"}
    this_month = datetime.now(UTC).replace(day=1)
    return page(
        request,
        "moderation/modlog/staff.html",
        days=queries.by_day(rows[: queries.PAGE]),
        asked=kept,
        next_url=_next_url("/mod/log", rows, kept),
        months=[f"{month:%Y-%m}" for month in (this_month, this_month - timedelta(days=1))],
        action_names=wording.ACTION_NAMES,
        kinds=wording.KINDS,
    )


def filter_of(request: AnyRequest) -> LogQuery:
    """The filter in the address; values that cannot be read are ignored."""
    asked = request.query_params
    who, action, kind = asked.get("who", "").strip(), asked.get("action"), asked.get("kind")
    return LogQuery(
        who=names.key(who) if who and who.isprintable() else None,
        action=action if action in wording.ACTION_NAMES else None,
        kind=kind if kind in wording.KINDS else None,
        automated={"1": True, "0": False}.get(asked.get("automated", "")),
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
    )


def _day(raw: str) -> date | None:
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _next_url(path: str, rows: list[Any], kept: dict[str, str]) -> str | None:
    if len(rows) <= queries.PAGE:
        return None
    return f"{path}?{urlencode(kept | {'before': str(rows[queries.PAGE - 1].id)})}"


@get("/log", name="moderation:public-log", opt={"who": ANYONE, "reading": True})
async def public_log(request: AnyRequest) -> Response[Any]:
    rows = await queries.public_entries(as_id(request.query_params.get("before", "")))
    this_year = datetime.now(UTC).year
    first = await queries.first_year() or this_year
    return page(
        request,
        "moderation/modlog/public.html",
        days=queries.by_day(rows[: queries.PAGE]),
        next_url=_next_url("/log", rows, {}),
        head=await modlog.head(),
        years=list(range(this_year, first - 1, -1)),
    )


@get("/log/{file:str}", name="moderation:log-counts", opt={"who": ANYONE})
async def year_counts(file: FromPath[str]) -> Response[Any]:
    """The counts of a year as CSV."""
    year, _, ending = file.partition(".")
    if ending != "csv" or not year.isascii() or not year.isdigit() or int(year[:5]) not in YEARS:
        raise NotFound(N_("There are counts of whole years, such as /log/2026.csv."))
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(Count.__struct_fields__)
    table.writerows(msgspec.structs.astuple(count) for count in await queries.counts(int(year)))
    headers = {"Content-Disposition": f'attachment; filename="moderation-{year}.csv"'}
    return Response(text.getvalue(), media_type="text/csv", headers=headers)


handlers: list[object] = [staff_log, public_log, year_counts]
