"""`parley doctor`: says in words what is wrong with an installation."""

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import rich_click as click

from parley.cli.doctor.checks import Check, Level
from parley.cli.doctor.environment import address, disk, files, mail, secret
from parley.cli.doctor.servers import database, redis, replica
from parley.core.settings import Settings, SettingsError, read
from parley.embedded import CannotStart, attach, find

COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Look at the installation in this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(data: Path | None, *, as_json: bool) -> None:
    """Say what is wrong with this installation, and what to do about it."""
    try:
        with settings_of(data) as env:
            results = asyncio.run(examine(env))
    except CannotStart as error:
        results = [Check(Level.FAIL, "data folder", str(error))]
    if as_json:
        click.echo(msgspec.json.encode(results).decode())
    else:
        for finding in results:
            level = click.style(f"{finding.level.value:<5}", fg=COLOURS[finding.level])
            click.echo(f"{level} {finding.subject:<9} {finding.text}")
    sys.exit(any(finding.level is Level.FAIL for finding in results))


@contextmanager
def settings_of(data: Path | None) -> Iterator[Mapping[str, str]]:
    """Yield the settings: of the installation in a data folder, else the environment's, else what `find` finds."""
    if data is None and "DATABASE_URL" in os.environ:
        yield os.environ
    else:
        with attach(find(data)) as servers:
            yield {**os.environ, **servers.settings}


async def examine(env: Mapping[str, str]) -> list[Check]:
    """Return everything that was found, good and bad."""
    try:
        settings = read(env)
    except SettingsError as error:
        return [Check(Level.FAIL, "settings", str(error))]
    return [Check(Level.OK, "settings", "All are readable."), *await examine_all(settings)]


async def examine_all(settings: Settings) -> list[Check]:
    parts = await asyncio.gather(
        address(settings),
        secret(settings),
        database(settings),
        replica(settings),
        redis(settings),
        disk(settings),
        mail(settings),
        files(),
    )
    return [finding for part in parts for finding in part]
