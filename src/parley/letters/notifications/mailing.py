"""The mail list of immediate mails: which are due, whether they are wanted, their text and their outcome."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from parley.discussion.threads.tables import Thread
from parley.letters.notifications import letters, ops, queries
from parley.letters.notifications.letters import IS_MAILED
from parley.letters.notifications.rules import (
    BATCHED,
    CHANNEL,
    JOINS,
    KINDS,
    LIST,
    SETTINGS_JOINS,
    QuietSpan,
    next_moment_outside,
)
from parley.letters.notifications.tables import Follow, Notification
from parley.people.mail import Letter, MailList, post_all
from parley.people.mail.tables import Mail
from parley.platform import db, failpoint
from parley.platform.events import attempts
from parley.platform.text.cleaning import as_id, shorten

# The name under which failures are recorded.
JOB = "letters about notifications"
BATCH, MOST_BATCHES = 100, 100
MAILED = [kind.name for kind in KINDS if "mail" in kind.channels]
MAILED_BY_DEFAULT = [kind.name for kind in KINDS if kind.channel == "mail"]

# Notifications that need a letter, except if one for the thread is queued already: that one will include them.
SELECT_DUE_LETTERS = f"""
select n.member, n.thread, t.title, m.email, min(n.id) as notification, (array_agg(n.kind order by n.id))[1] as kind,
       (array_agg(n.comment order by n.id))[1] as comment, q.starts, q.ends, m.zone
from notification n {JOINS} join member m on m.id = n.member left join quiet_hours q on q.member = n.member
where n.by_mail and n.letter is null and n.read_at is null and n.created_at > now() - interval '2 days'
and {IS_MAILED} and not exists (
    select from mail o where o.member = n.member and o.list = '{LIST}' and o.argument in (n.thread::text, '')
    and o.state in ('planned', 'claimed', 'data')
) and {attempts.due(JOB, "n.member || ' ' || n.thread")}
group by n.member, n.thread, t.title, m.email, m.zone, q.starts, q.ends order by min(n.id) limit {BATCH}
"""  # noqa: S608 constants only
# Only one worker at a time queues letters.
LOCK_LETTERS = "select pg_advisory_xact_lock(7270004)"
RECORD_LETTER = "update notification set letter = $2, mailed_at = now() where id = any($1::bigint[])"
# Notifications that cannot be mailed are left to the digest.
GIVE_UP = """
update notification set by_mail = false where member = $1 and ($2::bigint is null or thread = $2)
and by_mail and letter is null
"""
OF_KINDS = "(select $1::bigint as member, $2::bigint as thread, kind from unnest($3::text[]) kind) n"
IS_WANTED = f"""
select exists (select from {OF_KINDS} {SETTINGS_JOINS} where ({CHANNEL}) = 'mail')
or $2::bigint is null and exists (select from follow where member = $1 and channel = 'mail')
"""  # noqa: S608 constants only
STOP_MAIL = f"""
insert into notification_preference (member, kind, channel)
select n.member, n.kind, 'page' from {OF_KINDS} {SETTINGS_JOINS} where ({CHANNEL}) = 'mail'
on conflict (member, kind) do update set channel = 'page'
"""  # noqa: S608 constants only


class DueLetter(msgspec.Struct, frozen=True):
    """What a member is to be mailed about a thread, the first notification of it, and their quiet hours, if any."""

    member: int
    thread: int
    title: str
    email: str
    notification: int
    kind: str
    comment: int
    starts: int | None
    ends: int | None
    zone: str

    @property
    def key(self) -> str:
        return f"{self.member} {self.thread}"

    def held_until(self, moment: datetime) -> datetime | None:
        """Return the end of the quiet hours that `moment` is in, or None."""
        if self.starts is None or self.ends is None:
            return None
        quiet = QuietSpan(self.starts, self.ends, self.zone)
        return next_moment_outside(quiet, moment) if quiet.includes(moment) else None


class MailedLetter(msgspec.Struct, frozen=True):
    member: int
    argument: str


async def post_letters() -> int:
    """Queue the letters that are due, to be sent in ten minutes or when quiet hours end, and return how many."""
    count = 0
    if not await db.values(SELECT_DUE_LETTERS):
        return count
    for _ in range(MOST_BATCHES):
        count += (batch := await _post_some())
        if batch < BATCH:
            break
    return count


async def _post_some() -> int:
    async with db.atomic():
        await db.execute(LOCK_LETTERS)
        letters_due = await db.fetch(DueLetter, SELECT_DUE_LETTERS)
        await attempts.in_halves(JOB, letters_due, _post, key=lambda letter: letter.key)
    return len(letters_due)


async def _post(letters_due: Sequence[DueLetter]) -> None:
    # The transaction's time, to which `post` adds the delay.
    now = await db.value("select now()")
    held = {letter.member: until for letter in letters_due if (until := letter.held_until(now + BATCHED))}
    at_once = [letter for letter in letters_due if letter.member not in held]
    numbers = await post_all([_placeholder(letter) for letter in at_once], delay=BATCHED)
    failpoint.hit("posted")
    for letter, number in zip(at_once, numbers, strict=True):
        if not number:
            await db.execute(GIVE_UP, letter.member, letter.thread)
    for member, until in held.items():
        await _post_held(member, until - now)


def _placeholder(due: DueLetter) -> Letter:
    """Return a letter that is written when it is sent (letters.py)."""
    return Letter(
        list=LIST,
        argument=str(due.thread),
        member=due.member,
        to=due.email,
        key=letters.key(due.kind, due.notification, due.comment, due.member),
        subject=shorten(" ".join(f"Re: {due.title}".split()), letters.SUBJECT),
        text=letters.UNRENDERED,
        expires_at=datetime.now(UTC) + letters.EXPIRES,
    )


async def _post_held(member: int, delay: timedelta) -> None:
    """Queue the letter that covers all threads after quiet hours."""
    rendered = await letters.render(member, None)
    if rendered is None:
        return
    letter = msgspec.structs.replace(rendered[0], text=letters.UNRENDERED, html=None)
    [number] = await post_all([letter], delay=delay)
    if not number:
        await db.execute(GIVE_UP, member, None)


async def _held_until(member: int, moment: datetime) -> datetime | None:
    quiet = await queries.quiet_hours(member)
    return next_moment_outside(quiet, moment) if quiet and quiet.includes(moment) else None


async def hold(member: int) -> datetime | None:
    """Return until when letters to a member are held, or None if they may be sent now."""
    return await _held_until(member, datetime.now(UTC))


async def wanted(member: int, argument: str) -> bool:
    return bool(await db.value(IS_WANTED, member, as_id(argument), MAILED))


async def stop(member: int, argument: str) -> None:
    """Stop immediate mails, of one thread or of all: their notifications appear only on the page."""
    thread = as_id(argument)
    if thread is not None:
        await ops.set_channel(member, thread, "page")
    if not argument:
        await db.execute(STOP_MAIL, member, None, MAILED)
        await Follow.update({Follow.channel: "page"}).where((Follow.member == member) & (Follow.channel == "mail"))


async def start(member: int, argument: str) -> None:
    """Mail the kinds that are mailed by default again. Channels chosen for single threads are not restored."""
    thread = as_id(argument)
    if thread is not None:
        await ops.set_channel(member, thread, None)
    if not argument:
        await ops.set_channels(member, dict.fromkeys(MAILED_BY_DEFAULT, "mail"))


async def render(mail: int) -> Letter | None:
    """Return the letter with everything that is unread now, or None if nothing is."""
    queued = await _letter(mail)
    if queued is None:
        return None
    rendered = await letters.render(queued.member, as_id(queued.argument), mail)
    if rendered is None:
        return None
    letter, ids = rendered
    await db.execute(RECORD_LETTER, ids, mail)
    return letter


async def settled(mail: int, outcome: str) -> None:
    if outcome == "sent":
        return
    queued = await _letter(mail)
    await Notification.update(
        {Notification.letter: None, Notification.mailed_at: None, Notification.by_mail: False}
    ).where(Notification.letter == mail)
    if queued is not None and outcome != "unknown":
        await db.execute(GIVE_UP, queued.member, as_id(queued.argument))


async def _letter(mail: int) -> MailedLetter | None:
    return await db.fetch_one(MailedLetter, Mail.select().where(Mail.id == mail))


async def about(argument: str) -> str | None:
    title: str | None = await db.value(Thread.select(Thread.title).where(Thread.id == as_id(argument)))
    return title


MAIL_LIST = MailList(
    name=LIST,
    title="replies and mentions by mail",
    wanted=wanted,
    stop=stop,
    review=render,
    settled=settled,
    start=start,
    hold=hold,
    about=about,
)
