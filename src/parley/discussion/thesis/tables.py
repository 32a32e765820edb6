"""Theses of threads, one row for each wording, and the answers of members to them."""

from piccolo.columns import (
    Array,
    BigInt,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.discussion.threads.tables import Thread
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Thesis(Table):
    """What a thread's article claims, in one sentence. New words are a new row; `ended_at` is null for the present one.

    The counters are of counted answers only; discussion/votes/jobs.py checks them every night.
    """

    id = BigSerial(primary_key=True)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade)
    version = Integer(null=False, default=None)
    text = Varchar(120, null=False, default=None)
    # Whether the words stand in some version of the article. Triggers say so (schema.sql).
    in_article = Boolean(null=False, default=False)
    # Who wrote these words; null on the command line.
    member = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    agrees = Integer(null=False, default=0)
    disagrees = Integer(null=False, default=0)
    unsure = Integer(null=False, default=0)
    # As in `comment.published`.
    published = Array(base_column=Integer(), null=False, default=[0, 0, 0, 0])
    created_at = Timestamptz(null=False)
    ended_at = Timestamptz(null=True, default=None)

    thesis_text_check = Check("text <> ''")
    thesis_thread_version_key = Unique([thread, version])

    thesis_present = Index("thread", where="ended_at is null", unique=True)
    thesis_member = Index("member")


class ThesisAnswer(Table, tablename="thesis_answer"):
    """A member's answer to one wording; without a `value` they took it back, or only looked at the balance."""

    id = BigSerial(primary_key=True)
    thesis = ForeignKey(Thesis, null=False, default=None, on_delete=OnDelete.cascade)
    thread = BigInt(null=False, default=None)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    value = SmallInt(null=True, default=None)
    # Whether the member had seen how others answered. Such an answer is counted, but is not in the map.
    seen = Boolean(null=False, default=False)
    counted = Boolean(null=False, default=True)
    changed_at = Timestamptz(null=False)

    thesis_answer_value_check = Check("value in (-1, 0, 1)")
    thesis_answer_thesis_member_key = Unique([thesis, member])

    thesis_answer_member = Index("member")
    # For the maps: which threads have new answers.
    thesis_answer_thread = Index("thread, changed_at")
    thesis_answer_uncounted = Index("member", where="not counted")
