"""Tables of the platform itself."""

from piccolo.columns import JSONB, BigInt, BigSerial, DoublePrecision, Text, Timestamptz, Varchar
from piccolo.table import Table


class Event(Table):
    """A numbered fact of a thread. Unique on (thread, seq); see core/events.py."""

    id = BigSerial(primary_key=True)
    thread = BigInt(null=False, default=None)
    seq = BigInt(null=False, default=None)
    kind = Varchar(40, null=False, default=None)
    comment = BigInt(null=True, default=None)
    actor = BigInt(null=True, default=None)
    payload = JSONB(null=False, default="{}")
    created_at = Timestamptz(null=False)
    handled_at = Timestamptz(null=True, default=None)


class RateBucket(Table):
    """The limiter's buckets while Redis is away; see core/ratelimit.py."""

    key = Text(primary_key=True, null=False, default=None)
    tokens = DoublePrecision(null=False, default=None)
    filled_at = Timestamptz(null=False)


class Mail(Table):
    """A message to hand to the mail server: written with the change it tells of, sent by the worker."""

    id = BigSerial(primary_key=True)
    kind = Varchar(20, null=False, default=None)
    recipient = Varchar(254, null=False, default=None)
    subject = Text(null=False, default=None)
    text = Text(null=False, default=None)
    html = Text(null=True, default=None)
    created_at = Timestamptz(null=False)
    due_at = Timestamptz(null=False)
    attempts = BigInt(null=False, default=0)
    sent_at = Timestamptz(null=True, default=None)
    error = Text(null=True, default=None)
