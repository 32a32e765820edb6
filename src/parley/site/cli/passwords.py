"""`parley passwords`: the list of passwords that were published in breaches."""

import sys
from pathlib import Path
from typing import Any

import rich_click as click
from rich.console import Console
from rich.progress import wrap_file

from parley.people.sign_in import breached
from parley.people.sign_in.breached import BadFile
from parley.platform.errors import CommandFailed
from parley.platform.settings import settings
from parley.site.cli.running import on_installation


@click.group()
def passwords() -> None:
    """Import passwords that were published in breaches, so that nobody can choose them."""


@passwords.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@on_installation
async def import_list(file: Path) -> dict[str, Any]:
    """Read FILE, with a line `SHA-1:count` for each password, ordered by hash, in place of the former list.

    It takes 8 bytes a password in PARLEY_DATA, and hardly any memory.
    """
    target = breached.path(settings().data)
    screen, hidden = Console(stderr=True), not sys.stderr.isatty()
    try:
        with (
            file.open("rb") as lines,
            wrap_file(lines, file.stat().st_size, description="Reading", console=screen, disable=hidden) as shown,
        ):
            count = breached.write(shown, target)
    except BadFile as error:
        raise CommandFailed(f"{file} cannot be imported, and nothing was changed: {error}") from None
    except OSError as error:
        raise CommandFailed(f"{target} cannot be written, and nothing was changed: {error}") from None
    return {"text": f"{count:,} passwords are refused from now on.", "count": count, "file": str(target)}
