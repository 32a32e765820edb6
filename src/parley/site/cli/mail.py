"""`parley mail`: DNS records, checks of messages, and inbound mail."""

import sys
from pathlib import Path
from typing import Any

import msgspec
import rich_click as click

from parley.people.inbound_mail.intake import process
from parley.people.mail import dns_records
from parley.people.returned_mail import actions, reports
from parley.platform.errors import CommandFailed
from parley.platform.settings import settings
from parley.site.cli import mail_checks
from parley.site.cli.running import offline, on_installation


@click.group()
def mail() -> None:
    """Check DNS records and messages, and process inbound mail."""


@mail.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@on_installation
async def check(file: Path | None) -> dict[str, Any]:
    """Print the DNS records that our mail needs. With FILE, check a message as it was sent, offline."""
    try:
        records = dns_records.records(settings())
        results = mail_checks.check_message(file.read_bytes(), settings()) if file is not None else []
    except ValueError as error:
        raise CommandFailed(str(error)) from None
    wrong = [result.text for result in results if not result.good]
    if wrong:
        raise CommandFailed(f"The message has faults: {'; '.join(wrong)}.")
    lines = (
        [f"ok    {result.text}" for result in results]
        if results
        else [f"{record.name}  {record.type}  {record.value}\n    {record.why}" for record in records]
    )
    return {
        "text": "\n".join(lines),
        "records": [msgspec.to_builtins(record) for record in records],
        "message": [msgspec.to_builtins(result) for result in results],
    }


@mail.command()
@click.option("--to", "recipient", metavar="ADDRESS", help="The address it was delivered to, if no header has it.")
@on_installation
async def bounce(recipient: str | None) -> dict[str, Any]:
    """Process a message from standard input: a bounce, a complaint, or a request to unsubscribe."""
    outcome = await process(sys.stdin.buffer.read(), recipient)
    return {"text": outcome, "result": outcome}


@mail.command()
@click.argument("paths", metavar="PATH...", type=click.Path(path_type=Path), nargs=-1, required=True)
@offline
def classify(paths: tuple[Path, ...]) -> list[dict[str, str]]:
    """Show how inbound messages in files or folders would be processed. Nothing is changed."""
    results = []
    for path in paths:
        if not path.exists():
            raise CommandFailed(f"{path} does not exist.")
        for file in [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file()):
            _, report = reports.read(file.read_bytes())
            fields = {
                "path": str(file),
                "kind": actions.kind_of(report),
                "address": report.address if report is not None else "",
                "action": actions.action_of(report),
            }
            results.append(fields | {"text": "  ".join(fields.values())})
    return results
