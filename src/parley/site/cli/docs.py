"""`parley docs`: the documents of this version."""

import rich_click as click

from parley.platform.errors import CommandFailed
from parley.site.administration import manual
from parley.site.cli.running import exit_on_error


@click.command()
@click.argument("name", required=False)
def docs(name: str | None) -> None:
    """List the documents of this version, or print that called NAME, such as operating."""
    click.echo(_list() if name is None else exit_on_error(lambda: _read(name)))


def _list() -> str:
    return "\n".join(f"{name:<20} {manual.title(name)}" for name in manual.documents())


def _read(name: str) -> str:
    if name not in manual.documents():
        raise CommandFailed(f"There is no document {name}. `parley docs` lists all.")
    return manual.documents()[name].read_text("utf-8").rstrip()
