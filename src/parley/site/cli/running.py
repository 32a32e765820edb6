"""Runs a command on an installation: the one in `--data`, or the one in the environment variables."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import asyncpg
import rich_click as click

from parley.extraction.errors import CannotImport
from parley.platform.db import close_pool, open_pool
from parley.platform.environment import SettingsError
from parley.platform.errors import CommandFailed, ParleyError
from parley.platform.events.notify import flush
from parley.platform.events.redis import close_redis, open_redis
from parley.platform.observability import log
from parley.platform.settings import Settings, settings

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from parley.platform.local_servers import Folder

DEFAULT_DATA = Path("var")

# The database of DATABASE_URL does not exist, or refuses the login.
REFUSALS = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ProtocolViolationError,
)

Command = Callable[..., Any]
# An id in the database. A larger number is a typing error.
ID = click.IntRange(1, 2**63 - 1)
DATA = click.option("--data", type=click.Path(path_type=Path), help="Data folder of the installation (default: var).")
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def on_installation(command: Callable[..., Awaitable[Any]]) -> Command:
    """Make an async function a command with `--data` and `--json` that prints its result.

    A result is text, a dict or a list of them, which `--json` prints as JSON. The errors that people can act on end the
    command with their message on standard error and exit code 1.
    """

    @DATA
    @JSON
    @wraps(command)
    def run(*args: Any, data: Path | None, as_json: bool, **kwargs: Any) -> None:
        with ExitStack() as stack:
            attach_to(stack, data)
            report(exit_on_error(lambda: asyncio.run(run_connected(command, args, kwargs))), as_json=as_json)

    return run


def process_settings() -> Settings:
    """Return the settings of a process of a deployment, which logs by them."""
    try:
        config = settings()
    except SettingsError as error:
        fail(str(error))
    log.set_up(config.log, readable=config.local)
    return config


def offline(command: Callable[..., Any]) -> Command:
    """Make a function a command with `--json` that prints its result, needs no installation and ignores `--data`."""

    @click.option("--data", type=click.Path(path_type=Path), hidden=True, help="Not used.")
    @JSON
    @wraps(command)
    def run(*args: Any, data: Path | None, as_json: bool, **kwargs: Any) -> None:  # noqa: ARG001 see its help
        report(exit_on_error(lambda: command(*args, **kwargs)), as_json=as_json)

    return run


def attach_to(stack: ExitStack, data: Path | None, *, new: bool = False) -> "Folder | None":
    """Set this process's settings to those of the installation, and start its servers if they do not run.

    Returns its data folder, or None if the environment has the settings. Without `new` it fails if there is no
    installation; with it, one is made where `data` says, or in the working folder if none is found.
    """
    folder = None
    if data is None and os.environ.get("DATABASE_URL"):
        os.environ.setdefault("REDIS_URL", "redis://localhost:6379/0")
    else:
        from parley.platform.local_servers import CannotStart, attach  # noqa: PLC0415 a deployment does without

        try:
            servers = stack.enter_context(attach(_data_folder(data, new=new)))
        except CannotStart as error:
            fail(str(error))
        os.environ.update(servers.settings)
        folder = servers.folder
    try:
        log.set_up(settings().log if sys.stderr.isatty() else "warning", readable=True)
    except SettingsError as error:
        fail(str(error))
    return folder


def _data_folder(data: Path | None, *, new: bool) -> Path:
    """The folder of the installation; where there is none, the one for a `new` installation. Raises CannotStart."""
    from parley.platform.local_servers import CannotStart, find  # noqa: PLC0415 as above

    if new and data is not None:
        return data
    try:
        return find(data)
    except CannotStart:
        if not new:
            raise
        return DEFAULT_DATA


def fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


async def run_connected(command: Callable[..., Awaitable[Any]], args: Any, kwargs: Any) -> Any:
    from parley.site import hooks  # noqa: PLC0415 commands such as `parley up` do not need the application

    hooks.connect()
    # A command, such as the one that makes the demo, may take longer than a request.
    await open_pool(
        settings().database_url, size=4, statement_timeout="120000", idle_in_transaction_session_timeout="120000"
    )
    open_redis(settings().redis_url)
    try:
        return await command(*args, **kwargs)
    finally:
        await flush()
        await close_redis()
        await close_pool()


def exit_on_error(run: Callable[[], Any]) -> Any:
    """Return what `run` returns. Errors that people can act on end the program with their message."""
    try:
        return run()
    except (CommandFailed, ParleyError, CannotImport, SettingsError) as error:
        fail(str(error))
    except REFUSALS as error:
        fail(f"PostgreSQL refuses: {error}.")
    except UnicodeDecodeError as error:
        fail(f"The file is not text in UTF-8: {error.reason} at byte {error.start}. Nothing was changed.")
    except OSError as error:
        # A timeout has neither words nor a file.
        reason = error.strerror or str(error) or "No answer"
        fail(f"{reason}: {error.filename or 'the servers cannot be reached'}.")


def existing(file: Path) -> Path:
    if not file.is_file():
        raise CommandFailed(f"There is no file {file}.")
    return file


@contextmanager
def progress(title: str, total: int | None = None, *columns: "ProgressColumn") -> Iterator[Callable[..., None]]:
    """Show a progress bar on a terminal. Yields a function that takes `advance`, or the `total`."""
    from rich.progress import Progress  # noqa: PLC0415 most commands do without

    with Progress(*columns, disable=not sys.stderr.isatty(), transient=True) as bar:
        yield partial(bar.update, bar.add_task(title, total=total))


def report(result: Any, *, as_json: bool) -> None:
    """Print a result: text, or a dict with `text` for people and other keys for programs; a list, a line each."""
    if result is None:
        return
    if isinstance(result, list):
        for item in result:
            report(
                {name: value for name, value in item.items() if name != "text"} if as_json else item, as_json=as_json
            )
        return
    if as_json:
        click.echo(json.dumps(result if isinstance(result, dict) else {"result": result}, ensure_ascii=False))
    else:
        click.echo(result.get("text", result) if isinstance(result, dict) else result)
