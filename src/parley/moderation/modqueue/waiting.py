"""How much waits under a filter of the queue: items, and other work that the filter lists with them."""

from datetime import datetime

from msgspec.structs import replace

from parley.moderation.modqueue import kinds
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.modqueue.queries import QueueCount
from parley.people.accounts.viewer import Viewer


def lists_work(wanted: QueueFilter) -> bool:
    """Whether the list has other work than items."""
    return wanted.is_kind_only and (wanted.kind is None or wanted.kind in kinds.known())


async def waiting(viewer: Viewer, wanted: QueueFilter, since: datetime | None = None) -> QueueCount:
    """Count what the viewer may decide of what the filter lists; items opened after `since` are new."""
    count = await modqueue.waiting(viewer.id, wanted, since)
    if not lists_work(wanted):
        return count
    others = [row for row in await kinds.counts(viewer) if wanted.kind in (None, row.kind)]
    oldest = min((at for at in (count.oldest, *(row.oldest for row in others)) if at), default=None)
    return replace(count, count=count.count + sum(row.count for row in others), oldest=oldest)
