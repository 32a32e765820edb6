"""`parley export` and `parley import`: move a whole site."""

import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import rich_click as click
from rich.progress import Progress

from parley.platform.errors import CommandFailed
from parley.platform.local_servers import Folder
from parley.platform.settings import settings
from parley.site.cli.running import attach_to, exit_on_error, fail, report, run_connected

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
DATA = click.option("--data", type=click.Path(path_type=Path), help="Data folder of the installation (default: var).")
JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.command("export")
@FILE
@DATA
@JSON
@click.option("--private", is_flag=True, help="Everything, for moving house: accounts, votes, decisions, reports.")
@click.option("--overwrite", is_flag=True, help="Replace an existing FILE.")
def export(file: Path, data: Path | None, *, as_json: bool, private: bool, overwrite: bool) -> None:
    """Write the whole site to FILE as JSON lines (compressed, if it ends with .gz), also while Parley runs.

    Without --private, it has what every visitor can read. docs/export.schema.json describes its lines.
    """
    from parley.site.transfer.exporting import export as export_site  # noqa: PLC0415 only imported when it is called

    if file.exists() and not overwrite:
        fail(f"{file} exists already. Nothing was written. Choose another name, or add --overwrite.")
    with ExitStack() as stack:
        attach_to(stack, data)
        config = settings()
        bar = stack.enter_context(Progress(disable=not sys.stderr.isatty(), transient=True))
        task = bar.add_task(f"Writing {file.name}", total=None)
        header = exit_on_error(
            lambda: asyncio.run(
                export_site(
                    config.database_url,
                    file,
                    site=config.base_url,
                    is_private=private,
                    on_total=lambda total: bar.update(task, total=total),
                    on_progress=lambda rows: bar.advance(task, rows),
                )
            )
        )
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
    from parley.interfaces.search.jobs import check as check_search  # noqa: PLC0415 as in export
    from parley.platform.db.migrate import migrate  # noqa: PLC0415 as in export
    from parley.site.transfer.format import reading  # noqa: PLC0415 as in export
    from parley.site.transfer.importing import import_site  # noqa: PLC0415 as in export

    def total() -> int:
        with reading(file) as reader:
            return sum(reader.header.rows.values())

    rows = exit_on_error(total)
    with ExitStack() as stack:
        folder = attach_to(stack, data, new=True)
        url = settings().database_url
        bar = stack.enter_context(Progress(disable=not sys.stderr.isatty(), transient=True))
        task = bar.add_task(f"Reading {file.name}", total=rows)

        async def work() -> Any:
            try:
                await migrate(url)
            except RuntimeError as error:
                raise CommandFailed(str(error)) from None
            return await import_site(url, file, dry_run=dry_run, on_progress=lambda count: bar.advance(task, count))

        done = exit_on_error(lambda: asyncio.run(work()))
        if done.added and not dry_run:
            if folder is not None:
                leave_without_demo(folder)
            exit_on_error(lambda: asyncio.run(run_connected(check_search, (), {})))
    counted = {"rows": rows, "added": 0 if dry_run else done.added}
    report({"text": _sentence(rows, done.added, dry_run=dry_run), **counted}, as_json=as_json)


def leave_without_demo(folder: Folder) -> None:
    """Have `parley up` add no demo community to the site that was imported: its passwords are known to everybody."""
    installation = folder.installation
    installation.demo = False
    folder.remember(installation)


def _sentence(rows: int, added: int, *, dry_run: bool) -> str:
    if not added:
        return f"All {rows:,} rows are there already. Nothing was changed."
    if dry_run:
        return f"{added:,} rows can be imported. Nothing was changed."
    return f"{added:,} rows were imported."
