"""All metrics. Prometheus scrapes them at a private address (platform/http/scrape.py).

Labels never hold what a person sent, and routes are labelled with their pattern, so the number of series is bounded.
docs/operating.md, "Metrics", explains each metric to operators.
"""

from functools import cache
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

# From a cached page (well under a millisecond) to a time-out.
FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
LONG = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0)
METHODS = {"GET", "POST"}

REQUEST_SECONDS = Histogram(
    "parley_request_seconds",
    "From the arrival of a request to the start of its response; for a stream, until it is open.",
    ["method", "route"],
    buckets=FAST,
)
ANSWERS = Counter("parley_answers", "Responses.", ["method", "route", "status"])
OPEN = Gauge("parley_requests_open", "Requests in progress, including open streams.")

QUERY_SECONDS = Histogram(
    "parley_query_seconds", "The time of a statement, from sending it to its result.", buckets=FAST
)
SLOW_QUERIES = Counter("parley_slow_queries", "Statements slower than PARLEY_SLOW_QUERY; each is in the log.")
POOL = Gauge("parley_pool_connections", "Connections of this process to PostgreSQL, by state.", ["state"])
POOL_WAITING = Gauge("parley_pool_waiting", "Requests that wait for a connection.")
UNAVAILABLE = Counter("parley_database_unavailable", "Times that PostgreSQL could not be reached or did not answer.")
DEADLOCKS = Counter("parley_database_deadlocks", "Deadlocks that rolled back a transaction of this process.")
RETRIES = Counter("parley_retries", "Posts that were checked and written again, by reason.", ["reason"])
REPLICA_READS = Counter(
    "parley_replica_reads", "Statements that a replica may answer, by the server that answered.", ["server"]
)

CACHE_READS = Counter(
    "parley_cache_reads", "Lookups in caches in memory, by whether the entry was found.", ["cache", "found"]
)
CACHE_BYTES = Gauge("parley_cache_bytes", "Approximate memory of cached texts.", ["cache"])

STREAMS = Gauge("parley_live_streams", "Open live streams.")
THREADS = Gauge("parley_live_threads", "Threads with a live stream in this process.")
BEHIND = Gauge("parley_live_events_behind", "Events of these threads that were not sent to their streams yet.")
DELAY_SECONDS = Histogram(
    "parley_live_delay_seconds",
    "From writing an event to sending it to this process's streams.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
LISTENING = Gauge(
    "parley_signals_listening", "1 while this process is subscribed to the other processes' signals in Redis, else 0."
)
SIGNALS = Counter("parley_signals", "Messages to the other processes, by whether Redis accepted them.", ["outcome"])

# Labelled `name`, since Prometheus uses the label `job` for scrape targets.
JOB_SECONDS = Histogram(
    "parley_job_seconds", "The time of a sweep of one of the worker's jobs.", ["name"], buckets=LONG
)
JOB_FAILURES = Counter("parley_job_failures", "Sweeps that failed; each is in the log.", ["name"])
JOB_FINISHED = Gauge(
    "parley_job_finished_timestamp_seconds", "When a sweep of a job last succeeded, or the worker started.", ["name"]
)
JOBS_DEAD = Gauge("parley_job_dead", "Items that failed too often to be tried again, by job.", ["name"])
WAITING = Gauge("parley_queue_waiting", "Items of a queue in PostgreSQL that are due and not done.", ["queue"])
OLDEST_SECONDS = Gauge("parley_queue_oldest_seconds", "How long the oldest of them has been due.", ["queue"])

RULES_OVER_BUDGET = Counter(
    "parley_rules_over_budget", "Times that an automatic rule took longer than its budget; each is in the log."
)

MAIL = Counter("parley_mail", "Messages, by outcome; deferred ones are tried again.", ["outcome"])
MAIL_RETURNED = Gauge("parley_mail_returned", "Messages that came back within a day, by reason.", ["kind"])
MAIL_WEBHOOKS = Counter(
    "parley_mail_webhooks", "Notifications from relays, by relay and outcome.", ["relay", "outcome"]
)
MAIL_PROVIDERS_PAUSED = Counter(
    "parley_mail_providers_paused",
    "Times that a provider was paused after refusing many messages alike, by reason.",
    ["kind"],
)
MAIL_SUPPRESSED = Gauge("parley_mail_suppressed", "Addresses that get no more list mail.")

LOAD_SHED = Counter(
    "parley_load_shed",
    "Requests refused and jobs deferred under load, by kind.",
    ["kind"],
)
LOOP_BLOCKED = Counter(
    "parley_loop_blocked", "Turns of the event loop that took over 50 ms of CPU; each is in the log.", ["route"]
)
LOOP_DELAY = Gauge("parley_loop_delay_seconds", "How long the event loop took to start answering this scrape.")


def count_response(scope: Any, status: int, seconds: float) -> None:
    """Count a response and its time."""
    method = scope["method"] if scope["method"] in METHODS else "other"
    route = scope.get("path_template") or "none"
    request_seconds, answers = _series(method, route, status)
    request_seconds.observe(seconds)
    answers.inc()


# Looking up a series by its labels costs more than counting.
@cache
def _series(method: str, route: str, status: int) -> tuple[Histogram, Counter]:
    return REQUEST_SECONDS.labels(method, route), ANSWERS.labels(method, route, status)
