"""Subscriptions to the digest, its issues, and the items of each."""

from piccolo.columns import (
    BigInt,
    BigSerial,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.discussion.comments.tables import Comment
from parley.discussion.threads.tables import Thread
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Subscription(Table):
    """How often a member gets the digest, and when next. The hour is local to the zone in the member's row."""

    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    frequency = Varchar(6, null=False, default="weekly")
    # The frequency before it was switched off, to restore it.
    former = Varchar(6, null=False, default="weekly")
    # From 1 (Monday) to 7, used if weekly.
    weekday = SmallInt(null=False, default=6)
    hour = SmallInt(null=False, default=8)
    # When the next issue is due (null if the digest is off), and the local day of the last one.
    next_at = Timestamptz(null=True, default=None)
    last_day = Date(null=True, default=None)
    paused_until = Timestamptz(null=True, default=None)
    # When an inactive member was asked whether they still want the digest, and when they said yes.
    asked_at = Timestamptz(null=True, default=None)
    kept_at = Timestamptz(null=True, default=None)

    subscription_frequency_check = Check("frequency in ('weekly', 'daily', 'off')")
    subscription_weekday_check = Check("weekday between 1 and 7")
    subscription_hour_check = Check("hour between 0 and 23")

    subscription_due = Index("next_at", where="next_at is not null")


class Issue(Table):
    """One issue for one member. Unique on (member, list, period), so that nobody gets two for the same period."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    # Which letter it is: `digest`, or `keep` for the question whether they still want it.
    list = Varchar(6, null=False, default="digest")
    # The local day or ISO week, such as 2026-11-25 or 2026-W48.
    period = Varchar(10, null=False, default=None)
    state = Varchar(8, null=False, default="planned")
    due_at = Timestamptz(null=False, default=None)
    planned_at = Timestamptz(null=False)
    mail = BigInt(null=True, default=None)
    settled_at = Timestamptz(null=True, default=None)

    issue_list_check = Check("list in ('digest', 'keep')")
    issue_state_check = Check("state in ('planned', 'posted', 'empty', 'sent', 'failed', 'expired', 'unknown')")
    issue_member_list_period_key = Unique(["member", "list", "period"])

    issue_mail_key = Index("mail", where="mail is not null", unique=True)
    issue_planned = Index("due_at", where="state = 'planned'")


class IssueItem(Table):
    """An item of an issue: a comment or, without one, an article or its revision.

    Unique by member while it counts as delivered, so that no issue repeats it.
    """

    id = BigSerial(primary_key=True)
    issue = ForeignKey(Issue, null=False, default=None, on_delete=OnDelete.cascade)
    member = BigInt(null=False, default=None)
    position = SmallInt(null=False, default=None)
    kind = Varchar(10, null=False, default=None)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade)
    comment = ForeignKey(Comment, null=True, default=None, on_delete=OnDelete.cascade)
    revision = Integer(null=True, default=None)
    # How many comments of the thread are unread (0 if too many to count), and since when. This is one of the best.
    unread = Integer(null=False, default=0)
    since = Timestamptz(null=True, default=None)
    # Assumed until the mail fails or may not have arrived: then another issue may include the item.
    delivered = Boolean(null=False, default=True)

    issue_item_comment_once = Index("member, comment", where="delivered and comment is not null", unique=True)
    issue_item_article_once = Index(
        "member, thread, coalesce(revision, 0)", where="delivered and comment is null", unique=True
    )
    issue_item_issue = Index("issue, position")
    issue_item_member = Index("member", where="delivered")
    issue_item_comment = Index("comment", where="comment is not null")


class Pick(Table):
    """A thread that a moderator picked for the digest."""

    id = BigSerial(primary_key=True)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    at = Timestamptz(null=False)
