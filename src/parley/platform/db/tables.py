"""The platform's tables."""

from piccolo.columns import JSONB, BigInt, BigSerial, DoublePrecision, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from parley.platform.db.schema import Index, TransactionId


class Event(Table):
    """A numbered event of a thread, unique on (thread, seq); see platform/events/event_log.py."""

    id = BigSerial(primary_key=True)
    thread = BigInt(null=False, default=None)
    seq = BigInt(null=False, default=None)
    kind = Varchar(40, null=False, default=None)
    comment = BigInt(null=True, default=None)
    actor = BigInt(null=True, default=None)
    payload = JSONB(null=False, default="{}")
    created_at = Timestamptz(null=False)
    handled_at = Timestamptz(null=True, default=None)
    # When the search index took it in (interfaces/search/jobs.py).
    indexed_at = Timestamptz(null=True, default=None)
    # With the id, this orders the events of all threads (interfaces/api/events.py).
    xid = TransactionId()

    event_thread_seq_key = Unique([thread, seq])

    event_unhandled = Index("id", where="handled_at is null")
    event_unindexed = Index("id", where="indexed_at is null")
    event_position = Index("xid, id")
    # Events are handled almost in the order of writing, so a BRIN index finds the old ones.
    event_time = Index("handled_at", using="brin", options="autosummarize = on")


class RateBucket(Table):
    """Buckets of rate limits while Redis is down; see platform/token_buckets.py."""

    key = Text(primary_key=True, null=False, default=None)
    tokens = DoublePrecision(null=False, default=None)
    filled_at = Timestamptz(null=False)


class JobFailure(Table):
    """An item that failed in a job of the worker, unique on (job, item). Without `retry_at` it is dead.

    See platform/events/attempts.py.
    """

    id = BigSerial(primary_key=True)
    job = Text(null=False, default=None)
    item = Text(null=False, default=None)
    attempts = Integer(null=False, default=0)
    error = Text(null=False, default="")
    failed_at = Timestamptz(null=False)
    retry_at = Timestamptz(null=True, default=None)

    job_failure_job_item_key = Unique([job, item])

    job_failure_dead = Index("job", where="retry_at is null")
