"""The worker's job: makes the files of requested exports."""

import msgspec
import structlog

from parley import mail
from parley.accounts import queries as accounts
from parley.core import db
from parley.core.db import NOW
from parley.core.events import attempts
from parley.core.settings import settings
from parley.exports import archive, records
from parley.exports.tables import Export, ExportPart

log = structlog.get_logger(__name__)

PART_BYTES = 1_000_000
# An export without progress for a minute lost its worker and starts again.
CLAIM = f"""
update export set state = 'running', done = 0, changed_at = clock_timestamp() where id = (
    select id from export
    where (state = 'waiting' or state = 'running' and changed_at < now() - interval '1 minute')
      and {attempts.due("exports", "export.id")}
    order by id limit 1 for update skip locked)
returning id, member
"""  # noqa: S608 constants only
ADVANCE = """
update export set done = least(done + $2, total), changed_at = clock_timestamp() where id = $1 and state = 'running'
"""


class RequestedExport(msgspec.Struct, frozen=True):
    id: int
    member: int


async def make_exports() -> int:
    """Make all requested exports, and return their number."""
    return await attempts.each_claimed("exports", lambda: db.fetch_one(RequestedExport, CLAIM), _make)


async def _make(requested: RequestedExport) -> None:
    """Make one export. An error is logged, and its page shows that it failed."""
    try:
        size = await _store(requested)
    except Exception:
        log.exception("export failed", export=requested.id, member=requested.member)
        await Export.update({Export.state: "failed", Export.changed_at: NOW}).where(Export.id == requested.id)
    else:
        await _finish(requested, size)


class Parts:
    """Stores the bytes of an export's file in parts, as they are written."""

    def __init__(self, export: int) -> None:
        self._export = export
        self._rest = bytearray()
        self._number = 0
        self.size = 0

    async def add(self, rows: int, data: bytes) -> None:
        """Add bytes to the file, and `rows` to the progress that its member sees."""
        self._rest += data
        self.size += len(data)
        while len(self._rest) >= PART_BYTES:
            await self._put(PART_BYTES)
        if rows:
            await db.execute(ADVANCE, self._export, rows)

    async def close(self) -> None:
        if self._rest:
            await self._put(len(self._rest))

    async def _put(self, length: int) -> None:
        # Of two workers that make the same export, the slower one fails here: parts are unique.
        await ExportPart.insert(ExportPart(export=self._export, number=self._number, bytes=bytes(self._rest[:length])))
        del self._rest[:length]
        self._number += 1


async def _store(requested: RequestedExport) -> int:
    """Store the file in parts, and return its size in bytes."""
    await ExportPart.delete().where(ExportPart.export == requested.id)
    total = await records.count(requested.member)
    await Export.update({Export.total: total}).where(Export.id == requested.id)
    parts = Parts(requested.id)
    await archive.write(requested.member, parts.add)
    await parts.close()
    return parts.size


async def _finish(requested: RequestedExport, size: int) -> None:
    account = await accounts.account(requested.member)
    async with db.atomic():
        await Export.update({Export.state: "done", Export.size: size, Export.changed_at: NOW}).where(
            Export.id == requested.id
        )
        if account is not None:
            link = f"{settings().base_url}/settings/data"
            await mail.send("export", account.email, *mail.written_message("export", name=account.name, link=link))
