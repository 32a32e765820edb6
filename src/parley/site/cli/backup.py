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

from parley.platform.local_servers import Folder
from parley.platform.settings import settings
from parley.site.backup.archive import Manifest, OnProgress, reading
from parley.site.cli.running import attach_to, exit_on_error, fail, report

Result = TypeVar("Result")

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
DATA = click.option("--data", type=click.Path(path_type=Path), help="Data folder of the installation (default: var).")
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.command()
@FILE
@DATA
@JSON
@click.option("--overwrite", is_flag=True, help="Replace an existing FILE.")
def backup(file: Path, data: Path | None, *, as_json: bool, overwrite: bool) -> None:
    """Write a backup to FILE, also while Parley runs.

    Only its owner can read FILE: it contains members' private data and the secret that Parley signs links with.
    """
    from parley.site.backup.ops import create_backup  # noqa: PLC0415 only imported when it is called

    if file.exists() and not overwrite:
        fail(f"{file} exists already. Nothing was written. Choose another name, or add --overwrite.")

    start = monotonic()
    with ExitStack() as stack:
        folder = attach_to(stack, data)
        demo = bool(folder and folder.installation.demo)
        config = settings()
        taken = run(
            f"Writing {file.name}",
            None,
            lambda tell: create_backup(config.database_url, file, tell, secret=config.secret, demo=demo),
        )
    seconds = monotonic() - start
    text = (
        f"{file} holds {count(taken)}: {size(file)}, in {seconds:.1f} s.\n"
        f"It is of {taken.taken_at:%Y-%m-%d %H:%M:%S} UTC; what is written later is not in it."
    )
    report({"text": text, **summary(taken), "seconds": round(seconds, 2)}, as_json=as_json)


@click.command()
@FILE
@DATA
@JSON
@click.option("--replace", is_flag=True, help="Replace everything in the database by the backup.")
def restore(file: Path, data: Path | None, *, as_json: bool, replace: bool) -> None:
    """Restore the backup FILE into an empty database, while Parley does not run.

    Every table is compared with the backup. If one differs, nothing is changed.
    """
    from parley.site.backup.ops import restore as restore_backup  # noqa: PLC0415 as in backup

    total = exit_on_error(lambda: total_bytes(file))
    with ExitStack() as stack:
        folder = attach_to(stack, data, new=True)
        url = settings().database_url
        done = run(f"Restoring {file.name}", total, lambda tell: restore_backup(url, file, tell, replace=replace))
        if folder is not None:
            adopt_secret(folder, done.manifest)
        secret_differs = folder is None and done.manifest.secret != settings().secret
    lines = [
        f"{count(done.manifest)} are back, every table as it was on {done.manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC.",
        f"RPO: what was written in the {words(done.lost)} before this restore is not in it.",
        f"RTO: the restore took {words(done.took)}.",
    ]
    if secret_differs:
        lines.append(
            "PARLEY_SECRET has changed since the backup. Set the old one, or links in older mail stop working."
        )
    figures = {"rpo_seconds": round(done.lost.total_seconds(), 2), "rto_seconds": round(done.took.total_seconds(), 2)}
    report({"text": "\n".join(lines), **summary(done.manifest), **figures}, as_json=as_json)


def run(title: str, total: int | None, work: Callable[[OnProgress], Awaitable[Result]]) -> Result:
    """Do `work` with a progress bar on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(title, total=total)
        result: Result = exit_on_error(lambda: asyncio.run(work(lambda amount: bar.advance(task, amount))))  # type: ignore[arg-type]
        return result


def total_bytes(file: Path) -> int:
    """Return how many bytes will be read: the dump is checked first, then restored."""
    with reading(file) as (manifest, _):
        return 2 * manifest.bytes


def adopt_secret(folder: Folder, manifest: Manifest) -> None:
    """Use the secret of the backup, so that links in older mail still work."""
    installation = folder.installation
    installation.secret, installation.demo = manifest.secret, manifest.demo
    folder.remember(installation)


def count(manifest: Manifest) -> str:
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
    """Return a duration in words: "3.2 s", "5.0 min", "7.0 h", "2.0 days"."""
    seconds = time.total_seconds()
    for limit, unit, word in ((60, 1, "s"), (3_600, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds / unit:.1f} {word}"
    return f"{seconds / 86_400:.1f} days"
