"""Mail to staff (moderators and admins)."""

from collections.abc import Sequence
from typing import Any

import msgspec

from parley.people import mail
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.text.languages import speaking

SELECT_STAFF = (
    "select id, email from member where role = any($1::text[]) and state = 'active' and not is_demo order by id"
)
STAFF = ("moderator", "admin")
# Only one transaction at a time sends letters of a kind.
TRY_LOCK = "select pg_try_advisory_xact_lock(hashtextextended('staff ' || $1, 0))"
CHECK_SENT = "select exists(select from mail where kind = $1 and created_at > now() - $2 * interval '1 hour')"


class StaffRecipient(msgspec.Struct, frozen=True):
    id: int
    email: str


async def send(kind: str, template: str, *, hours: int = 1, roles: Sequence[str] = STAFF, **context: Any) -> None:
    """Queue a letter to all staff of these roles, in the open transaction; at most one of a kind in `hours` hours."""
    if not await db.value(TRY_LOCK, kind) or await db.value(CHECK_SENT, kind, hours):
        return

    async def send_one(member: StaffRecipient) -> None:
        with speaking(await mail.language_of(member.email)):
            written = mail.written_message(template, **context)
        await mail.send(kind, member.email, *written)

    await attempts.each(
        f"mail to staff: {kind}",
        await db.fetch(StaffRecipient, SELECT_STAFF, list(roles)),
        send_one,
        key=lambda member: member.id,
    )
