"""`parley doctor`: checks an installation and explains problems."""

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import rich_click as click

from parley.platform.environment import SettingsError
from parley.platform.local_servers import CannotStart, attach, find
from parley.platform.settings import read
from parley.site.cli.running import DATA, JSON
from parley.site.doctor import examine
from parley.site.doctor.checks import Check, Level

COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


@click.command()
@DATA
@JSON
def doctor(data: Path | None, *, as_json: bool) -> None:
    """Check this installation, and say what to do about problems."""
    try:
        with settings_of(data) as env:
            results = examined(env)
    except CannotStart as error:
        results = [Check(Level.FAIL, "data folder", str(error))]
    if as_json:
        click.echo(msgspec.json.encode(results).decode())
    else:
        for check in results:
            level = click.style(f"{check.level.value:<5}", fg=COLOURS[check.level])
            click.echo(f"{level} {check.subject:<9} {check.text}")
    sys.exit(any(check.level is Level.FAIL for check in results))


@contextmanager
def settings_of(data: Path | None) -> Iterator[Mapping[str, str]]:
    """Yield the settings of the installation in `data`, else of the environment, else of the installation found."""
    if data is None and "DATABASE_URL" in os.environ:
        yield os.environ
    else:
        with attach(find(data)) as running:
            yield {**os.environ, **running.settings}


def examined(env: Mapping[str, str]) -> list[Check]:
    try:
        settings = read(env)
    except SettingsError as error:
        return [Check(Level.FAIL, "settings", str(error))]
    return [Check(Level.OK, "settings", "All are readable."), *asyncio.run(examine(settings))]
