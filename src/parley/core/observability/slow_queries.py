"""How long statements take, and a line in the log for each that took long: its words without their values."""

import structlog

from parley.core.observability.metrics import QUERY_SECONDS, SLOW_QUERIES
from parley.core.settings import settings

log = structlog.get_logger(__name__)

# The setting is looked up only for what could be slow.
NEVER_SLOW_SECONDS = 0.001
MOST_CHARACTERS = 2_000


def took(sql: str, seconds: float) -> None:
    """Note that the statement `sql` took so long. The line has the request's id, as every line of a request."""
    QUERY_SECONDS.observe(seconds)
    if seconds > NEVER_SLOW_SECONDS and seconds * 1_000 > settings().slow_query:
        SLOW_QUERIES.inc()
        log.info("slow statement", ms=round(seconds * 1_000), sql=" ".join(sql.split())[:MOST_CHARACTERS])
