"""What came back about a message of ours, and to which addresses nothing is sent any more."""

from datetime import timedelta

import msgspec
import structlog

from parley.core import db
from parley.core.events import attempts
from parley.mail import bursts
from parley.mail.letters import lists

log = structlog.get_logger(__name__)

# An address that reached the threshold gets no letter of a list any more.
SCORES = {"gone": 4, "hard": 2, "full": 1, "soft": 1, "complaint": 4}
THRESHOLD = 4
# What comes back on the same days counts once: only time shows that an address is dead.
APART = timedelta(days=2)
LONGEST_DETAIL = 1_000
FORGOTTEN = timedelta(days=30)

ABOUT = "select lower(recipient) as address, list, member from mail where id = $1"

BOUNCE = """
insert into mail_bounce (mail, address, kind, status, detail, digest, created_at)
values ($1, $2, $3, $4, $5, $6, now()) on conflict (digest) do nothing
"""

SCORE = """
insert into mail_address as a (address, score, scored_at) values ($1, $2, now())
on conflict (address) do update set
  scored_at = case when $4 and a.score > 0 and a.scored_at > now() - $5::interval then a.scored_at else now() end,
  score = case when a.scored_at <= now() - $3::interval then $2
    when $4 and a.score > 0 and a.scored_at > now() - $5::interval then greatest(a.score, $2) else a.score + $2 end
returning score
"""

SUPPRESS = """
update mail_address set suppressed_at = coalesce(suppressed_at, now()), reason = coalesce(reason, $2) where address = $1
"""

RELEASE = "update mail_address set suppressed_at = null, reason = null, score = 0 where address = $1"


class About(msgspec.Struct, frozen=True):
    address: str
    list: str | None
    member: int | None


async def record(mail: int, kind: str, status: str, detail: str, *, digest: str) -> bool:
    """Keep what came back about `mail` and count it; False where it was read before or there is no such mail.

    Who complains is taken off the list, and nothing more goes there.
    """
    async with db.atomic():
        about = await db.fetch_one(About, ABOUT, mail)
        if about is None or not await db.execute(BOUNCE, mail, about.address, kind, status, _kept(detail), digest):
            return False
        if kind == "policy":
            log.error("mail of ours is not wanted, see /mod/mail", mail=mail, status=status)
        if kind in SCORES:
            is_sure = SCORES[kind] >= THRESHOLD
            score = await db.value(SCORE, about.address, float(SCORES[kind]), FORGOTTEN, not is_sure, APART)
            if score >= THRESHOLD:
                await db.execute(SUPPRESS, about.address, kind)
        await _look_for_burst(about.address, kind)
        if kind == "complaint" and about.list is not None and about.member is not None:
            await lists[about.list].stop(about.member, "")
    return True


async def _look_for_burst(address: str, kind: str) -> None:
    """Pause a provider that refuses many addresses alike. Where that fails, what came back counts all the same."""
    await attempts.each(
        "refusals of a provider", [address], lambda one: bursts.look(one, kind), key=lambda one: one.rpartition("@")[2]
    )


def _kept(detail: str) -> str:
    """The beginning of what another server says, without what PostgreSQL does not take."""
    return detail[:LONGEST_DETAIL].replace("\0", "")


async def leave(mail: int) -> bool:
    """Take who got `mail` off its list, as they asked; False where it is of none."""
    async with db.atomic():
        about = await db.fetch_one(About, ABOUT, mail)
        if about is None or about.list is None or about.member is None:
            return False
        await lists[about.list].stop(about.member, "")
    return True


async def let_go(address: str) -> bool:
    """Send to `address` again; False where nothing was held back."""
    return await db.execute(RELEASE, address.lower()) == 1
