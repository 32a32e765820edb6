"""The `parley` program. The module of a command is only imported when the command is called."""

import importlib
import os
import sys
from typing import Any

import rich_click as click

from parley.platform.environment import SettingsError, read_files

# Each command has a module of its name, except these. Loaded lazily, so that `parley up` imports little.
MODULES = {
    "backup": "moving", "restore": "moving", "export": "moving", "import": "moving",
    "migrate": "upgrading", "upgrade": "upgrading", "web": "serve", "worker": "serve",
}  # fmt: skip
COMMANDS = [
    "api",
    "article",
    "demo",
    "digest",
    "discussion",
    "docs",
    "doctor",
    "feed",
    "jobs",
    "log",
    "mail",
    "mcp",
    "member",
    "passwords",
    "perspectives",
    "rules",
    "secret",
    "site",
    "topic",
    "up",
]


class Commands(click.RichGroup):
    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted([*COMMANDS, *MODULES])

    def get_command(self, _ctx: click.Context, name: str) -> Any:
        if name not in self.list_commands(_ctx):
            return None
        module = importlib.import_module(f"{__name__}.{MODULES.get(name, name)}")
        return getattr(module, "import_" if name == "import" else name)


@click.group(cls=Commands)
@click.version_option(package_name="parley-forum", prog_name="parley")
def main() -> None:
    """A forum whose every thread begins with an article, with the community's responses beside it."""
    try:
        read_files(os.environ)
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
