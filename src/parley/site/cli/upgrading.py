"""`parley migrate` and `parley upgrade`: bring the database to this version, and back."""

import asyncio
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import rich_click as click

from parley.platform.settings import settings
from parley.site.cli.running import DATA, JSON, attach_to, exit_on_error, process_settings, progress, report

RESTART = "Restart the web processes and workers: docs/operating.md says how to without downtime."


@click.command()
@click.option("--no-backup", is_flag=True, help="Make no backup before. For those who have one.")
def migrate(*, no_backup: bool) -> None:
    """Migrate the database to this version, after a backup of what is in it."""
    from parley.site.backup.upgrading import upgrade as apply  # noqa: PLC0415 only imported when it is called

    config = process_settings()
    work = partial(apply, config.database_url, config.data, config.secret, _quietly, backs_up=not no_backup)
    done = exit_on_error(lambda: asyncio.run(work()))
    if done.backup is not None:
        click.echo(f"{done.backup} has everything from before.")
    click.echo("The database is up to date.")


@click.command()
@click.option("--undo", is_flag=True, help="Put back what was before the last upgrade. What was written since is lost.")
@DATA
@JSON
def upgrade(data: Path | None, *, undo: bool, as_json: bool) -> None:
    """Back up, migrate and check the database, while the version before still serves; or --undo the last upgrade.

    With --undo Parley must not run. Install the version before, and start it, afterwards.
    """
    from parley.site.backup import upgrading  # noqa: PLC0415 as in migrate

    with ExitStack() as stack:
        folder = attach_to(stack, data)
        config = settings()
        if undo:
            result = _undo(config.database_url, config.data)
        else:
            demo = bool(folder and folder.installation.demo)
            with progress("Upgrading", None) as step:
                done = exit_on_error(
                    lambda: asyncio.run(
                        upgrading.upgrade(
                            config.database_url, config.data, config.secret, lambda size: step(advance=size), demo=demo
                        )
                    )
                )
            exit_on_error(lambda: asyncio.run(upgrading.check(config.database_url)))
            result = _told(done.migrations, done.backup)
    report(result, as_json=as_json)


def _undo(url: str, data: Path) -> dict[str, Any]:
    from parley.site.backup import upgrading  # noqa: PLC0415 as in migrate

    with progress("Going back", None) as step:
        path, manifest = exit_on_error(lambda: asyncio.run(upgrading.undo(url, data, lambda size: step(advance=size))))
    text = (
        f"The database is as it was on {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC, from {path.name}. "
        "Install the version that you used before the upgrade, and start it."
    )
    return {"text": text, "backup": str(path), "taken_at": manifest.taken_at.isoformat()}


def _told(migrations: list[str], backup: Path | None) -> dict[str, Any]:
    if not migrations:
        return {"text": "The database is up to date.", "migrations": [], "backup": None}
    kept = f"{backup} has everything from before. " if backup else ""
    text = f"{kept}{len(migrations)} migrations were applied, and the moderation record is whole. {RESTART}"
    return {"text": text, "migrations": migrations, "backup": str(backup) if backup else None}


def _quietly(_size: int) -> None:
    """Migrations run in the log of a container, which has no room for a bar."""
