"""`parley backup` and `parley restore`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import rich_click as click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from parley.backup.archive import Manifest, Tell, reading
from parley.cli.running import attach_to, fail, guarded, report
from parley.core.settings import settings
from parley.embedded import Folder

Result = TypeVar("Result")

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
DATA = click.option("--data", type=click.Path(path_type=Path), help="Data folder of the installation (default: var).")
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.command()
@FILE
@DATA
@JSON
@click.option("--overwrite", is_flag=True, help="Let the new backup take the place of a FILE that is there already.")
def backup(file: Path, data: Path | None, *, as_json: bool, overwrite: bool) -> None:
    """Write all that must be kept into FILE, also while Parley runs.

    FILE can be read by its owner only: it holds what members entrusted to you, and the secret that Parley signs with.
    """
    from parley.backup.taking import take  # noqa: PLC0415 loaded only when it is called

    if file.exists() and not overwrite:
        fail(f"{file} is there already, and nothing was written. Choose another name, or say --overwrite.")

    begun = monotonic()
    with ExitStack() as stack:
        folder = attach_to(stack, data)
        demo = bool(folder and folder.installation.demo)
        found = settings()
        taken = run(
            f"Writing {file.name}",
            None,
            lambda tell: take(found.database_url, file, tell, secret=found.secret, demo=demo),
        )
    seconds = monotonic() - begun
    text = (
        f"{file} holds {counted(taken)}: {size(file)}, in {seconds:.1f} s.\n"
        f"It is of {taken.taken_at:%Y-%m-%d %H:%M:%S} UTC; what is written later is not in it."
    )
    report({"text": text, **summary(taken), "seconds": round(seconds, 2)}, as_json=as_json)


@click.command()
@FILE
@DATA
@JSON
@click.option("--replace", is_flag=True, help="Let what the database holds go, and put the backup in its place.")
def restore(file: Path, data: Path | None, *, as_json: bool, replace: bool) -> None:
    """Bring the backup FILE back, into a database that is empty, while Parley does not run.

    Every table is compared with what it was; where one differs, nothing is changed.
    """
    from parley.backup.restoring import restore as bring_back  # noqa: PLC0415 as in backup

    total = guarded(lambda: whole(file))
    with ExitStack() as stack:
        folder = attach_to(stack, data, new=True)
        url = settings().database_url
        done = run(f"Restoring {file.name}", total, lambda tell: bring_back(url, file, tell, replace=replace))
        if folder is not None:
            take_over(folder, done.manifest)
        secret_differs = folder is None and done.manifest.secret != settings().secret
    lines = [
        f"{counted(done.manifest)} are back, every table as it was on {done.manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC.",
        f"RPO: what was written in the {words(done.lost)} before this restore is not in it.",
        f"RTO: the restore took {words(done.took)}.",
    ]
    if secret_differs:
        lines.append("PARLEY_SECRET is not what it was then: set it to that again, or links mailed before are void.")
    figures = {"rpo_seconds": round(done.lost.total_seconds(), 2), "rto_seconds": round(done.took.total_seconds(), 2)}
    report({"text": "\n".join(lines), **summary(done.manifest), **figures}, as_json=as_json)


def run(title: str, total: int | None, work: Callable[[Tell], Awaitable[Result]]) -> Result:
    """Do `work`, showing on a terminal how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(title, total=total)
        result: Result = guarded(lambda: asyncio.run(work(lambda amount: bar.advance(task, amount))))  # type: ignore[arg-type]
        return result


def whole(file: Path) -> int:
    """How many bytes there are to read: the dump is checked, then brought in."""
    with reading(file) as (manifest, _):
        return 2 * manifest.bytes


def take_over(folder: Folder, manifest: Manifest) -> None:
    """Let the installation sign as the one that was backed up, so that links in mails go on working."""
    installation = folder.installation
    installation.secret, installation.demo = manifest.secret, manifest.demo
    folder.remember(installation)


def counted(manifest: Manifest) -> str:
    return f"{manifest.rows:,} rows of {len(manifest.tables)} tables"


def summary(manifest: Manifest) -> dict[str, Any]:
    return {
        "taken_at": manifest.taken_at.isoformat(),
        "rows": manifest.rows,
        "tables": {name: {"rows": table.rows, "hash": table.hash} for name, table in manifest.tables.items()},
    }


def size(file: Path) -> str:
    return f"{file.stat().st_size / 1_000_000:.1f} MB"


def words(time: timedelta) -> str:
    """A span as people say it: "3.2 s", "5 min", "7 h", "2 days"."""
    seconds = time.total_seconds()
    for limit, unit, word in ((60, 1, "s"), (3_600, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds / unit:.1f} {word}"
    return f"{seconds / 86_400:.1f} days"
