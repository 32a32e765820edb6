"""`parley backup`, `parley restore`, `parley export` and `parley import`: the whole site in one file."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import msgspec
import rich_click as click
from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn

from parley.own_data.erasure import ledger
from parley.own_data.erasure.ledger import Ledger
from parley.platform.errors import CommandFailed
from parley.platform.local_servers import Folder
from parley.platform.settings import settings
from parley.site.backup.archive import Manifest, reading
from parley.site.backup.erased import NoList
from parley.site.cli.running import DATA, JSON, attach_to, exit_on_error, fail, progress, report, run_connected

Result = TypeVar("Result")
Step = Callable[..., None]

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace an existing FILE.")
BYTES = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())


@click.command()
@FILE
@DATA
@JSON
@OVERWRITE
def backup(file: Path, data: Path | None, *, as_json: bool, overwrite: bool) -> None:
    """Write a backup to FILE, also while Parley runs.

    Only its owner can read FILE: it contains members' private data and the secret that Parley signs links with. The
    list of erasures goes beside it, as erasures.txt: without that, a restore may bring back who was erased since.
    """
    from parley.site.backup.ops import create_backup  # noqa: PLC0415 only imported when it is called

    refuse_existing(file, overwrite=overwrite)
    start = monotonic()
    with ExitStack() as stack:
        folder = attach_to(stack, data)
        demo = bool(folder and folder.installation.demo)
        config = settings()

        def work(step: Step) -> Awaitable[Manifest]:
            return create_backup(config.database_url, file, advance(step), secret=config.secret, demo=demo)

        taken = run(f"Writing {file.name}", None, work, *BYTES)
    seconds = monotonic() - start
    text = (
        f"{file} holds {count(taken)}: {file.stat().st_size / 1_000_000:.1f} MB, in {seconds:.1f} s.\n"
        f"It is of {taken.taken_at:%Y-%m-%d %H:%M:%S} UTC; what is written later is not in it."
    )
    report({"text": text, **summary(taken), "seconds": round(seconds, 2)}, as_json=as_json)


@click.command()
@FILE
@DATA
@JSON
@click.option("--replace", is_flag=True, help="Replace everything in the database by the backup.")
@click.option("--without-erasures", is_flag=True, help="Restore even if nothing says who was erased since the backup.")
def restore(file: Path, data: Path | None, *, as_json: bool, replace: bool, without_erasures: bool) -> None:
    """Restore the backup FILE into an empty database, while Parley does not run.

    Every table is compared with the backup. If one differs, nothing is changed. Members who were erased since the
    backup are erased again: erasures.txt, in the data folder or beside FILE, says who they are.
    """
    from parley.own_data.erasure.jobs import erase_all_due  # noqa: PLC0415 as in backup
    from parley.site.backup.kept import note_restore  # noqa: PLC0415 as in backup
    from parley.site.backup.ops import Restored  # noqa: PLC0415 as in backup
    from parley.site.backup.ops import restore as restore_backup  # noqa: PLC0415 as in backup

    def total_bytes() -> int:
        # The dump is checked first, then restored.
        with reading(file) as (manifest, _):
            return 2 * manifest.bytes

    total = exit_on_error(total_bytes)
    with ExitStack() as stack:
        folder = attach_to(stack, data, new=True)
        url = settings().database_url
        restoring = f"Restoring {file.name}"

        def work(step: Step, *, anyway: bool = without_erasures) -> Awaitable[Restored]:
            return restore_backup(url, file, advance(step), replace=replace, without_erasures=anyway)

        try:
            done = run(restoring, total, work, *BYTES)
        except NoList:
            confirm_without_erasures(file)
            done = run(restoring, total, partial(work, anyway=True), *BYTES)
        if folder is not None:
            # With the secret of the backup, links in older mail still work.
            remember(folder, secret=done.manifest.secret, demo=done.manifest.demo)
            os.environ["PARLEY_SECRET"] = done.manifest.secret
            settings.cache_clear()
        keep_list(done.erasures)
        note_restore(file)
        if done.erased:
            exit_on_error(lambda: asyncio.run(run_connected(erase_all_due, (), {})))
        secret_differs = folder is None and done.manifest.secret != settings().secret
    lines = [
        f"{count(done.manifest)} are back, every table as it was on {done.manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC.",
        f"RPO: what was written in the {words(done.lost)} before this restore is not in it.",
        f"RTO: the restore took {words(done.took)}.",
    ]
    if done.erased:
        lines.append(f"Members erased again, because they were erased after the backup: {done.erased}.")
    if done.list_until:
        lines.append(
            f"The list of erasures beside {file.name} ends on {done.list_until}. Whoever was erased later is back: "
            f"if you have a newer {ledger.NAME}, put it there and restore again with --replace."
        )
    if secret_differs:
        lines.append(
            "PARLEY_SECRET is another than that of the backup. Until the old one is set as PARLEY_SECRET_FORMER "
            "(docs/operating.md, Replace the secret), authenticator apps, webhooks and links in older mail fail."
        )
    figures = {"rpo_seconds": round(done.lost.total_seconds(), 2), "rto_seconds": round(done.took.total_seconds(), 2)}
    figures["erased_again"] = done.erased
    report({"text": "\n".join(lines), **summary(done.manifest), **figures}, as_json=as_json)


@click.command("export")
@FILE
@DATA
@JSON
@click.option("--private", is_flag=True, help="Everything, for moving house: accounts, votes, decisions, reports.")
@OVERWRITE
def export(file: Path, data: Path | None, *, as_json: bool, private: bool, overwrite: bool) -> None:
    """Write the whole site to FILE as JSON lines (compressed, if it ends with .gz), also while Parley runs.

    Without --private, it has what every visitor can read. docs/export.schema.json describes its lines.
    """
    from parley.site.transfer.exporting import export as export_site  # noqa: PLC0415 as in backup

    refuse_existing(file, overwrite=overwrite)
    with ExitStack() as stack:
        attach_to(stack, data)
        config = settings()

        def work(step: Step) -> Awaitable[Any]:
            return export_site(
                config.database_url,
                file,
                site=config.base_url,
                is_private=private,
                on_total=lambda total: step(total=total),
                on_progress=advance(step),
            )

        header = run(f"Writing {file.name}", None, work)
    rows = sum(header.rows.values())
    text = f"{file} has {rows:,} rows of {len(header.rows)} tables, of {header.taken_at:%Y-%m-%d %H:%M:%S} UTC."
    report({"text": text, "rows": header.rows, "private": private}, as_json=as_json)


@click.command("import")
@FILE
@DATA
@JSON
@click.option("--dry-run", is_flag=True, help="Check FILE and count, and change nothing.")
def import_(file: Path, data: Path | None, *, as_json: bool, dry_run: bool) -> None:
    """Import the whole site in FILE into a new installation. Importing it again adds nothing."""
    from parley.interfaces.search.jobs import check as check_search  # noqa: PLC0415 as in backup
    from parley.platform.db.migrate import migrate  # noqa: PLC0415 as in backup
    from parley.site.transfer import format as lines  # noqa: PLC0415 as in backup
    from parley.site.transfer.importing import Imported, import_site  # noqa: PLC0415 as in backup

    def total_rows() -> int:
        with lines.reading(file) as reader:
            return sum(reader.header.rows.values())

    rows = exit_on_error(total_rows)
    with ExitStack() as stack:
        folder = attach_to(stack, data, new=True)
        url = settings().database_url

        async def work(step: Step) -> Imported:
            try:
                await migrate(url)
            except RuntimeError as error:
                raise CommandFailed(str(error)) from None
            return await import_site(url, file, dry_run=dry_run, on_progress=advance(step))

        added = run(f"Reading {file.name}", rows, work).added
        if added and not dry_run:
            if folder is not None:
                # `parley up` must add no demo community, whose passwords everybody knows.
                remember(folder, demo=False)
            exit_on_error(lambda: asyncio.run(run_connected(check_search, (), {})))
    if not added:
        text = f"All {rows:,} rows are there already. Nothing was changed."
    elif dry_run:
        text = f"{added:,} rows can be imported. Nothing was changed."
    else:
        text = f"{added:,} rows were imported."
    report({"text": text, "rows": rows, "added": 0 if dry_run else added}, as_json=as_json)


def confirm_without_erasures(file: Path) -> None:
    """Ask whether to restore a backup although nothing says who was erased since. End the program if not."""
    missing = (
        f"There is no list of erasures: no {ledger.NAME} in {settings().data} or beside {file}. Members who had their "
        "accounts erased since the backup would be back, with all that they wrote. Nothing was changed."
    )
    if not sys.stdin.isatty():
        fail(f"{missing} Put the list there, or add --without-erasures.")
    click.echo(missing, err=True)
    click.confirm("Restore without the list?", abort=True, err=True)


def keep_list(erasures: Ledger) -> None:
    """Keep the list of erasures in the data folder, for the next restore."""
    try:
        ledger.save(settings().data, erasures)
    except OSError as error:
        click.echo(
            f"{ledger.NAME} could not be written to {settings().data}: {error.strerror}. Put it there.", err=True
        )


def refuse_existing(file: Path, *, overwrite: bool) -> None:
    if file.exists() and not overwrite:
        fail(f"{file} exists already. Nothing was written. Choose another name, or add --overwrite.")


def run(title: str, total: int | None, work: Callable[[Step], Awaitable[Result]], *columns: Any) -> Result:
    with progress(title, total, *columns) as step:
        result: Result = exit_on_error(lambda: asyncio.run(work(step)))  # type: ignore[arg-type]
        return result


def advance(step: Step) -> Callable[[int], None]:
    return lambda amount: step(advance=amount)


def remember(folder: Folder, **changes: Any) -> None:
    folder.remember(msgspec.structs.replace(folder.installation, **changes))


def count(manifest: Manifest) -> str:
    return f"{manifest.rows:,} rows of {len(manifest.tables)} tables"


def summary(manifest: Manifest) -> dict[str, Any]:
    return {
        "taken_at": manifest.taken_at.isoformat(),
        "rows": manifest.rows,
        "tables": {name: {"rows": table.rows, "hash": table.hash} for name, table in manifest.tables.items()},
    }


def words(time: timedelta) -> str:
    """Return a duration in words: "3.2 s", "5.0 min", "7.0 h", "2.0 days"."""
    seconds = time.total_seconds()
    for limit, unit, word in ((60, 1, "s"), (3_600, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds / unit:.1f} {word}"
    return f"{seconds / 86_400:.1f} days"
