"""Statement times, and a log line for each slow statement: its text without values."""

import structlog

from parley.platform.observability.metrics import QUERY_SECONDS, SLOW_QUERIES
from parley.platform.settings import settings

log = structlog.get_logger(__name__)

# The setting is looked up only above this.
NEVER_SLOW_SECONDS = 0.001
MAX_LENGTH = 2_000


def record(sql: str, seconds: float) -> None:
    """Record the time of the statement `sql`. The log line has the request's id, like every line of a request."""
    QUERY_SECONDS.observe(seconds)
    if seconds > NEVER_SLOW_SECONDS and seconds * 1_000 > settings().slow_query:
        SLOW_QUERIES.inc()
        log.info("slow statement", ms=round(seconds * 1_000), sql=" ".join(sql.split())[:MAX_LENGTH])
