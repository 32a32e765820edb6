"""Mail: a row written with the change it tells of, and handed over by the worker once that is committed.

A message whose sending was cut off is sent again, byte for byte: a lost security mail is worse than two.
"""

import asyncio
import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec
import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from parley.core import db
from parley.core.assets import folder
from parley.core.settings import LOCAL_HOSTS, settings
from parley.core.wake import wake

log = structlog.get_logger(__name__)

BATCH = 20
MOST_ATTEMPTS = 10
SEND_SECONDS = 30
PERMANENT = 500

# What an address or a subject must not hold: it would end the header, or begin another recipient.
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x20\x7f]+@[a-zA-Z0-9.-]+")
LINE_END = re.compile(r"[\r\n\x00\u2028\u2029]")

SEND = """
insert into mail (kind, recipient, subject, text, html, created_at, due_at, attempts)
values ($1, $2, $3, $4, $5, now(), now() + $6::interval, 0)
"""

# The lease is the first back-off: a worker that dies leaves its mail due again.
CLAIM = """
update mail set attempts = attempts + 1, due_at = now() + interval '2 minutes' * power(2, least(attempts, 8))
where id in (
  select id from mail where sent_at is null and due_at <= now()
  order by due_at limit $1 for update skip locked
)
returning id, kind, recipient, subject, text, html, created_at, attempts
"""

# A mail server has it now: links that work need not lie here as well.
SENT = """
update mail set sent_at = now(), error = null,
  text = case when $2 then '' else text end, html = case when $2 then null else html end
where id = $1
"""


class Due(msgspec.Struct, frozen=True):
    id: int
    kind: str
    recipient: str
    subject: str
    text: str
    html: str | None
    created_at: datetime
    attempts: int


async def send(
    kind: str, to: str, subject: str, text: str, html: str | None = None, *, delay: timedelta = timedelta(0)
) -> None:
    """Put a message to one address into the open transaction, due after `delay`.

    Raises RuntimeError outside a transaction, ValueError for an address or subject that could break a header.
    """
    if not db.in_transaction():
        raise RuntimeError("send() needs an open transaction")
    if not ADDRESS.fullmatch(to) or LINE_END.search(subject):
        raise ValueError("not an address or subject that can stand in a message")
    await db.execute(SEND, kind, to, subject, text, html, delay)
    db.after_commit(partial(wake, "mail"))


def written(template: str, **context: Any) -> tuple[str, str]:
    """The subject and text of `templates/mail/{template}.txt`, whose first line is the subject."""
    rendered = _environment().get_template(f"mail/{template}.txt").render(context)
    subject, _, text = rendered.partition("\n")
    return subject.removeprefix("Subject: ").strip(), text.strip() + "\n"


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
    message["Message-ID"] = f"<{mail.kind}.{mail.id}@{settings().host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        # A multipart boundary is random unless it is set, and a resend must not differ.
        message.set_boundary(f"=_parley.{mail.id}")
    return message


async def _deliver(mail: Due) -> bool:
    try:
        if settings().smtp_url:
            await _hand_over(message(mail))
        else:
            await asyncio.to_thread(_write, settings().data / "mail", mail)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        await _put_off(mail, error)
        return False
    await db.execute(SENT, mail.id, settings().smtp_url is not None)
    return True


async def _put_off(mail: Due, error: Exception) -> None:
    """Keep the error, and give up when trying again is useless."""
    permanent = isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= PERMANENT
    gives_up = permanent or mail.attempts >= MOST_ATTEMPTS
    log.warning("mail not sent", mail=mail.id, kind=mail.kind, attempt=mail.attempts, gives_up=gives_up)
    await db.execute(
        "update mail set error = $2, due_at = case when $3 then 'infinity' else due_at end where id = $1",
        mail.id,
        repr(error)[:1000],
        gives_up,
    )


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


@cache
def _environment() -> Environment:
    """Plain text needs no HTML escapes, so mail has an engine of its own."""
    return Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=False,  # noqa: S701 only .txt templates are read here
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
