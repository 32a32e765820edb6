"""How long the rows of the platform's tables are kept."""

from parley.core.retention.rules import Kept, Rule

# The newest event of a thread stays, since pages and the worker need its time.
IS_NOT_THE_NEWEST = "not exists (select from thread t where t.id = event.thread and t.last_seq <= event.seq)"

RULES = (
    Rule(
        table="event",
        what="what happened in threads",
        days=30,
        since="handled_at",
        after="its notifications were made; the newest of each thread stays",
        why="it is read by open pages that were away, and a page that was away for longer loads anew",
        where=IS_NOT_THE_NEWEST,
    ),
    Rule(
        table="rate_bucket",
        what="how often somebody did something, while Redis was away",
        days=2,
        since="filled_at",
        after="the last time",
        why="no limit lasts longer than two days; in Redis each bucket expires when it is full again",
        key="key",
    ),
    Rule(
        table="job_failure",
        what="items that a job failed at",
        days=90,
        since="failed_at",
        after="the last failure",
        why="an operator has had the time to have them tried again",
    ),
)
KEPT: Kept = {}
