"""How long the rows of the platform's tables are kept."""

from parley.platform.retention.rules import Kept, RetentionRule

# The newest event of a thread stays, since pages and the worker need its time.
IS_NOT_THE_NEWEST = "not exists (select from thread t where t.id = event.thread and t.last_seq <= event.seq)"

RULES = (
    RetentionRule(
        table="event",
        what="what happened in threads",
        days=30,
        since="handled_at",
        after="their notifications were made; the newest event of each thread stays",
        why="reconnecting pages read it; a page that was away for longer reloads",
        where=IS_NOT_THE_NEWEST,
    ),
    RetentionRule(
        table="rate_bucket",
        what="rate counters, while Redis was down",
        days=7,
        since="filled_at",
        after="the last time",
        why="no limit lasts longer than a week; in Redis, counters expire by themselves",
        key="key",
    ),
    RetentionRule(
        table="job_failure",
        what="items that a job failed at",
        days=90,
        since="failed_at",
        after="the last failure",
        why="operators have had time to retry them",
    ),
)
KEPT: Kept = {}
