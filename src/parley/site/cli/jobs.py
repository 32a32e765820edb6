"""`parley jobs`: list items that failed in the worker's jobs, and retry them."""

from datetime import datetime
from typing import Any

import msgspec
import rich_click as click

from parley.platform import db
from parley.platform.db.tables import JobFailure
from parley.platform.errors import CommandFailed
from parley.site.cli.running import on_installation

SELECT_FAILED = """
select id, job, item, attempts, error, failed_at, retry_at from job_failure order by retry_at nulls first, id limit 1000
"""


class Failure(msgspec.Struct, frozen=True):
    id: int
    job: str
    item: str
    attempts: int
    error: str
    failed_at: datetime
    retry_at: datetime | None


@click.group()
def jobs() -> None:
    """List items that failed in the worker's jobs, and retry them."""


@jobs.command("failed")
@on_installation
async def list_failed() -> dict[str, Any]:
    """List failed items, at most 1,000. Dead ones, which are not retried, come first."""
    rows = await db.fetch(Failure, SELECT_FAILED)
    lines = [_line(row) for row in rows] or ["No job has failed items."]
    return {"text": "\n".join(lines), "failed": [msgspec.to_builtins(row) for row in rows]}


@jobs.command()
@click.argument("which", metavar="ID|all")
@on_installation
async def retry(which: str) -> dict[str, Any]:
    """Retry the failed item with this ID, or all, at the next sweep of their jobs."""
    if which != "all" and not (which.isdecimal() and len(which) < len(str(2**63))):
        raise CommandFailed(f"{which!r} is not the id of a failed item: `parley jobs failed` lists them.")
    update = JobFailure.update({JobFailure.attempts: 0, JobFailure.retry_at: db.NOW}, force=which == "all")
    chosen = update if which == "all" else update.where(JobFailure.id == int(which))
    count = len(await chosen.returning(JobFailure.id))
    if which != "all" and not count:
        raise CommandFailed(f"No failed item has the id {which}: `parley jobs failed` lists them.")
    return {"text": f"{count} to be tried again.", "count": count}


def _line(failure: Failure) -> str:
    state = f"again at {failure.retry_at:%Y-%m-%d %H:%M:%S} UTC" if failure.retry_at else "dead"
    return f"{failure.id}  {failure.job} {failure.item}: {state}, {failure.attempts} attempts; {failure.error}"
