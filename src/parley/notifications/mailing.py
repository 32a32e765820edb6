"""What the list of letters at once answers the post office, and which letters are to be posted."""

from datetime import UTC, datetime

import msgspec

from parley.core import db, failpoint
from parley.core.text.cleaning import as_id
from parley.mail import Letter, MailList, post
from parley.notifications import letters, ops, queries
from parley.notifications.letters import IS_MAILED
from parley.notifications.quiet_hours import next_moment_outside
from parley.notifications.rules import BATCHED, CHANNEL, CHOSEN, JUDGED_BY, KINDS, LIST

BATCH = 100
MAILED = [kind.name for kind in KINDS if "mail" in kind.channels]
MAILED_AT_FIRST = [kind.name for kind in KINDS if kind.channel == "mail"]

# What waits for a letter, but where one is on its way already: that one will tell of it.
DUE = f"""
select n.member, n.thread from notification n {JUDGED_BY} join member m on m.id = n.member
where n.by_mail and n.letter is null and n.read_at is null and n.created_at > now() - interval '2 days'
and {IS_MAILED} and not exists (
    select from mail o where o.member = n.member and o.list = '{LIST}' and o.argument in (n.thread::text, '')
    and o.state in ('planned', 'claimed', 'data')
)
group by n.member, n.thread order by min(n.id) limit {BATCH}
"""  # noqa: S608 constants only
# One letter at a time for a member, whichever worker posts it.
LOCK = "select pg_advisory_xact_lock($1, $2::bigint::int)"
LOCKS = 7_270_004
WAITS = f"""
select exists (
    select from mail where member = $1 and list = '{LIST}' and argument in ($2, '')
    and state in ('planned', 'claimed', 'data')
)
"""  # noqa: S608 constants only
WRITTEN = "update notification set letter = $2, mailed_at = now() where id = any($1::bigint[])"
# What did not reach them comes in the digest. What came too late for this letter is told in the next.
NOT_SENT = "update notification set letter = null, mailed_at = null, by_mail = false where letter = $1"
NEVER_SENT = """
update notification set by_mail = false where member = $1 and ($2::bigint is null or thread = $2)
and by_mail and letter is null
"""
OF_MAIL = "select member, argument from mail where id = $1"
OF_KINDS = "(select $1::bigint as member, $2::bigint as thread, kind from unnest($3::text[]) kind) n"
WANTED = f"""
select exists (select from {OF_KINDS} {CHOSEN} where ({CHANNEL}) = 'mail')
or $2::bigint is null and exists (select from follow where member = $1 and channel = 'mail')
"""  # noqa: S608 constants only
STOP_THREADS = "update follow set channel = 'page' where member = $1 and channel = 'mail'"
STOP = f"""
insert into notification_preference (member, kind, channel)
select n.member, n.kind, 'page' from {OF_KINDS} {CHOSEN} where ({CHANNEL}) = 'mail'
on conflict (member, kind) do update set channel = 'page'
"""  # noqa: S608 constants only
TITLE = "select title from thread where id = $1"


class DueLetter(msgspec.Struct, frozen=True):
    member: int
    thread: int


class MailedLetter(msgspec.Struct, frozen=True):
    member: int
    argument: str


async def post_letters() -> int:
    """Post the letters that are due, each to go out in ten minutes or when quiet hours end, and return how many."""
    count = 0
    for one in await db.fetch(DueLetter, DUE):
        count += await _post(one)
    return count


async def _post(one: DueLetter) -> bool:
    async with db.atomic():
        await db.execute(LOCK, LOCKS, one.member % 2**31)
        if await db.value(WAITS, one.member, str(one.thread)):
            return False
        # The transaction's own time, from which `post` counts the delay.
        now = await db.value("select now()")
        due = now + BATCHED
        held_until = await _held_until(one.member, due)
        # One letter tells what came in quiet hours, whatever its thread.
        thread = None if held_until else one.thread
        found = await letters.write(one.member, thread)
        if found is None:
            return False
        unwritten = msgspec.structs.replace(found[0], text=letters.UNWRITTEN, html=None)
        mail = await post(unwritten, delay=(held_until or due) - now)
        failpoint.hit("posted")
        if not mail:
            await db.execute(NEVER_SENT, one.member, thread)
    return bool(mail)


async def _held_until(member: int, moment: datetime) -> datetime | None:
    """When the quiet hours that hold at this moment end; None where none hold."""
    quiet = await queries.quiet_hours(member)
    return next_moment_outside(quiet, moment) if quiet and quiet.hold(moment) else None


async def hold(member: int) -> datetime | None:
    """Until when letters to a member wait; None where they may go out now."""
    return await _held_until(member, datetime.now(UTC))


async def wanted(member: int, argument: str) -> bool:
    """Whether a member wants letters at once: of a thread, or of any."""
    return bool(await db.value(WANTED, member, as_id(argument), MAILED))


async def stop(member: int, argument: str) -> None:
    """One click: what would be mailed stands on the page of notifications only, of one thread or of all."""
    thread = as_id(argument)
    if thread is not None:
        await ops.set_channel(member, thread, "page")
    if not argument:
        await db.execute(STOP, member, None, MAILED)
        await db.execute(STOP_THREADS, member)


async def start(member: int, argument: str) -> None:
    """Take `stop` back."""
    thread = as_id(argument)
    if thread is not None:
        await ops.set_channel(member, thread, None)
    if not argument:
        await ops.set_channels(member, dict.fromkeys(MAILED_AT_FIRST, "mail"))


async def render(mail: int) -> Letter | None:
    """The letter with all there is to tell now; None where it was read, or is gone."""
    of = await db.fetch_one(MailedLetter, OF_MAIL, mail)
    if of is None:
        return None
    found = await letters.write(of.member, as_id(of.argument), mail)
    if found is None:
        return None
    letter, told = found
    await db.execute(WRITTEN, told, mail)
    return letter


async def settled(mail: int, outcome: str) -> None:
    """Note what became of a letter."""
    if outcome == "sent":
        return
    of = await db.fetch_one(MailedLetter, OF_MAIL, mail)
    await db.execute(NOT_SENT, mail)
    if of is not None and outcome != "unknown":
        await db.execute(NEVER_SENT, of.member, as_id(of.argument))


async def about(argument: str) -> str | None:
    """The title of the thread that an argument names."""
    title: str | None = await db.value(TITLE, as_id(argument))
    return title


LETTERS = MailList(
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
