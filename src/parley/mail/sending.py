"""Handing over what is due: to the mail server, or into files where there is none."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import structlog

from parley.core import db, failpoint
from parley.core.events import attempts
from parley.core.settings import settings
from parley.mail import domains, refusals, rendering, smtp, unanswered
from parley.mail.links import envelope
from parley.mail.queue import MOST_ATTEMPTS, Claimed, claim, enter_data, leave_unsure, put_off, release, settle

__all__ = ["MOST_ATTEMPTS", "deliver_due"]

log = structlog.get_logger(__name__)

# An address that takes mail again is forgiven step by step.
FORGIVE = """
update mail_address set score = greatest(score - 0.1, 0)
where address = (select lower(recipient) from mail where id = $1) and suppressed_at is null
"""


async def deliver_due() -> int:
    """Hand over up to 20 of the messages that are due, and return how many went out.

    Whatever ends it, at any point, no letter of a list goes out twice and none is lost.
    """
    by = uuid4()
    await unanswered.find_out(by)
    try:
        due = await claim(by)
        failpoint.hit("claimed")
        async with smtp.connection() as connection:
            return await _deliver_all(due, by, connection)
    finally:
        await release(by)


async def _deliver_all(due: list[Claimed], by: UUID, connection: smtp.Connection) -> int:
    sent = 0
    resting: set[str] = set()
    for number, mail in enumerate(due):
        if mail.domain in resting:
            continue
        try:
            handed = await _hand_over(mail, by, connection)
        except smtp.Unreachable as error:
            log.warning("mail server unreachable", error=str(error))
            for one in due[number:]:
                await put_off(one, by, str(error))
            break
        except smtp.NoAnswer as error:
            log.warning("mail not answered", mail=mail.id)
            await leave_unsure(mail, by, str(error))
        except Exception as error:  # noqa: BLE001 what goes wrong with one message keeps no other from going out
            rests = await attempts.each(
                "mail",
                [mail],
                lambda one, error=error: refusals.handle(one, by, error),  # type: ignore[misc]
                key=lambda one: one.id,
                in_transaction=False,
            )
            if any(rests):
                resting.add(mail.domain)
        else:
            # Outside the `try`: once it was taken, no failure of ours may send it again.
            sent += handed is not None and await _note_sent(mail, by, handed)
    return sent


class Handed(msgspec.Struct, frozen=True):
    queue_id: str | None = None


async def _hand_over(mail: Claimed, by: UUID, connection: smtp.Connection) -> Handed | None:
    """Hand one message over; None where it is not to be sent."""
    ready = await rendering.ready(mail, by)
    failpoint.hit("kept")
    if ready is None:
        return None
    if settings().smtp_url is None:
        await asyncio.to_thread(_write, settings().data / "mail", mail, ready)
        return Handed()
    parcel = smtp.Parcel(envelope(mail.id), ready.recipient, ready.message)
    try:
        return Handed(await connection.hand_over(parcel, lambda: enter_data(mail.id, by)))
    except smtp.Withdrawn:
        return None


async def _note_sent(mail: Claimed, by: UUID, handed: Handed) -> bool:
    async with db.atomic():
        await settle(mail, by, "sent", queue_id=handed.queue_id)
        await domains.taken(mail.domain)
        await db.execute(FORGIVE, mail.id)
        await attempts.clear("mail", [str(mail.id)])
    failpoint.hit("settled")
    return True


def _write(target: Path, mail: Claimed, ready: rendering.Ready) -> None:
    """Write the message as a file that is whole or absent; it holds links, so it is for its owner only."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target / f".{mail.id}.part"
    part.touch(mode=0o600)
    part.write_bytes(ready.message)
    part.replace(target / f"{mail.id:06}-{ready.kind}.eml")
