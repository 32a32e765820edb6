"""Webmentions: one for each thread and address."""

from piccolo.columns import BigSerial, Boolean, ForeignKey, OnDelete, SmallInt, Text, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.discussion.threads.tables import Thread
from parley.platform.db.schema import Index


class Webmention(Table):
    """A webmention of a thread to the page of its article."""

    id = BigSerial(primary_key=True)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade)
    target = Text(null=False, default=None)
    # `none`: the page takes no webmentions; `failed`: it refused this one, or could not be reached for days.
    state = Varchar(7, null=False, default="waiting")
    # Whether the thread's page links to the target, as it did when this was sent, or will be.
    linked = Boolean(null=False, default=True)
    attempts = SmallInt(null=False, default=0)
    due_at = Timestamptz(null=False)
    # The status of the last answer; null where there was none.
    status = SmallInt(null=True, default=None)
    settled_at = Timestamptz(null=True, default=None)

    webmention_state_check = Check("state in ('waiting', 'sent', 'none', 'failed')")
    webmention_thread_target_key = Unique(["thread", "target"])

    webmention_due = Index("due_at", where="state = 'waiting'")
    webmention_gone = Index("thread", where="not linked")
