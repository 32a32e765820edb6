"""The test mailbox: on a local installation without a mail server, the messages that would have been sent."""

import ipaddress
import re
from datetime import datetime

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from parley.people.mail.tables import Mail
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.pages import page
from parley.platform.http.security_headers import CSP
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id

FRAMING_CSP = f"{CSP}; frame-src 'self'"
MESSAGE_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
LOCAL_NAME = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")


class StoredMail(msgspec.Struct, frozen=True):
    id: int
    recipient: str
    subject: str
    text: str
    html: str | None
    created_at: datetime


@get("/dev/mail", name="accounts:mails", opt={"who": ANYONE})
async def mails_page(request: AnyRequest) -> Response[object]:
    _check_is_local(request)
    newest = Mail.select().order_by(Mail.id, ascending=False).limit(100)
    return page(request, "people/accounts/dev_mail.html", mails=await db.fetch(StoredMail, newest))


@get("/dev/mail/{number:str}", name="accounts:mail", opt={"who": ANYONE})
async def mail_page(request: AnyRequest, number: FromPath[str]) -> Response[object]:
    _check_is_local(request)
    mail = await _message(number)
    return page(
        request, "people/accounts/dev_mail_message.html", headers={"Content-Security-Policy": FRAMING_CSP}, mail=mail
    )


@get("/dev/mail/{number:str}/html", name="accounts:mail-html", opt={"who": ANYONE})
async def mail_html(request: AnyRequest, number: FromPath[str]) -> Response[str]:
    """The HTML of a message as a mail client would show it: no scripts, nothing loaded, links open in a new window."""
    _check_is_local(request)
    mail = await _message(number)
    if mail.html is None:
        raise NotFound
    html = mail.html.replace("<head>", '<head><base target="_blank">', 1)
    return Response(html, media_type="text/html", headers={"Content-Security-Policy": MESSAGE_CSP})


async def _message(number: str) -> StoredMail:
    mail = await db.fetch_one(StoredMail, Mail.select().where(Mail.id == as_id(number)))
    if mail is None:
        raise NotFound
    return mail


def _check_is_local(request: AnyRequest) -> None:
    """Raise NotFound for requests from other machines.

    The Host header is checked too, against foreign names that resolve to this machine (DNS rebinding).
    """
    has_local_name = LOCAL_NAME.fullmatch(request.headers.get("host", ""))
    is_local = request.client is not None and _is_loopback(request.client.host)
    if not (settings().local and settings().smtp_url is None and is_local and has_local_name):
        raise NotFound


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


handlers: list[object] = [mails_page, mail_page, mail_html]
