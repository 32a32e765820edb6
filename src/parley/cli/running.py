"""Running a command on an installation: the one in `--data`, or the one that the environment names."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import asyncpg
import rich_click as click

from parley.articles.importing.errors import CannotImport
from parley.core.db import close_pool, open_pool
from parley.core.errors import ParleyError
from parley.core.events.redis import close_redis, open_redis
from parley.core.observability import log
from parley.core.settings import SettingsError, settings

if TYPE_CHECKING:
    from parley.embedded import Folder

DEFAULT_DATA = Path("var")

# What DATABASE_URL names is not there, or not for us.
REFUSALS = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ProtocolViolationError,
)

Command = Callable[..., Any]


def on_installation(command: Callable[..., Awaitable[Any]]) -> Command:
    """Make an async function a command with `--data` and `--json`; what it returns is printed.

    A result is a line of text or a dict, which `--json` prints as JSON. ParleyError and CannotImport end the
    command with their sentence on standard error and code 1.
    """

    @click.option("--data", type=click.Path(path_type=Path), help="Data folder of the installation (default: var).")
    @click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
    @wraps(command)
    def run(*args: Any, data: Path | None, as_json: bool, **kwargs: Any) -> None:
        with ExitStack() as stack:
            attach_to(stack, data)
            report(guarded(lambda: asyncio.run(_connected(command, args, kwargs))), as_json=as_json)

    return run


def attach_to(stack: ExitStack, data: Path | None, *, new: bool = False) -> "Folder | None":
    """Point this process's settings at the installation, starting its servers when they do not run.

    Returns its data folder, or None where the environment names the servers. Only with `new` may it make an
    installation where there is none; else the program ends with a sentence.
    """
    folder = None
    if data is None and os.environ.get("DATABASE_URL"):
        os.environ.setdefault("REDIS_URL", "redis://localhost:6379/0")
    else:
        from parley.embedded import CannotStart, attach, find  # noqa: PLC0415 a deployment need not load these servers

        try:
            servers = stack.enter_context(attach(data or DEFAULT_DATA if new else find(data)))
        except CannotStart as error:
            fail(str(error))
        os.environ.update(servers.settings)
        folder = servers.folder
    try:
        log.set_up(settings().log if sys.stderr.isatty() else "warning", readable=True)
    except SettingsError as error:
        fail(str(error))
    return folder


def fail(sentence: str) -> NoReturn:
    """End the program with one sentence on standard error."""
    click.echo(sentence, err=True)
    sys.exit(1)


async def _connected(command: Callable[..., Awaitable[Any]], args: Any, kwargs: Any) -> Any:
    from parley import hooks  # noqa: PLC0415 `parley up` and its like need not load the application

    hooks.connect()
    await open_pool(settings().database_url, size=4, statement_timeout="120000")
    open_redis(settings().redis_url)
    try:
        return await command(*args, **kwargs)
    finally:
        await close_redis()
        await close_pool()


def guarded(run: Callable[[], Any]) -> Any:
    """What `run` returns. An error that people can do something about ends the program with its sentence."""
    try:
        return run()
    except (ParleyError, CannotImport, SettingsError) as error:
        fail(str(error))
    except REFUSALS as error:
        fail(f"PostgreSQL refuses: {error}.")
    except OSError as error:
        fail(f"{error.strerror or error}: {error.filename or 'the servers cannot be reached'}.")


def report(result: Any, *, as_json: bool) -> None:
    """Print what a command returned: a line of text, or a dict whose `text` people read and machines the rest."""
    if result is None:
        return
    if as_json:
        click.echo(json.dumps(result if isinstance(result, dict) else {"result": result}))
    else:
        click.echo(result.get("text", result) if isinstance(result, dict) else result)
