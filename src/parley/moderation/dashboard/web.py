"""The overview for moderators, figures of a chosen period and about mail, and statements of reasons as CSV."""

import csv
import io
import re
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.threads import rooms
from parley.moderation.dashboard import mail, periods, stats, team, team_queries
from parley.moderation.dashboard import queries as numbers
from parley.moderation.dashboard.transparency import TransparencyRow, statements_of_reasons
from parley.moderation.modqueue import kinds
from parley.moderation.modqueue.requests import text_in
from parley.people.accounts.viewer import staff
from parley.people.mail import bounces
from parley.platform.errors import NotFound
from parley.platform.http.access import ADMIN, ROOM_MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import fragment, page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_, Message

MAIL_DAYS = 30
ITEM_LABELS = {"reported": N_("Reports"), "held": N_("Held"), "rights": N_("Rights requests")}
LONGEST_ADDRESS = 254
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])\.csv")


async def _overview(request: AnyRequest) -> dict[str, Any]:
    """What waits now, and the figures of the period in the address."""
    days, today = as_id(request.query_params.get("days", "")), datetime.now(UTC)
    chosen = days if days in periods.CHOICES else None
    period = periods.period(chosen, today) if chosen else periods.default(await numbers.first_opened_at(), today)
    labels = ITEM_LABELS | {kind.name: kind.label for kind in kinds.kinds}
    viewer, topic = staff(request), text_in(request, "topic")
    topics = rooms.chosen_topics(viewer, topic)
    return {
        "now": await numbers.queue_now(viewer, topics),
        "labels": labels,
        "figures": await stats.figures(period, topics),
        "period": period,
        "chosen": chosen,
        "topic": topic,
        "only": topics,
    }


@get("/mod", name="moderation:overview", opt={"who": ROOM_MODERATOR})
async def overview(request: AnyRequest) -> Response[Any]:
    context = await _overview(request)
    viewer = staff(request)
    period, topics = context["period"], rooms.chosen_topics(viewer, None)
    by_topic = await team_queries.by_topic(period.since, topics) if viewer.is_staff or len(viewer.rooms) > 1 else []
    lead = await team.figures(viewer.id, period, context["only"])
    if len(by_topic) > 1 and not context["topic"]:
        lead.insert(0, team.by_topic(by_topic))
    shown = {"choices": periods.CHOICES, "team": lead, "by_topic": by_topic} | context
    return page(request, "moderation/dashboard/overview.html", **shown)


@get("/mod/now", name="moderation:overview-now", opt={"who": ROOM_MODERATOR})
async def now(request: AnyRequest) -> Response[Any]:
    """The figures of the overview, which htmx swaps in."""
    return fragment(request, "moderation/dashboard/live.html", **await _overview(request))


@get("/mod/mail", name="moderation:mail", opt={"who": ADMIN})
async def mail_page(request: AnyRequest) -> Response[Any]:
    return await _show_mail(request)


@post("/mod/mail/release", name="moderation:mail-release", opt={"who": ADMIN})
async def release(request: AnyRequest) -> Response[Any]:
    """End the suppression of an address."""
    form = Form(await posted_fields(request))
    address = form.text("address", most=LONGEST_ADDRESS, least=1)
    if not form.errors and await bounces.end_suppression(address):
        return Redirect("/mod/mail#held-back", status_code=303)
    unknown = N_("{address} is not suppressed. The suppression may have been removed already.").format(address=address)
    return await _show_mail(request, status=422, error=form.errors.get("address", unknown))


async def _show_mail(request: AnyRequest, status: int = 200, error: Message | None = None) -> Response[Any]:
    period = periods.period(MAIL_DAYS, datetime.now(UTC))
    return page(
        request,
        "moderation/dashboard/mail/page.html",
        status=status,
        error=error,
        now=await mail.mail_now(),
        figures=await mail.figures(period),
        period=period,
        last=await mail.last_mails(),
        suppressed=await mail.suppressed_addresses(),
        words=mail.LABELS,
    )


@get("/mod/transparency/{month:str}", name="moderation:transparency", opt={"who": ADMIN})
async def statements_of_month(month: FromPath[str]) -> Response[Any]:
    """The statements of reasons of a month, with the fields of the DSA Transparency Database."""
    match = MONTH.fullmatch(month)
    if match is None:
        raise NotFound(N_("There are statements of whole months, such as /mod/transparency/2026-11.csv."))
    first = date(int(match[1]), int(match[2]), 1)
    end = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(TransparencyRow.__struct_fields__)
    table.writerows(map(msgspec.structs.astuple, await statements_of_reasons(first, end)))
    headers = {"Content-Disposition": f'attachment; filename="statements-of-reasons-{month}"'}
    return Response(text.getvalue(), media_type="text/csv", headers=headers)


handlers: list[object] = [overview, now, mail_page, release, statements_of_month]
