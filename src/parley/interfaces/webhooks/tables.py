"""Webhooks and their deliveries."""

from piccolo.columns import (
    Array,
    BigInt,
    BigSerial,
    Bytea,
    ForeignKey,
    OnDelete,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.platform.db.schema import Index


class Webhook(Table):
    """An address to which events of chosen kinds are sent. Its secrets are sealed (people/accounts/sealing.py)."""

    id = BigSerial(primary_key=True)
    url = Text(null=False, default=None)
    kinds = Array(base_column=Text(), null=False, default=list)
    secret = Bytea(null=False, default=None)
    # The secret before a rotation also signs until then.
    former_secret = Bytea(null=True, default=None)
    former_until = Timestamptz(null=True, default=None)
    state = Varchar(3, null=False, default="on")
    # Why we switched it off: `gone` (410) or `failing`.
    ended_by = Text(null=False, default="")
    # The position of the last event that was taken from the log (interfaces/api/events.py).
    position = Text(null=False, default=None)
    # Failures in a row, since when, and until when nothing is tried after the last.
    failures = SmallInt(null=False, default=0)
    failing_since = Timestamptz(null=True, default=None)
    paused_until = Timestamptz(null=True, default=None)
    # One sweep at a time sends to it.
    leased_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False)

    webhook_state_check = Check("state in ('on', 'off')")


class WebhookDelivery(Table, tablename="webhook_delivery"):
    """An event for a webhook. The message is written when it is sent; its id is made of `event`.

    That raid mode began or ended is no event of a thread: it has no place in the log.
    """

    id = BigSerial(primary_key=True)
    webhook = ForeignKey(Webhook, null=False, default=None, on_delete=OnDelete.cascade)
    event = BigInt(null=False, default=None)
    position = Text(null=True, default=None)
    thread = BigInt(null=True, default=None)
    seq = BigInt(null=True, default=None)
    kind = Text(null=False, default=None)
    comment = BigInt(null=True, default=None)
    raid = BigInt(null=True, default=None)
    happened_at = Timestamptz(null=False, default=None)
    state = Varchar(9, null=False, default="waiting")
    attempts = SmallInt(null=False, default=0)
    due_at = Timestamptz(null=False)
    # The status of the last answer, or why there was none.
    status = SmallInt(null=True, default=None)
    error = Text(null=False, default="")
    # When it arrived, or was given up.
    settled_at = Timestamptz(null=True, default=None)

    webhook_delivery_state_check = Check("state in ('waiting', 'delivered', 'failed')")
    webhook_delivery_webhook_event_key = Unique(["webhook", "event"])

    webhook_delivery_due = Index("webhook, due_at, id", where="state = 'waiting'")
    webhook_delivery_log = Index("webhook, id desc")
