"""The `parley` program. Each command has a file, which is only imported when the command is called."""

import importlib
from typing import Any

import rich_click as click

# Command name → "module:attribute". Loading lazily keeps `parley up` from importing the whole product.
COMMANDS = {
    "api": "parley.site.cli.api:api",
    "article": "parley.site.cli.article:article",
    "backup": "parley.site.cli.backup:backup",
    "demo": "parley.site.cli.demo:demo",
    "digest": "parley.site.cli.digest:digest",
    "discussion": "parley.site.cli.discussion:discussion",
    "doctor": "parley.site.cli.doctor:doctor",
    "export": "parley.site.cli.transfer:export",
    "feed": "parley.site.cli.feed:feed",
    "import": "parley.site.cli.transfer:import_",
    "jobs": "parley.site.cli.jobs:jobs",
    "log": "parley.site.cli.log:log",
    "mail": "parley.site.cli.mail:mail",
    "member": "parley.site.cli.member:member",
    "migrate": "parley.site.cli.serve:migrate",
    "passwords": "parley.site.cli.passwords:passwords",
    "perspectives": "parley.site.cli.perspectives:perspectives",
    "restore": "parley.site.cli.backup:restore",
    "rules": "parley.site.cli.rules:rules",
    "secret": "parley.site.cli.secret:secret",
    "site": "parley.site.cli.site:site",
    "topic": "parley.site.cli.topic:topic",
    "up": "parley.site.cli.up:up",
    "web": "parley.site.cli.serve:web",
    "worker": "parley.site.cli.serve:worker",
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
