"""The page about mail for admins: figures, and ending the suppression of an address."""

from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from parley.moderation.dashboard import mail, mail_queries, periods
from parley.people.mail import bounces
from parley.platform.http.access import ADMIN, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.messages import N_, Message

DAYS = 30
LONGEST_ADDRESS = 254


@get("/mod/mail", name="moderation:mail", opt={"who": ADMIN})
async def mail_page(request: AnyRequest) -> Response[Any]:
    return await _show(request)


@post("/mod/mail/release", name="moderation:mail-release", opt={"who": ADMIN})
async def release(request: AnyRequest) -> Response[Any]:
    """End the suppression of an address."""
    form = Form(await posted_fields(request))
    address = form.text("address", most=LONGEST_ADDRESS, least=1, missing=N_("Please enter an address."))
    if not form.errors and await bounces.end_suppression(address):
        return Redirect("/mod/mail#held-back", status_code=303)
    unknown = N_("{address} is not suppressed. The suppression may have been removed already.").format(address=address)
    return await _show(request, status=422, error=form.errors.get("address", unknown))


async def _show(request: AnyRequest, status: int = 200, error: Message | None = None) -> Response[Any]:
    period = periods.period(DAYS, datetime.now(UTC))
    return page(
        request,
        "moderation/dashboard/mail/page.html",
        status=status,
        error=error,
        now=await mail_queries.mail_now(),
        figures=await mail.figures(period),
        period=period,
        last=await mail_queries.last_mails(),
        suppressed=await mail_queries.suppressed_addresses(),
        words=mail.LABELS,
    )


handlers: list[object] = [mail_page, release]
