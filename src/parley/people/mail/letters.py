"""Queues mail: messages to an address, and letters of a list that a member can stop."""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from parley.people.mail import queries
from parley.platform import db
from parley.platform.events.job_wakeups import wake_job

# An address or a subject with other characters could end its header, or add a recipient.
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x20\x7f]+@[a-zA-Z0-9.-]+")
# What an erased account has instead (own_data/erasure/jobs.py). What it left may still be decided about.
NO_ADDRESS = re.compile(r"erased-[0-9]+")
LINE_END = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
# What a Message-ID may have before the @ without quotes.
KEY = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter of a list to a member. If its delivery is unknown it is not sent again."""

    list: str
    """The name of its list, a key of `lists`."""
    argument: str = ""
    """A part of the list that one click can stop, such as a thread's id."""
    member: int
    to: str
    key: str
    """The part of its Message-ID before the @. The same key is never posted twice."""
    subject: str
    text: str
    html: str | None = None
    answers: str | None = None
    """The key of the letter this one answers, for In-Reply-To."""
    references: tuple[str, ...] = ()
    """The keys of the conversation's letters, oldest first, for References."""
    expires_at: datetime | None = None
    """After this time it is not sent any more."""


class PostedMail(msgspec.Struct, frozen=True):
    id: int
    key: str


class MailList(msgspec.Struct, frozen=True):
    """A list of letters, with the callbacks of the feature that writes them.

    The callbacks run in a transaction and may only wait for the database.
    """

    name: str
    """Used in `Letter.list`, in List-Id, and after the site's name in From: "Parley digest"."""
    title: str
    """The name on the unsubscribe page: "the digest", "replies and mentions by mail"."""
    wanted: Callable[[int, str], Awaitable[bool]]
    """Return whether the member wants letters of this list with this argument."""
    stop: Callable[[int, str], Awaitable[None]]
    """Unsubscribe the member, or only from the argument if there is one. Idempotent."""
    review: Callable[[int], Awaitable[Letter | None]]
    """Return the letter of this mail as it should be sent now, perhaps changed; None if it should not be sent."""
    settled: Callable[[int, str], Awaitable[None]]
    """Take the outcome of this mail: "sent", "failed", "expired" or "unknown"."""
    start: Callable[[int, str], Awaitable[None]] | None = None
    """Undo `stop`. Without it the unsubscribe page links to the settings instead."""
    hold: Callable[[int], Awaitable[datetime | None]] | None = None
    """Return until when letters to this member wait; None if they may be sent now."""
    about: Callable[[str], Awaitable[str | None]] | None = None
    """Return the name of an argument for the unsubscribe page, such as a thread's title; None if it is unknown."""


lists: dict[str, MailList] = {}
"""The lists by name, filled by `hooks.connect()`."""


async def send(
    kind: str,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    *,
    delay: timedelta = timedelta(0),
    member: int | None = None,
) -> None:
    """Queue a message to one address in the open transaction, due after `delay`. Erased accounts get none.

    `member` is whose it is, for an address that is not the one in their account: it is erased with the account.

    Raises RuntimeError outside a transaction, ValueError for an address or subject that could break a header.
    """
    if NO_ADDRESS.fullmatch(to):
        return
    _check(to, subject)
    await db.execute(queries.INSERT_MESSAGE, kind, to, subject, text, html, delay, member)
    db.after_commit(partial(wake_job, "mail"))


async def keep_member(member: int, address: str) -> None:
    """Note whose the letters to an address are, before the member changes it."""
    await db.execute(queries.KEEP_MEMBER, member, address)


async def post(letter: Letter, *, delay: timedelta = timedelta(0)) -> int:
    """Queue a letter of a list in the open transaction, due after `delay`.

    Returns the id of the mail, or 0 if its key was posted before. Raises RuntimeError outside a transaction, ValueError
    for an address, subject or key that could break a header, KeyError for an unknown list.
    """
    return (await post_all([letter], delay=delay))[0]


async def post_all(letters: Sequence[Letter], *, delay: timedelta = timedelta(0)) -> Sequence[int]:
    """Queue many letters with one statement. Returns their ids in the same order, as `post` does."""
    for letter in letters:
        _check(letter.to, letter.subject)
        check_keys(letter)
    if not letters:
        return []
    rows = [
        (lists[letter.list].name, letter.argument, letter.member, letter.to, letter.key, letter.subject, letter.text,
         letter.html, letter.answers, " ".join(letter.references), letter.expires_at)
        for letter in letters
    ]  # fmt: skip
    columns = map(list, zip(*rows, strict=True))
    numbers = {row.key: row.id for row in await db.fetch(PostedMail, queries.INSERT_LETTERS, *columns, delay)}
    db.after_commit(partial(wake_job, "mail"))
    return [numbers.get(letter.key, 0) for letter in letters]


async def end_hold(list_name: str, member: int, delay: timedelta) -> None:
    """Make held letters to a member due `delay` after they were posted. Then their list reviews them again."""
    await db.execute(queries.END_HOLD, list_name, member, delay)
    db.after_commit(partial(wake_job, "mail"))


def check_keys(letter: Letter) -> None:
    """Raise ValueError if a key is not valid in a Message-ID."""
    for key in (letter.key, letter.answers, *letter.references):
        if key is not None and not KEY.fullmatch(key):
            raise ValueError(f"not valid in a Message-ID: {key}")


def _check(to: str, subject: str) -> None:
    if not db.in_transaction():
        raise RuntimeError("send() and post() need an open transaction")
    if not ADDRESS.fullmatch(to) or LINE_END.search(subject):
        raise ValueError("not a valid address or subject")
