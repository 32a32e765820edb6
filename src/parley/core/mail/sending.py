"""Handing over what is due."""

import asyncio
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec
import structlog

from parley.core import db
from parley.core.mail.letters import lists
from parley.core.settings import LOCAL_HOSTS, settings

log = structlog.get_logger(__name__)

BATCH = 20
MOST_ATTEMPTS = 10
SEND_SECONDS = 30
PERMANENT = 500

# The lease is the first back-off: a worker that dies leaves its mail due again.
CLAIM = """
update mail set attempts = attempts + 1, due_at = now() + interval '2 minutes' * power(2, least(attempts, 8))
where id in (
  select id from mail where state = 'planned' and due_at <= now()
  order by due_at limit $1 for update skip locked
)
returning id, kind, list, argument, member, key, recipient, subject, text, html, created_at, expires_at, attempts
"""

# A mail server has it now: links that work need not lie here as well.
SENT = """
update mail set state = 'sent', sent_at = now(), error = null,
  text = case when $2 then '' else text end, html = case when $2 then null else html end
where id = $1
"""

PUT_OFF = """
update mail set error = $2, state = case when $3 then 'failed' else state end where id = $1
"""


class Due(msgspec.Struct, frozen=True):
    id: int
    kind: str
    list: str | None
    argument: str
    member: int | None
    key: str | None
    recipient: str
    subject: str
    text: str
    html: str | None
    created_at: datetime
    expires_at: datetime | None
    attempts: int


async def deliver_due() -> int:
    """Hand over the messages that are due, and return how many went out."""
    due = await db.fetch(Due, CLAIM, BATCH)
    return sum([await _deliver(mail) for mail in due])


def message(mail: Due) -> EmailMessage:
    """The message as it is sent; the same bytes each time it is asked for."""
    message = EmailMessage(policy=SMTP)
    message["From"] = settings().mail_from
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.key or f'{mail.kind}.{mail.id}'}@{settings().host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        # A multipart boundary is random unless it is set, and a resend must not differ.
        message.set_boundary(f"=_parley.{mail.id}")
    return message


async def _deliver(mail: Due) -> bool:
    ready = await _ready(mail)
    if ready is None:
        return False
    mail = ready
    try:
        if settings().smtp_url:
            await _hand_over(message(mail))
        else:
            await asyncio.to_thread(_write, settings().data / "mail", mail)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        await _put_off(mail, error)
        return False
    async with db.atomic():
        await db.execute(SENT, mail.id, settings().smtp_url is not None)
        if mail.list is not None:
            await lists[mail.list].settled(mail.id, "sent")
    return True


async def _ready(mail: Due) -> Due | None:
    """The mail as it is to be sent now, or None where it is not to be: its list is asked right before."""
    if mail.list is None or mail.member is None:
        return mail
    async with db.atomic():
        if mail.expires_at is not None and mail.expires_at <= datetime.now(UTC):
            await db.execute("update mail set state = 'expired' where id = $1", mail.id)
            await lists[mail.list].settled(mail.id, "expired")
            return None
        letter = None
        if await lists[mail.list].wanted(mail.member, mail.argument):
            letter = await lists[mail.list].review(mail.id)
        if letter is None:
            await db.execute("update mail set state = 'stopped' where id = $1", mail.id)
            return None
        return msgspec.structs.replace(mail, subject=letter.subject, text=letter.text, html=letter.html)


async def _put_off(mail: Due, error: Exception) -> None:
    """Keep the error, and give up when trying again is useless."""
    permanent = isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= PERMANENT
    gives_up = permanent or mail.attempts >= MOST_ATTEMPTS
    log.warning("mail not sent", mail=mail.id, kind=mail.kind, attempt=mail.attempts, gives_up=gives_up)
    async with db.atomic():
        await db.execute(PUT_OFF, mail.id, repr(error)[:1000], gives_up)
        if gives_up and mail.list is not None:
            await lists[mail.list].settled(mail.id, "failed")


async def _hand_over(message: EmailMessage) -> None:
    """Send by the server in PARLEY_SMTP_URL. A name and password only ever travel over verified TLS."""
    url = urlsplit(settings().smtp_url or "")
    has_login = url.username is not None
    at_once = url.scheme == "smtps"
    in_plain_at_home = not has_login and url.hostname in LOCAL_HOSTS
    await aiosmtplib.send(
        message,
        hostname=url.hostname,
        port=url.port or (465 if at_once else 587 if has_login else 25),
        username=unquote(url.username) if url.username is not None else None,
        password=unquote(url.password) if url.password is not None else None,
        use_tls=at_once,
        start_tls=False if at_once or in_plain_at_home else True if has_login else None,
        timeout=SEND_SECONDS,
    )


def _write(target: Path, mail: Due) -> None:
    """Write the message as a file that is whole or absent; it holds links, so it is for its owner only."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target / f".{mail.id}.part"
    part.touch(mode=0o600)
    part.write_bytes(bytes(message(mail)))
    part.replace(target / f"{mail.id:06}-{mail.kind}.eml")
