"""Issues as letters: written from their items as these may be read at this moment."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from textwrap import fill

import msgspec

from parley.core.cache import by_text
from parley.core.settings import settings
from parley.core.text.cleaning import as_id
from parley.digests.items import DigestItem
from parley.digests.rules import EXPIRES_HOURS
from parley.digests.words import lay_out
from parley.mail import Letter, off_link, written, written_html
from parley.mail.links import proof

KEY_LENGTH = 32
WIDTH = 72
UNWRITTEN = "This letter is written when it goes out: it tells what is unread, and may be read, by then.\n"


class Edition(msgspec.Struct, frozen=True):
    """An issue and whom it is for."""

    id: int
    member: int
    list: str
    period: str
    due_at: datetime
    name: str
    email: str
    zone: str
    frequency: str
    weekday: int


def unwritten(edition: Edition) -> Letter:
    """The letter while it waits: no word of anybody lies in the queue, so none has to be found there when it goes."""
    return _letter(edition, "The digest", UNWRITTEN, None)


def digest(edition: Edition, items: Sequence[DigestItem]) -> Letter:
    """The letter of an issue that tells these items; there is at least one."""
    reading = lay_out(items, edition.zone, edition.due_at)
    context = {
        "reading": reading,
        "edition": edition,
        "view": address("view", edition.id),
        "off": off_link(edition.member, "digest"),
    }
    subject, text = written("digest", **context, settings=f"{settings().base_url}/settings/mail", wrapped=_wrapped)
    return _letter(edition, subject, text, written_html("digest", **context))


def question(edition: Edition) -> Letter:
    """The letter that asks somebody who was not here for long whether they still want the digest."""
    context = {"edition": edition, "keep": address("keep", edition.member), "off": off_link(edition.member, "digest")}
    subject, text = written("keep", **context)
    return _letter(edition, subject, text, written_html("keep", **context))


def address(what: str, number: int) -> str:
    """The address of an issue's page (`view`) or of a member's answer (`keep`), which nobody can make up."""
    return f"{settings().base_url}/mail/{what}/{number}.{proof(what, str(number).encode()).hex()}"


def number_in(what: str, token: str) -> int | None:
    """The number that stands in the end of such an address, or None for one that is none of ours."""
    said, _, proven = token.partition(".")
    number = as_id(said)
    expected = proof(what, said.encode(errors="replace")).hex()
    return number if hmac.compare_digest(expected.encode(), proven.encode(errors="replace")) else None


def key(edition: Edition) -> str:
    """What stands before the @ of the Message-ID: always the same for the same issue."""
    said = f"{edition.member}|{edition.list}|{edition.period}"
    return f"digest.{hashlib.sha256(said.encode()).hexdigest()[:KEY_LENGTH]}"


def _letter(edition: Edition, subject: str, text: str, html: str | None) -> Letter:
    return Letter(
        list="digest",
        member=edition.member,
        to=edition.email,
        key=key(edition),
        subject=subject,
        text=text,
        html=html,
        expires_at=edition.due_at + timedelta(hours=EXPIRES_HOURS),
    )


@by_text("wrapped", most_bytes=16 * 2**20)
def _wrapped(text: str, indent: int = 0) -> str:
    """`text` in lines of a terminal, none of which is cut where it holds an address."""
    margin = " " * indent
    return fill(
        text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
