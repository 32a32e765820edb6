"""What the rules tell the moderators by mail."""

from typing import Any

from parley.core import db, mail

STAFF = "select email from member where role in ('moderator', 'admin') and state = 'active' and not is_demo order by id"
# Of several at once one tells.
ALONE = "select pg_try_advisory_xact_lock(hashtextextended('staff ' || $1, 0))"
TOLD = "select exists(select from mail where kind = $1 and created_at > now() - $2 * interval '1 hour')"


async def tell(kind: str, template: str, *, hours: int = 1, **context: Any) -> None:
    """Mail a letter to every moderator in the open transaction, one of a kind at most once in so many hours."""
    if not await db.value(ALONE, kind) or await db.value(TOLD, kind, hours):
        return
    for address in await db.values(STAFF):
        await mail.send(kind, address, *mail.written_message(template, **context))
