"""Everything that is measured.

Prometheus asks for it at an address of its own (core/observability/scrape.py), never at a public one.

Routes are labelled with their pattern and nothing with what a person sent, so that the number of series is bounded.
What each says to an operator is in docs/operating.md, "Metrics".
"""

from functools import cache
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

# From a page that is kept (well under a millisecond) to what a time-out ends.
FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
LONG = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0)
METHODS = {"GET", "POST"}

REQUEST_SECONDS = Histogram(
    "parley_request_seconds",
    "From a request's arrival to the beginning of its answer, whatever the answer; of a stream, until it is open.",
    ["method", "route"],
    buckets=FAST,
)
ANSWERS = Counter("parley_answers", "Answers.", ["method", "route", "status"])
OPEN = Gauge("parley_requests_open", "Requests under way, open streams among them.")

QUERY_SECONDS = Histogram("parley_query_seconds", "A statement, from asking to its answer.", buckets=FAST)
SLOW_QUERIES = Counter("parley_slow_queries", "Statements slower than PARLEY_SLOW_QUERY; the log has each.")
POOL = Gauge("parley_pool_connections", "Connections of this process to PostgreSQL, by what they do.", ["state"])
POOL_WAITING = Gauge("parley_pool_waiting", "Requests that wait for a connection.")
UNAVAILABLE = Counter("parley_database_unavailable", "Times that PostgreSQL gave no connection or no answer.")
REPLICA_READS = Counter(
    "parley_replica_reads", "Statements that a replica might have answered, by which server did.", ["server"]
)

CACHE_READS = Counter(
    "parley_cache_reads", "Reads of what is kept in memory, by whether it was there.", ["cache", "found"]
)
CACHE_BYTES = Gauge("parley_cache_bytes", "Memory that the texts take which are kept, roughly.", ["cache"])

STREAMS = Gauge("parley_live_streams", "Open live streams.")
THREADS = Gauge("parley_live_threads", "Threads that somebody watches here.")
BEHIND = Gauge("parley_live_events_behind", "Events of threads watched here that were not told yet.")
DELAY_SECONDS = Histogram(
    "parley_live_delay_seconds",
    "From when an event was written to when its readers here were told.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
LISTENING = Gauge("parley_nudges_listening", "1 while Redis brings the other processes' nudges here, else 0.")
NUDGES = Counter("parley_nudges", "Messages to the other processes, by whether Redis took them.", ["outcome"])

# Labelled `name`, since Prometheus calls what it asks a job.
JOB_SECONDS = Histogram("parley_job_seconds", "A sweep of a job of the worker.", ["name"], buckets=LONG)
JOB_FAILURES = Counter("parley_job_failures", "Sweeps that ended in an error; the log has each.", ["name"])
JOB_FINISHED = Gauge("parley_job_finished_timestamp_seconds", "When a sweep of a job last ended well.", ["name"])
JOBS_DEAD = Gauge("parley_job_dead", "Items that failed so often that they are not tried again, by job.", ["name"])
WAITING = Gauge("parley_queue_waiting", "What is due in a queue in PostgreSQL and not done.", ["queue"])
OLDEST_SECONDS = Gauge("parley_queue_oldest_seconds", "How long the oldest of it has been due.", ["queue"])

RULES_OVER_BUDGET = Counter(
    "parley_rules_over_budget", "Times that a moderators' rule took longer than its budget; the log has each."
)

MAIL = Counter("parley_mail", "Messages, by what became of them; deferred ones are tried again.", ["outcome"])
MAIL_RETURNED = Gauge("parley_mail_returned", "Messages that came back within a day, by why.", ["kind"])
MAIL_WEBHOOKS = Counter(
    "parley_mail_webhooks", "Notifications of relays, by relay and by what they said.", ["relay", "outcome"]
)
MAIL_PROVIDERS_PAUSED = Counter(
    "parley_mail_providers_paused", "Times that a provider refused many letters alike and was paused, by why.", ["kind"]
)
MAIL_SUPPRESSED = Gauge("parley_mail_suppressed", "Addresses that nothing of a list is sent to any more.")

GAVE_WAY = Counter(
    "parley_gave_way",
    "Requests and jobs put off under load, by kind.",
    ["kind"],
)
LOOP_BLOCKED = Counter(
    "parley_loop_blocked", "Turns of the event loop that took over 50 ms of CPU; the log has each.", ["route"]
)
LOOP_DELAY = Gauge("parley_loop_delay_seconds", "How long the process took to turn to the question for these figures.")


def answered(scope: Any, status: int, seconds: float) -> None:
    """Count an answer and how long its asker waited for it."""
    method = scope["method"] if scope["method"] in METHODS else "other"
    route = scope.get("path_template") or "none"
    took, answers = _series(method, route, status)
    took.observe(seconds)
    answers.inc()


# Looking up what belongs to labels costs more than the counting itself.
@cache
def _series(method: str, route: str, status: int) -> tuple[Histogram, Counter]:
    return REQUEST_SECONDS.labels(method, route), ANSWERS.labels(method, route, status)
