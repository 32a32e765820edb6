"""Whether the worker runs, and what failed in it."""

from parley.platform.settings import Settings
from parley.site.cli.doctor.checks import Check, Level, judge
from parley.site.cli.doctor.servers import UNREACHABLE, connected

WORKER = "parley worker"
SELECT_WORK = f"""
select exists (
           select from pg_stat_activity where datname = current_database() and application_name = '{WORKER}') as runs,
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
        why = "It is behind" if runs else "It does not run"
        text = f"{why}: {waiting:,} posts and votes have waited for more than a minute. Start `parley worker`."
        return Check(Level.FAIL, "worker", text)
    no = "It does not run: no mail is sent and nothing is imported. Start `parley worker`."
    return judge("worker", good=runs, yes="It runs, and nothing waits.", no=no, otherwise=Level.WARN)
