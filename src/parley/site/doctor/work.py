"""Whether the worker runs, what failed in it, and how old the newest backup is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from parley.platform.settings import Settings
from parley.site.backup import nightly
from parley.site.backup.kept import last_restore, list_backups
from parley.site.doctor.checks import Check, Level, judge
from parley.site.doctor.servers import UNREACHABLE, connected

WORKER = "parley worker"
# A night was missed.
LATE = timedelta(hours=36)
# A backup should be restored to try it twice a year.
DRILL = timedelta(days=183)
SELECT_WORK = f"""
select exists (
           select from pg_stat_activity where datname = current_database() and application_name = '{WORKER}'
             -- A worker polls every few seconds, unless it hangs.
             and state_change > now() - interval '1 minute') as runs,
       (select count(*) from event where handled_at is null and created_at < now() - interval '1 minute') as waiting,
       (select count(*) from job_failure where retry_at is null) as dead,
       (select count(*) from mail where state = 'failed' and created_at > now() - interval '1 day') as letters
"""  # noqa: S608 constants only
FAILED = "{dead} items failed for good: `parley jobs failed` lists them. {letters} letters failed in the last day."


async def work(settings: Settings) -> list[Check]:
    try:
        async with connected(settings.database_url) as connection:
            if not await connection.fetchval("select to_regclass('job_failure') is not null"):
                return []
            found = await connection.fetchrow(SELECT_WORK)
    except UNREACHABLE:
        # The check of the database says why.
        return []
    failed = judge(
        "jobs",
        good=not (found["dead"] or found["letters"]),
        yes="None failed for good, and no letter in the last day.",
        no=FAILED.format(**found),
        otherwise=Level.WARN,
    )
    return [_worker(runs=found["runs"], waiting=found["waiting"]), failed]


def _worker(*, runs: bool, waiting: int) -> Check:
    if waiting:
        why = "It is behind" if runs else "It does not run, or hangs"
        text = f"{why}: {waiting:,} posts and votes have waited for more than a minute. Restart `parley worker`."
        return Check(Level.FAIL, "worker", text)
    no = "It does not run, or hangs: no mail is sent and nothing is imported. Restart `parley worker`."
    return judge("worker", good=runs, yes="It runs, and nothing waits.", no=no, otherwise=Level.WARN)


async def backups(settings: Settings) -> list[Check]:
    if not settings.backup_days:
        no = "None is made. Set PARLEY_BACKUP_DAYS=7, or let a timer run `parley backup`."
        return [judge("backup", good=settings.local, yes="None is made on localhost.", no=no, otherwise=Level.WARN)]
    newest = next(iter(list_backups(settings.data, nightly.KIND)), None)
    if newest is None:
        return [Check(Level.WARN, "backup", "None was made yet: the worker makes one at night.")]
    age = datetime.now(UTC) - datetime.fromtimestamp(newest.stat().st_mtime, UTC)
    hours = age // timedelta(hours=1)
    no = f"The newest is {hours} h old: {newest}. The worker makes one every night; its log says why it did not."
    return [
        judge("backup", good=age < LATE, yes=f"The newest is {hours} h old: {newest}.", no=no),
        _drill(settings, newest),
    ]


def _drill(settings: Settings, newest: Path) -> Check:
    restored = last_restore(settings.data)
    good = restored is not None and datetime.now(UTC) - restored < DRILL
    last = f"A backup was last restored on {restored:%Y-%m-%d}." if restored else "No backup was ever restored."
    no = f"{last} Try it: `parley restore {newest} --data trial` leaves this site alone."
    return judge("drill", good=good, yes=last, no=no, otherwise=Level.WARN)
