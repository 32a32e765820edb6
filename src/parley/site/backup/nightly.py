"""The worker's nightly backup: kept for some days, and handed to a command of the operator's."""

import asyncio
import shlex
from pathlib import Path

from parley.platform.errors import CommandFailed
from parley.platform.settings import settings
from parley.site.backup import database, kept

KIND = "nightly"
# Of several workers one backs up.
TRY_LOCK = "select pg_try_advisory_lock(7270011)"
COMMAND_SECONDS = 3_600


async def back_up() -> int:
    """Back up if that is wanted and no other worker does; return how many backups were made.

    Raises CommandFailed if the disk has no room, or if the command fails: then the backup is here all the same.
    """
    config = settings()
    if not config.backup_days:
        return 0
    async with database.connected(config.database_url) as connection:
        if not await connection.fetchval(TRY_LOCK):
            return 0
        path = await kept.back_up(
            config.database_url, config.data, KIND, config.backup_days, lambda _size: None, secret=config.secret
        )
    if config.backup_command:
        await _hand_over(config.backup_command, path)
    return 1


async def _hand_over(command: str, path: Path) -> None:
    """Run the command with the path of a backup as its last argument."""
    process = await asyncio.create_subprocess_exec(*shlex.split(command), str(path))
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            code = await process.wait()
    except TimeoutError:
        process.kill()
        code = await process.wait()
    if code:
        raise CommandFailed(f"PARLEY_BACKUP_COMMAND ended with {code} for {path}, which is kept here.")
