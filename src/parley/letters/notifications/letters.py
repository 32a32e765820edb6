"""Immediate mails: one per thread, ten minutes after its first new notification, with all that are unread by then.

When quiet hours end, one mail covers all threads (rules.py).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from textwrap import fill
from typing import Any

import msgspec
from markupsafe import Markup

from parley.discussion.comments import queries as comments
from parley.discussion.comments.queries import CommentRow
from parley.discussion.comments.rules import IS_VISIBLE
from parley.letters.notifications.queries import NOTIFICATION_COLUMNS, NotificationRow
from parley.letters.notifications.rules import CHANNEL, IS_SHOWN, JOINS, LIST
from parley.people.accounts.tables import Member
from parley.people.mail import Letter, unsubscribe_link, write, written_html
from parley.platform import db
from parley.platform.http.languages import language_for
from parley.platform.settings import settings
from parley.platform.text.cleaning import shorten
from parley.platform.text.languages import speaking
from parley.platform.text.messages import N_, as_text

# The queue holds no comments, so none have to be removed from it.
UNRENDERED = "This letter is written when it is sent, from what is unread by then.\n"
EXPIRES = timedelta(days=2)
SUBJECT = 60
# Longer comments are cut, with a link to the rest.
LONGEST_COMMENT = 4_000
MOST_ENTRIES = 20
WIDTH = 72
ANSWERED = 140

# Collapsed comments are not mailed, and members who cannot sign in get no mail.
IS_MAILED = f"""
m.state in ('active', 'silenced') and ({CHANNEL}) = 'mail' and {IS_SHOWN} and c.collapsed is null
"""
SELECT_NOTIFICATIONS = f"""
select {NOTIFICATION_COLUMNS} from notification n {JOINS} join member m on m.id = n.member
where n.member = $1 and ($2::bigint is null or n.thread = $2) and n.by_mail and (n.letter is null or n.letter = $3)
and n.read_at is null and {IS_MAILED}
order by n.id limit {MOST_ENTRIES}
"""  # noqa: S608 constants only
# The comments as typed: they are the plain text of the mail.
SELECT_BODIES = f"""
select c.id, left(c.body, {LONGEST_COMMENT} + 1) as body from comment c where c.id = any($1::bigint[]) and {IS_VISIBLE}
"""  # noqa: S608 constants only
# From the parent comment up to the top of its branch, the top first.
SELECT_ANCESTORS = """
with recursive above as (
    select parent, 1 as steps from comment where id = $1
    union all select c.parent, steps + 1 from above join comment c on c.id = above.parent where steps < 30
) select parent from above where parent is not null order by steps desc
"""


class LetterBody(msgspec.Struct, frozen=True):
    id: int
    body: str


class Addressee(msgspec.Struct, frozen=True):
    name: str
    email: str
    language: str


class LetterEntry(msgspec.Struct, frozen=True):
    """One notification in a letter: the comment, and the words that it answers."""

    kind: str
    row: NotificationRow
    comment: CommentRow
    body: str
    answered: str

    @property
    def html(self) -> Markup:
        """The comment's HTML, with absolute links."""
        # platform/text/markdown.py writes all relative links in this form.
        return Markup(self.comment.raw_html.replace('href="/', f'href="{settings().base_url}/'))  # noqa: S704 safe as it was

    @property
    def is_cut(self) -> bool:
        return len(self.body) > LONGEST_COMMENT

    @property
    def link(self) -> str:
        return f"{settings().base_url}/c/{self.comment.id}"


class LetterThread(msgspec.Struct, frozen=True):
    thread: int
    title: str
    address: str
    off: str
    entries: list[LetterEntry]


async def render(member: int, thread: int | None, mail: int | None = None) -> tuple[Letter, list[int]] | None:
    """Return a letter with what is new for a member in a thread, or in all, and the ids of its notifications.

    Returns None if nothing is new. `mail` is the id of the letter if it is queued already.
    """
    rows = await db.fetch(NotificationRow, SELECT_NOTIFICATIONS, member, thread, mail)
    entries = await _entries(rows)
    to = await db.fetch_one(Addressee, Member.select().where(Member.id == member))
    if not entries or to is None:
        return None
    with speaking(language_for(to.language)):
        letter = await _letter(member, to, _by_thread(member, entries))
    if thread is None:
        letter = msgspec.structs.replace(letter, argument="", key=f"unread.{rows[0].id}.{member}")
    return letter, [row.id for row in rows]


async def _entries(rows: Sequence[NotificationRow]) -> list[LetterEntry]:
    ids = [row.comment for row in rows if row.comment is not None]
    comments_by_id = await comments.by_ids([*ids, *(row.parent for row in rows if row.parent is not None)])
    bodies = {row.id: row.body for row in await db.fetch(LetterBody, SELECT_BODIES, ids)}
    return [
        LetterEntry(
            row.kind, row, comments_by_id[row.comment], bodies[row.comment], _answered_excerpt(row, comments_by_id)
        )
        for row in rows
        if row.comment in bodies
    ]


def _answered_excerpt(row: NotificationRow, comments_by_id: dict[int, CommentRow]) -> str:
    parent = comments_by_id.get(row.parent) if row.parent is not None and row.kind == "reply" else None
    return shorten(parent.beginning(ANSWERED), ANSWERED) if parent is not None and parent.state == "visible" else ""


def _by_thread(member: int, entries: Sequence[LetterEntry]) -> list[LetterThread]:
    """Group entries by thread, in the order of each thread's first entry."""
    threads: dict[int, LetterThread] = {}
    for entry in entries:
        thread = entry.row.thread or 0
        if thread not in threads:
            address = f"{settings().base_url}/t/{thread}/{entry.row.slug}"
            off = unsubscribe_link(member, LIST, str(thread))
            threads[thread] = LetterThread(thread, entry.row.thread_title or "", address, off, [])
        threads[thread].entries.append(entry)
    return list(threads.values())


async def _letter(member: int, to: Addressee, discussions: Sequence[LetterThread]) -> Letter:
    first = discussions[0].entries[0]
    count = sum(len(discussion.entries) for discussion in discussions)
    is_one = len(discussions) == 1
    several = N_("{count} new for you in {discussions} discussions").format(count=count, discussions=len(discussions))
    subject = f"Re: {discussions[0].title}" if is_one else as_text(several)
    context = {"to": to, "discussions": discussions, "first": first, "count": count, "longest": LONGEST_COMMENT}
    context |= {
        "subject": shorten(subject, SUBJECT),
        "site": settings().base_url,
        "off": unsubscribe_link(member, LIST),
    }
    subject, text = write("replies", **context, wrapped=partial(wrap, indent=2))
    return Letter(
        list=LIST,
        argument=str(discussions[0].thread),
        member=member,
        to=to.email,
        key=key(first.kind, first.row.id, first.comment.id, member),
        subject=subject,
        text=text,
        html=written_html("replies", **context),
        **(await _conversation(member, discussions[0].thread, first) if is_one else {}),
        expires_at=datetime.now(UTC) + EXPIRES,
    )


def key(kind: str, notification: int, comment: int, member: int) -> str:
    """Return the key of the letter about a thread whose first notification is this one."""
    return f"revised.{notification}.{member}" if kind == "revised" else f"post.{comment}.{member}"


async def _conversation(member: int, thread: int, first: LetterEntry) -> dict[str, Any]:
    """Return the keys of the letters that this one answers, so that mail clients show them as one conversation."""
    above = [f"thread.{thread}.{member}"]
    above += [f"post.{ancestor}.{member}" for ancestor in await db.values(SELECT_ANCESTORS, first.comment.id)]
    return {"answers": above[-1], "references": tuple(above)}


def wrap(text: str, indent: int = 0) -> str:
    """Wrap and indent `text` for plain-text mail, without breaking addresses."""
    margin = " " * indent
    return "\n".join(
        fill(
            line, WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
        )
        for line in text.splitlines()
    )
