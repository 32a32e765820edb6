"""`parley mail`: what the DNS has to say, whether a message is as it should be, and what comes back."""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import rich_click as click

from parley.cli.running import fail, on_installation
from parley.core.errors import Refused
from parley.core.settings import settings
from parley.mail import check as checks
from parley.mail.inbound import actions, reports
from parley.mail.inbound.intake import take_in


@click.group()
def mail() -> None:
    """Mail: the DNS it needs, how it looks, and what comes back."""


@mail.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@on_installation
async def check(file: Path | None) -> dict[str, Any]:
    """Print the DNS records that others look for; with FILE, a message as it was sent, verify that, offline."""
    try:
        records = checks.records(settings())
        results = checks.look_over(file.read_bytes(), settings()) if file is not None else []
    except ValueError as error:
        raise Refused(str(error)) from None
    wrong = [one.text for one in results if not one.good]
    if wrong:
        raise Refused(f"The message is not as it should be: {'; '.join(wrong)}.")
    lines = [f"ok    {one.text}" for one in results] if results else [_line(one) for one in records]
    return {
        "text": "\n".join(lines),
        "records": [msgspec.to_builtins(one) for one in records],
        "message": [msgspec.to_builtins(one) for one in results],
    }


@mail.command()
@click.option("--to", "recipient", metavar="ADDRESS", help="The address it was delivered to, where no header says so.")
@on_installation
async def bounce(recipient: str | None) -> dict[str, Any]:
    """Take in one message from standard input: undeliverable mail, a complaint, or a letter that asks to stop."""
    said = await take_in(sys.stdin.buffer.read(), recipient)
    return {"text": said, "result": said}


@mail.command()
@click.argument("paths", metavar="PATH...", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@click.option("--data", type=click.Path(path_type=Path), hidden=True, help="Not used.")
def classify(paths: tuple[Path, ...], *, as_json: bool, data: Path | None) -> None:  # noqa: ARG001 see its help
    """Show what would be done with messages that came in: files, or folders of them. Nothing is changed."""
    for path in paths:
        if not path.exists():
            fail(f"{path} does not exist.")
        for file in _files(path):
            try:
                _, report = reports.read(file.read_bytes())
            except OSError as error:
                fail(f"{file} cannot be read: {error.strerror}.")
            found = {
                "path": str(file),
                "kind": actions.kind_of(report),
                "address": report.address if report is not None else "",
                "action": actions.action_of(report),
            }
            click.echo(json.dumps(found, ensure_ascii=False) if as_json else "  ".join(found.values()))


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())


def _line(record: checks.DnsRecord) -> str:
    return f"{record.name}  {record.type}  {record.value}\n    {record.why}"
