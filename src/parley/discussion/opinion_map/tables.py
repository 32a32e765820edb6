"""The map of each thread. No table holds where a member stands, or in which group."""

from piccolo.columns import JSONB, BigInt, BigSerial, ForeignKey, Integer, OnDelete, SmallInt, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from parley.discussion.comments.tables import Comment
from parley.discussion.threads.tables import Thread
from parley.platform.db.schema import Index


class PerspectiveMap(Table, tablename="perspective_map"):
    """The newest analysis of a thread's answers; the worker makes it (discussion/opinion_map/jobs.py)."""

    id = BigSerial(primary_key=True)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    # The analysis without its members: the next one starts from it, and members are placed with it.
    analysis = JSONB(null=False, default="{}")
    # What readers see (discussion/opinion_map/published.py), and what is remembered to publish the next one.
    published = JSONB(null=False, default="{}")
    state = JSONB(null=False, default="{}")
    # The number of answers that it was computed from.
    answers = Integer(null=False, default=0)
    # The gates measured and the verdicts that came and went, the newest last.
    history = JSONB(null=False, default="[]")
    counted_at = Timestamptz(null=False)

    perspective_map_counted = Index("counted_at")


class StatementVerdict(Table, tablename="statement_verdict"):
    id = BigSerial(primary_key=True)
    comment = ForeignKey(Comment, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    thread = BigInt(null=False, default=None)
    # `common-ground`, `rejected` or `dividing`.
    verdict = Varchar(13, null=False, default=None)
    # The published per cent who agree in the group that agrees least.
    bridge = SmallInt(null=False, default=0)
    since = Timestamptz(null=False)

    statement_verdict_verdict_check = Check("verdict in ('common-ground', 'rejected', 'dividing')")

    statement_verdict_thread = Index("thread, verdict")
    statement_verdict_since = Index("verdict, since desc, id desc")
