"""Issues as letters, rendered from their items."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from textwrap import fill
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from parley.letters.digest_selection.rules import EXPIRES_HOURS
from parley.letters.digests.items import DigestItem
from parley.letters.digests.words import lay_out
from parley.letters.notifications.letters import UNRENDERED
from parley.people.mail import Letter, unsubscribe_link, write, written_html
from parley.platform.cache import by_text
from parley.platform.settings import settings
from parley.platform.signing import is_signature, sign
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_, as_text

KEY_LENGTH = 32
WIDTH = 72


class IssueRow(msgspec.Struct, frozen=True):
    """An issue with its recipient."""

    id: int
    member: int
    # Which letter it is: `digest`, or `keep` for the question whether the member still wants it. Both are mail of the
    # list "digest".
    list: str
    period: str
    due_at: datetime
    name: str
    email: str
    zone: str
    frequency: str
    weekday: int

    @property
    def local_weekday(self) -> int:
        """The day of the week, from 1 (Monday), on which the issue is due where the reader is."""
        return self.due_at.astimezone(ZoneInfo(self.zone)).isoweekday()


def queued_letter(issue: IssueRow) -> Letter:
    """Return the letter as it is queued: without members' words, so that none have to be removed from the queue."""
    return _letter(issue, as_text(N_("The digest")), UNRENDERED, None)


def digest(issue: IssueRow, items: Sequence[DigestItem], verdicts: Sequence[Any] = ()) -> Letter:
    """Return the letter of an issue with these items, of which there is at least one, and `verdicts` of maps."""
    issue_view = lay_out(items, issue.zone, issue.due_at)
    context = {
        "issue_view": issue_view,
        "issue": issue,
        "verdicts": verdicts,
        "view": address("view", issue.id),
        "off": unsubscribe_link(issue.member, "digest"),
    }
    subject, text = write("digest", **context, settings=f"{settings().base_url}/settings/mail", wrapped=_wrap)
    return _letter(issue, subject, text, written_html("digest", **context))


def question(issue: IssueRow) -> Letter:
    """Return the letter that asks an inactive member whether they still want the digest."""
    context = {
        "issue": issue,
        "keep": address("keep", issue.member),
        "off": unsubscribe_link(issue.member, "digest"),
    }
    subject, text = write("keep", **context)
    return _letter(issue, subject, text, written_html("keep", **context))


def address(what: str, id_: int) -> str:
    """Return the address of an issue's page (`view`) or of a member's answer (`keep`). It is signed."""
    return f"{settings().base_url}/mail/{what}/{id_}.{sign(what, str(id_).encode()).hex()}"


def signed_id(what: str, token: str) -> int | None:
    """Return the id in such an address, or None if its signature is not valid."""
    text, _, signature = token.partition(".")
    id_ = as_id(text)
    return id_ if is_signature(what, text.encode(errors="replace"), signature) else None


def key(issue: IssueRow) -> str:
    """Return the left part of the Message-ID, always the same for the same issue."""
    identity = f"{issue.member}|{issue.list}|{issue.period}"
    return f"digest.{hashlib.sha256(identity.encode()).hexdigest()[:KEY_LENGTH]}"


def _letter(issue: IssueRow, subject: str, text: str, html: str | None) -> Letter:
    return Letter(
        list="digest",
        member=issue.member,
        to=issue.email,
        key=key(issue),
        subject=subject,
        text=text,
        html=html,
        expires_at=issue.due_at + timedelta(hours=EXPIRES_HOURS),
    )


@by_text("wrapped", most_bytes=16 * 2**20)
def _wrap(text: str, indent: int = 0) -> str:
    """Wrap `text` for plain-text mail, without breaking addresses."""
    margin = " " * indent
    return fill(
        text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
