"""Reading a member's exports and their files."""

import itertools
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import msgspec

from parley.own_data.exports.tables import ExportPart
from parley.people.accounts.viewer import Viewer
from parley.platform import db

# Also stated by templates/own_data/exports/_export.html.
EXPORT_DAYS = 7
SELECT_EXPORT = f"""
select id, state, done, total, size, created_at, created_at > now() - interval '1 day' as is_recent
from export where member = $1 and created_at > now() - interval '{EXPORT_DAYS} days'
"""  # noqa: S608 a constant


class ExportRow(msgspec.Struct, frozen=True):
    """An export as its member sees it; `size` in bytes, `done` and `total` in rows."""

    id: int
    state: str
    done: int
    total: int
    size: int
    created_at: datetime
    is_recent: bool

    @property
    def is_busy(self) -> bool:
        return self.state in ("waiting", "running")

    @property
    def until(self) -> datetime:
        return self.created_at + timedelta(days=EXPORT_DAYS)

    @property
    def megabytes(self) -> str:
        return f"{max(self.size / 1_000_000, 0.1):.1f}"


async def newest(viewer: Viewer) -> ExportRow | None:
    """The viewer's last export, while it is kept."""
    return await db.fetch_one(ExportRow, f"{SELECT_EXPORT} order by id desc limit 1", viewer.id)


async def finished_export(viewer: Viewer, number: int) -> ExportRow | None:
    return await db.fetch_one(ExportRow, f"{SELECT_EXPORT} and id = $2 and state = 'done'", viewer.id, number)


async def parts(export: int) -> AsyncIterator[bytes]:
    """Yield the bytes of an export's file, one part at a time."""
    for number in itertools.count():
        part = ExportPart.select(ExportPart.bytes).where(ExportPart.export == export, ExportPart.number == number)
        if (content := await db.value(part)) is None:
            return
        yield content
