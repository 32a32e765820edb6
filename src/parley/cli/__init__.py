"""The `parley` program. Each command has a file, which is only imported when the command is called."""

import importlib
from typing import Any

import rich_click as click

# Command name → "module:attribute". Loading lazily keeps `parley up` from importing the whole product.
COMMANDS = {
    "api": "parley.cli.api:api",
    "article": "parley.cli.article:article",
    "backup": "parley.cli.backup:backup",
    "demo": "parley.cli.demo:demo",
    "digest": "parley.cli.digest:digest",
    "discussion": "parley.cli.discussion:discussion",
    "doctor": "parley.cli.doctor:doctor",
    "export": "parley.cli.transfer:export",
    "feed": "parley.cli.feed:feed",
    "import": "parley.cli.transfer:import_",
    "jobs": "parley.cli.jobs:jobs",
    "log": "parley.cli.log:log",
    "mail": "parley.cli.mail:mail",
    "member": "parley.cli.member:member",
    "migrate": "parley.cli.serve:migrate",
    "passwords": "parley.cli.passwords:passwords",
    "perspectives": "parley.cli.perspectives:perspectives",
    "restore": "parley.cli.backup:restore",
    "rules": "parley.cli.rules:rules",
    "secret": "parley.cli.secret:secret",
    "site": "parley.cli.site:site",
    "topic": "parley.cli.topic:topic",
    "up": "parley.cli.up:up",
    "web": "parley.cli.serve:web",
    "worker": "parley.cli.serve:worker",
}


class Commands(click.RichGroup):
    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> Any:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        return getattr(importlib.import_module(module), attribute)


@click.group(cls=Commands)
@click.version_option(package_name="parley")
def main() -> None:
    """A forum whose every thread begins with an article, with the community's perspectives beside it."""
