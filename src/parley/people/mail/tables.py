"""The tables of outgoing mail, of the domains and addresses it goes to, and of bounces."""

from piccolo.columns import UUID, BigInt, BigSerial, Bytea, DoublePrecision, Text, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from parley.platform.db.schema import Index


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
