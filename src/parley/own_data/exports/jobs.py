"""The worker's job: makes the files of requested exports."""

import msgspec
import structlog

from parley.own_data.exports import archive, records
from parley.own_data.exports.tables import Export, ExportPart
from parley.people import mail
from parley.people.accounts import queries as accounts
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.settings import settings
from parley.platform.text.languages import speaking

log = structlog.get_logger(__name__)

PART_BYTES = 1_000_000
# An export without progress for a minute lost its worker and starts again.
SELECT_DUE = f"""
select id from export
where (state = 'waiting' or state = 'running' and changed_at < now() - interval '1 minute')
  and {attempts.due("exports", "export.id")}
"""  # noqa: S608 constants only
CLAIM_EXPORT = f"""
update export set state = 'running', done = 0, attempt = attempt + 1, changed_at = clock_timestamp()
where id = ({SELECT_DUE} order by id limit 1 for update skip locked)
returning id, member, attempt
"""  # noqa: S608 constants only
IS_CURRENT_ATTEMPT = "id = $1 and attempt = $2 and state = 'running'"
UPDATE_PROGRESS = f"""
update export set done = least(done + $3, total), changed_at = clock_timestamp() where {IS_CURRENT_ATTEMPT}
"""  # noqa: S608 a constant
# The lock makes a worker that takes the export over wait until the part is there, and then delete it.
INSERT_PART = f"""
insert into export_part (export, number, bytes)
select id, $3, $4 from (select id from export where {IS_CURRENT_ATTEMPT} for update) one returning number
"""  # noqa: S608 a constant
END_EXPORT = f"""
update export set state = $3, size = $4, changed_at = now() where {IS_CURRENT_ATTEMPT} returning id
"""  # noqa: S608 a constant


class RequestedExport(msgspec.Struct, frozen=True):
    id: int
    member: int
    attempt: int


class TakenOverError(Exception):
    """Another worker has begun the export anew, because this one made no progress for a minute."""


async def make_exports() -> int:
    return await attempts.each_claimed("exports", lambda: db.fetch_one(RequestedExport, CLAIM_EXPORT), _make)


async def _make(requested: RequestedExport) -> None:
    """Make one export. An error is logged, and its page shows that it failed."""
    try:
        size = await _store(requested)
        await _finish(requested, size)
    except TakenOverError:
        log.warning("export taken over by another worker", export=requested.id)
    except Exception:
        log.exception("export failed", export=requested.id, member=requested.member)
        await db.execute(END_EXPORT, requested.id, requested.attempt, "failed", 0)


class Parts:
    """Stores the bytes of an export's file in parts, as they are written."""

    def __init__(self, export: RequestedExport) -> None:
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
            await db.execute(UPDATE_PROGRESS, self._export.id, self._export.attempt, rows)

    async def close(self) -> None:
        if self._rest:
            await self._put(len(self._rest))

    async def _put(self, length: int) -> None:
        part = bytes(self._rest[:length])
        if not await db.values(INSERT_PART, self._export.id, self._export.attempt, self._number, part):
            raise TakenOverError
        del self._rest[:length]
        self._number += 1


async def _store(requested: RequestedExport) -> int:
    """Store the file in parts, and return its size in bytes. Raises TakenOverError."""
    await ExportPart.delete().where(ExportPart.export == requested.id)
    total = await records.count(requested.member)
    await Export.update({Export.total: total}).where(Export.id == requested.id)
    parts = Parts(requested)
    await archive.write(requested.member, parts.add)
    await parts.close()
    return parts.size


async def _finish(requested: RequestedExport, size: int) -> None:
    account = await accounts.account(requested.member)
    async with db.atomic():
        if not await db.values(END_EXPORT, requested.id, requested.attempt, "done", size):
            raise TakenOverError
        if account is not None:
            link = f"{settings().base_url}/settings/data"
            with speaking(await mail.language_of(account.email)):
                await mail.send("export", account.email, *mail.written_message("export", name=account.name, link=link))
