"""Assigning an item to a colleague who may decide it; others may still do so."""

from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.modqueue import items
from parley.moderation.reports import ops as reports
from parley.moderation.reports.tables import QueueItem
from parley.people import mail
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.settings import settings
from parley.platform.text.messages import N_


async def assign(viewer: Viewer, item: int, name: str) -> None:
    """Assign an open item, which the viewer sees, to a moderator who may decide it, and mail them; no name: nobody.

    Raises Refused for anybody else.
    """
    named = await accounts.by_name(name) if name else None
    person = await accounts.account(named.id) if named else None
    if name and (person is None or person.state != "active" or await items.item(person.id, item) is None):
        raise Refused(N_("No moderator with this name may decide this."))
    to = person.id if person else None
    async with db.atomic():
        is_open = (QueueItem.id == item) & (QueueItem.state == "open")
        changed = (
            await QueueItem.update({QueueItem.assigned_to: to})
            .where(is_open)
            .returning(QueueItem.kind, QueueItem.target)
        )
        if not changed:
            raise Refused(N_("This has been decided in the meantime."))
        await modlog.write(viewer, Entry("assign", changed[0]["kind"], changed[0]["target"]))
        if person and person.id != viewer.id:
            link = f"{settings().base_url}/mod/item/{item}"
            await mail.send_written(
                f"assigned.{item}", person.email, "staff/assigned", name=person.name, by=viewer.name, link=link
            )
    await reports.notify_queue()
