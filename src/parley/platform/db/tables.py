"""The platform's tables."""

from piccolo.columns import JSONB, UUID, BigInt, BigSerial, Bytea, DoublePrecision, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
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


class Mail(Table):
    """A message for the mail server, written in the transaction of the change, and sent by the worker.

    `list`, `argument`, `member` and `key` belong to letters of a list (mail/letters.py). Its state is planned; claimed
    by a worker until `leased_until`; `data` from just before it is sent until the mail server replies; and finally
    sent, failed, expired, stopped (not wanted any more) or unknown (people/mail/queue.py).
    """

    id = BigSerial(primary_key=True)
    kind = Varchar(20, null=False, default=None)
    list = Varchar(20, null=True, default=None)
    argument = Text(null=False, default="")
    member = BigInt(null=True, default=None)
    recipient = Varchar(254, null=False, default=None)
    domain = Text(null=False, default="")
    key = Text(null=True, default=None, unique=True)
    answers = Text(null=True, default=None)
    ancestors = Text(null=False, default="")
    subject = Text(null=False, default=None)
    text = Text(null=False, default=None)
    html = Text(null=True, default=None)
    created_at = Timestamptz(null=False)
    due_at = Timestamptz(null=False)
    expires_at = Timestamptz(null=True, default=None)
    attempts = BigInt(null=False, default=0)
    state = Varchar(10, null=False, default="planned")
    claim = UUID(null=True, default=None)
    leased_until = Timestamptz(null=True, default=None)
    # The rendered message, as it is sent.
    message = Bytea(null=True, default=None)
    data_at = Timestamptz(null=True, default=None)
    sent_at = Timestamptz(null=True, default=None)
    queue_id = Text(null=True, default=None)
    error = Text(null=True, default=None)

    mail_state = Check("state in ('planned', 'claimed', 'data', 'sent', 'failed', 'expired', 'stopped', 'unknown')")
    mail_of_list = Check("list is null or (member is not null and key is not null)")

    mail_due = Index("domain, due_at", where="state = 'planned'")
    mail_urgent = Index("due_at", where="state = 'planned' and list is null")
    mail_leased = Index("leased_until", where="state in ('claimed', 'data')")
    mail_member = Index("member, list", where="member is not null")
    mail_time = Index("created_at")


class MailDomain(Table):
    """The state of mail to a domain: its token bucket, its last replies, and whether it is paused."""

    domain = Text(primary_key=True, null=False, default=None)
    tokens = DoublePrecision(null=False, default=None)
    filled_at = Timestamptz(null=False)
    # The last replies, newest last: "." accepted, "x" deferred.
    recent = Varchar(20, null=False, default="")
    pauses = BigInt(null=False, default=0)
    paused_until = Timestamptz(null=True, default=None)


class MailAddress(Table):
    """An address with bounces, and whether it is suppressed."""

    address = Text(primary_key=True, null=False, default=None)
    score = DoublePrecision(null=False, default=0)
    scored_at = Timestamptz(null=False)
    suppressed_at = Timestamptz(null=True, default=None)
    reason = Varchar(20, null=True, default=None)

    mail_address_suppressed = Index("suppressed_at desc", where="suppressed_at is not null")


class MailBounce(Table):
    """A bounce of a message, or a complaint about it."""

    id = BigSerial(primary_key=True)
    mail = BigInt(null=False, default=None)
    address = Text(null=False, default=None)
    kind = Varchar(20, null=False, default=None)
    status = Varchar(20, null=False, default="")
    detail = Text(null=False, default="")
    # A digest of the inbound message, so that it counts once.
    digest = Text(null=False, default=None, unique=True)
    created_at = Timestamptz(null=False)

    mail_bounce_time = Index("created_at desc")
