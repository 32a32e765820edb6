"""Changing one's name. The old one stays reserved for a year, and leads to the new one."""

from datetime import datetime

import msgspec
import structlog
from asyncpg import UniqueViolationError

from parley.people import mail
from parley.people.account_settings import queries
from parley.people.accounts import names, reserved_names, viewer_cache
from parley.people.accounts.tables import FormerName, Member
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.db import atomic
from parley.platform.errors import Refused
from parley.platform.http.access import require_write_allowed
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)
TOO_SOON = N_("You can change your name once in {days} days. The next time is on {day}.")


class NameNow(msgspec.Struct, frozen=True):
    name: str
    name_key: str
    email: str


async def next_at(member: int) -> datetime | None:
    """When the member may change their name again; None: now."""
    moment: datetime | None = await db.value(queries.SELECT_NEXT_RENAMING, member)
    return moment


async def former(member: int) -> list[str]:
    """The former names of a member that are still theirs, the newest first."""
    own = FormerName.select(FormerName.name).where(FormerName.member == member)
    return await db.values(own.order_by(FormerName.changed_at, ascending=False))


async def rename(viewer: Viewer, name: str) -> None:
    """Give a member another name, and notify them by mail.

    Raises Refused for a name that is taken or reserved, or within 30 days of the last change; Forbidden while silenced.
    """
    require_write_allowed(viewer)
    try:
        async with atomic():
            row = Member.select().where(Member.id == viewer.id)
            now = await db.fetch_one(NameNow, row.lock_rows("NO KEY UPDATE"))
            if now is None or now.name == name:
                raise Refused(N_("This is your name already."))
            if (later := await next_at(viewer.id)) is not None:
                raise Refused(
                    TOO_SOON,
                    days=queries.RENAMING_DAYS,
                    day=later,
                )
            key = names.key(name)
            own = FormerName.delete().where(FormerName.member == viewer.id, FormerName.name_key == key)
            is_own = now.name_key == key or bool(await own.returning(FormerName.id))
            former_name = FormerName(member=viewer.id, name=now.name, name_key=now.name_key)
            await FormerName.insert(former_name).on_conflict(
                FormerName.name_key, "DO UPDATE", [FormerName.member, FormerName.name, FormerName.changed_at]
            )
            await Member.update({Member.name: name, Member.name_key: key}).where(Member.id == viewer.id)
            # After the update, which waits for a member who is giving up this name.
            if not is_own:
                await reserved_names.require_free(name, viewer.id)
            link = f"{settings().base_url}/settings/profile"
            await mail.send_written("name", now.email, "renamed", name=name, former=now.name, link=link)
            viewer_cache.clear_after_commit()
    except UniqueViolationError:
        raise Refused(reserved_names.NAME_TAKEN) from None
    log.info("member renamed", member=viewer.id)
