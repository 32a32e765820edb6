"""What is to be sent: messages to an address, and letters of a list that a member may stop."""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from parley.core import db
from parley.core.events.job_wakeups import wake_job

# What an address or a subject must not hold: it would end the header, or begin another recipient.
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x20\x7f]+@[a-zA-Z0-9.-]+")
LINE_END = re.compile(r"[\r\n\x00\u2028\u2029]")
# What may stand before the @ of a Message-ID without quotes.
KEY = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")

SEND = """
insert into mail (kind, recipient, domain, subject, text, html, created_at, due_at, attempts)
values ($1, $2::text, lower(split_part($2::text, '@', 2)), $3, $4, $5, now(), now() + $6::interval, 0)
"""

POST = """
insert into mail (kind, list, argument, member, recipient, domain, key, subject, text, html, answers, ancestors,
                  expires_at, created_at, due_at, attempts)
select list, list, argument, member, recipient, lower(split_part(recipient, '@', 2)), key, subject, text, html,
       answers, ancestors, expires_at, now(), now() + $12::interval, 0
from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::timestamptz[])
  as letter(list, argument, member, recipient, key, subject, text, html, answers, ancestors, expires_at)
on conflict (key) do nothing
returning id, key
"""

END_HOLD = """
update mail set due_at = created_at + $3
where list = $1 and member = $2 and state = 'planned' and attempts = 0 and due_at > created_at + $3
"""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter of a list to a member. Where nobody knows whether it arrived it is not sent again."""

    list: str
    """The name of its list, a key of `lists`."""
    argument: str = ""
    """What one click may stop besides the whole list, such as a thread's id."""
    member: int
    to: str
    key: str
    """What stands before the @ of its Message-ID. The same key is never posted twice."""
    subject: str
    text: str
    html: str | None = None
    answers: str | None = None
    """The key of the letter this one answers, for In-Reply-To."""
    references: tuple[str, ...] = ()
    """The keys of the letters of the conversation, the first one first, for References."""
    expires_at: datetime | None = None
    """From when on it is not worth sending any more."""


class Posted(msgspec.Struct, frozen=True):
    id: int
    key: str


class MailList(msgspec.Struct, frozen=True):
    """A list of letters, and what the feature that writes them is asked and told.

    All of it runs in a transaction, and none of it may wait for anything but the database.
    """

    name: str
    """In `Letter.list`, in List-Id, and behind the site's name in From: "Parley digest"."""
    title: str
    """What the letters are, as the unsubscribe page says it: "the digest", "replies and mentions by mail"."""
    wanted: Callable[[int, str], Awaitable[bool]]
    """Whether the member (still) wants letters of this list with this argument."""
    stop: Callable[[int, str], Awaitable[None]]
    """The member wants no more of them; with an argument, none of that argument. Saying so twice is as once."""
    review: Callable[[int], Awaitable[Letter | None]]
    """The letter of this mail as it is to be sent now, perhaps written anew; None where it is not to be sent."""
    settled: Callable[[int, str], Awaitable[None]]
    """What became of this mail: "sent", "failed", "expired", or "unknown" where nobody can say."""
    start: Callable[[int, str], Awaitable[None]] | None = None
    """The member takes `stop` back. Without it the unsubscribe page leads to the settings instead."""
    hold: Callable[[int], Awaitable[datetime | None]] | None = None
    """Until when letters to this member wait; None where they may go out now."""
    about: Callable[[str], Awaitable[str | None]] | None = None
    """The words for an argument on the unsubscribe page: "The wager" for a thread's id; None for one we do not know."""


lists: dict[str, MailList] = {}
"""The lists there are, by name; `features.connect()` fills it."""


async def send(
    kind: str, to: str, subject: str, text: str, html: str | None = None, *, delay: timedelta = timedelta(0)
) -> None:
    """Put a message to one address into the open transaction, due after `delay`.

    Raises RuntimeError outside a transaction, ValueError for an address or subject that could break a header.
    """
    _check(to, subject)
    await db.execute(SEND, kind, to, subject, text, html, delay)
    db.after_commit(partial(wake_job, "mail"))


async def post(letter: Letter, *, delay: timedelta = timedelta(0)) -> int:
    """Put a letter of a list into the open transaction, due after `delay`.

    Returns the number of the mail, and 0 where its key was posted before. Raises RuntimeError outside a transaction,
    ValueError for an address, subject or key that could break a header, KeyError for a list there is not.
    """
    return (await post_all([letter], delay=delay))[0]


async def post_all(letters: Sequence[Letter], *, delay: timedelta = timedelta(0)) -> Sequence[int]:
    """Post many letters by one statement, as `post` does one; the numbers of their mails, in the same order."""
    for letter in letters:
        _check(letter.to, letter.subject)
        check_keys(letter)
    if not letters:
        return []
    rows = [
        (lists[one.list].name, one.argument, one.member, one.to, one.key, one.subject, one.text, one.html, one.answers,
         " ".join(one.references), one.expires_at)
        for one in letters
    ]  # fmt: skip
    columns = map(list, zip(*rows, strict=True))
    numbers = {row.key: row.id for row in await db.fetch(Posted, POST, *columns, delay)}
    db.after_commit(partial(wake_job, "mail"))
    return [numbers.get(one.key, 0) for one in letters]


async def end_hold(list_name: str, member: int, delay: timedelta) -> None:
    """Let held letters to a member be due `delay` after they were posted; their list is asked once more then."""
    await db.execute(END_HOLD, list_name, member, delay)
    db.after_commit(partial(wake_job, "mail"))


def check_keys(letter: Letter) -> None:
    """Raise ValueError where a key could not stand in a Message-ID."""
    for key in (letter.key, letter.answers, *letter.references):
        if key is not None and not KEY.fullmatch(key):
            raise ValueError(f"not a key that can stand in a Message-ID: {key}")


def _check(to: str, subject: str) -> None:
    if not db.in_transaction():
        raise RuntimeError("send() and post() need an open transaction")
    if not ADDRESS.fullmatch(to) or LINE_END.search(subject):
        raise ValueError("not an address or subject that can stand in a message")
