"""Letters at once: one a thread, ten minutes after the first that is new there, of all that is unread by then.

One of all threads where quiet hours end (quiet.py).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from textwrap import fill
from typing import Any

import msgspec
from markupsafe import Markup

from parley.comments import queries as comments
from parley.comments.queries import CommentRow
from parley.comments.rules import IS_VISIBLE
from parley.core import db
from parley.core.settings import settings
from parley.core.text.cleaning import shortened
from parley.mail import Letter, off_link, written, written_html
from parley.notifications import view
from parley.notifications.queries import COLUMNS, NotificationRow
from parley.notifications.rules import CHANNEL, IS_SHOWN, JUDGED_BY, LIST

# No word of anybody lies in the queue: what is taken away meanwhile was never there.
UNWRITTEN = "This letter is written when it goes out: it tells of what is unread, and may be read, by then.\n"
EXPIRES = timedelta(days=2)
SUBJECT = 60
# What is longer goes on where it stands.
LONGEST = 4_000
MOST_TOLD = 20
WIDTH = 72
ANSWERED = 140

# What is folded is not sent on, and nothing to whom cannot come and see.
IS_MAILED = f"""
m.state in ('active', 'silenced') and ({CHANNEL}) = 'mail' and {IS_SHOWN} and c.collapsed is null
"""
TO_TELL = f"""
select {COLUMNS} from notification n {JUDGED_BY} join member m on m.id = n.member
where n.member = $1 and ($2::bigint is null or n.thread = $2) and n.by_mail and (n.letter is null or n.letter = $3)
and n.read_at is null and {IS_MAILED}
order by n.id limit {MOST_TOLD}
"""  # noqa: S608 constants only
# The words as they were typed, which are the text of a letter.
BODIES = f"""
select c.id, left(c.body, {LONGEST} + 1) as body from comment c where c.id = any($1::bigint[]) and {IS_VISIBLE}
"""  # noqa: S608 constants only
TO = "select name, email from member where id = $1"
# From the comment that is answered up to the first of its branch.
ANCESTORS = """
with recursive above as (
    select parent, 1 as steps from comment where id = $1
    union all select c.parent, steps + 1 from above join comment c on c.id = above.parent where steps < 30
) select parent from above where parent is not null order by steps desc
"""


class LetterBody(msgspec.Struct, frozen=True):
    id: int
    body: str


class To(msgspec.Struct, frozen=True):
    name: str
    email: str


class LetterEntry(msgspec.Struct, frozen=True):
    """One notification in a letter: what was written, and the words it answers."""

    kind: str
    row: NotificationRow
    comment: CommentRow
    body: str
    answered: str

    @property
    def html(self) -> Markup:
        """What was written, with addresses that lead here from anywhere."""
        # Its links are ours to change: core/text/markdown.py wrote them all in this way.
        return Markup(self.comment.raw_html.replace('href="/', f'href="{settings().base_url}/'))  # noqa: S704 safe as it was

    @property
    def is_cut(self) -> bool:
        return len(self.body) > LONGEST

    @property
    def link(self) -> str:
        return f"{settings().base_url}/c/{self.comment.id}"


class LetterThread(msgspec.Struct, frozen=True):
    """What a letter tells of one thread."""

    thread: int
    title: str
    address: str
    off: str
    said: list[LetterEntry]


async def write(member: int, thread: int | None, mail: int | None = None) -> tuple[Letter, list[int]] | None:
    """The letter that tells a member what is new for them in a thread, or in all; and the notifications it tells of.

    None where nothing is new.

    `mail` is the number of that letter where it was posted before.
    """
    rows = await db.fetch(NotificationRow, TO_TELL, member, thread, mail)
    said = await _said(rows)
    to = await db.fetch_one(To, TO, member)
    if not said or to is None:
        return None
    letter = await _letter(member, to, _by_thread(member, said))
    if thread is None:
        letter = msgspec.structs.replace(letter, argument="", key=f"unread.{rows[0].id}.{member}")
    return letter, [row.id for row in rows]


async def _said(rows: Sequence[NotificationRow]) -> list[LetterEntry]:
    ids = [row.comment for row in rows if row.comment is not None]
    found = await comments.by_ids([*ids, *(row.parent for row in rows if row.parent is not None)])
    bodies = {one.id: one.body for one in await db.fetch(LetterBody, BODIES, ids)}
    return [
        LetterEntry(row.kind, row, found[row.comment], bodies[row.comment], _answered(row, found))
        for row in rows
        if row.comment in bodies
    ]


def _answered(row: NotificationRow, found: dict[int, CommentRow]) -> str:
    """The first of the member's own words that a reply answers."""
    parent = found.get(row.parent) if row.parent is not None and row.kind == "reply" else None
    return shortened(view.excerpt(parent), ANSWERED) if parent is not None and parent.state == "visible" else ""


def _by_thread(member: int, said: Sequence[LetterEntry]) -> list[LetterThread]:
    """The threads in the order of what came first in each."""
    found: dict[int, LetterThread] = {}
    for one in said:
        thread = one.row.thread or 0
        if thread not in found:
            address = f"{settings().base_url}/t/{thread}/{one.row.slug}"
            off = off_link(member, LIST, str(thread))
            found[thread] = LetterThread(thread, one.row.thread_title or "", address, off, [])
        found[thread].said.append(one)
    return list(found.values())


async def _letter(member: int, to: To, discussions: Sequence[LetterThread]) -> Letter:
    first = discussions[0].said[0]
    count = sum(len(one.said) for one in discussions)
    is_one = len(discussions) == 1
    subject = f"Re: {discussions[0].title}" if is_one else f"{count} new for you in {len(discussions)} discussions"
    context = {"to": to, "discussions": discussions, "first": first, "count": count, "longest": LONGEST}
    context |= {"subject": shortened(subject, SUBJECT), "site": settings().base_url, "off": off_link(member, LIST)}
    subject, text = written("replies", **context, wrapped=_wrapped)
    return Letter(
        list=LIST,
        argument=str(discussions[0].thread),
        member=member,
        to=to.email,
        key=f"revised.{first.row.id}.{member}" if first.kind == "revised" else f"post.{first.comment.id}.{member}",
        subject=subject,
        text=text,
        html=written_html("replies", **context),
        **(await _conversation(member, discussions[0].thread, first) if is_one else {}),
        expires_at=datetime.now(UTC) + EXPIRES,
    )


async def _conversation(member: int, thread: int, first: LetterEntry) -> dict[str, Any]:
    """The keys of the letters that this one answers, so that mail clients show them together."""
    above = [f"thread.{thread}.{member}"]
    above += [f"post.{one}.{member}" for one in await db.values(ANCESTORS, first.comment.id)]
    return {"answers": above[-1], "references": tuple(above)}


def _wrapped(text: str) -> str:
    """`text`, set in, in lines of a terminal; none is cut where it holds an address."""
    lines = text.splitlines()
    return "\n".join(
        fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        for line in lines
    )
