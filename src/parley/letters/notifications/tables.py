"""Notifications, what members follow, and their settings for notifications."""

from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, Integer, OnDelete, SmallInt, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.discussion.threads.tables import Thread, Topic
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index

IS_KIND = "kind in ('reply', 'mention', 'followed', 'revised', 'decision', 'update', 'proposal')"


class Follow(Table):
    """Whether a member follows a thread; one row per member and thread.

    `follow`: they are notified of every comment. `mute`: of nothing in the thread. `none`: of replies and mentions.
    Until `muted_until` it is muted whatever its level, which counts again afterwards.
    """

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade)
    level = Varchar(6, null=False, default="follow")
    # The channel for this thread, or null for the channel of each kind.
    channel = Varchar(6, null=True, default=None)
    muted_until = Timestamptz(null=True, default=None)
    since = Timestamptz(null=False)

    follow_level_check = Check("level in ('follow', 'none', 'mute')")
    follow_channel_check = Check("channel in ('page', 'mail', 'digest')")
    follow_member_thread_key = Unique([member, thread])

    follow_thread = Index("thread", where="level = 'follow'")


class TopicFollow(Table):
    """A topic that a member wants in each digest (`follow`), in one a week (`weekly`), as `usual`, or nowhere (`mute`).

    Until `muted_until` it is muted whatever its level.
    """

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    topic = ForeignKey(Topic, null=False, default=None, on_delete=OnDelete.cascade)
    level = Varchar(6, null=False, default="follow")
    muted_until = Timestamptz(null=True, default=None)
    since = Timestamptz(null=False)

    topic_follow_level_check = Check("level in ('follow', 'weekly', 'usual', 'mute')")
    topic_follow_member_topic_key = Unique([member, topic])


class NotificationPreference(Table):
    """The channel that a member chose for one kind of notification; rules.py has the defaults."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    kind = Varchar(8, null=False, default=None)
    channel = Varchar(6, null=False, default=None)

    notification_preference_kind_check = Check(IS_KIND)
    notification_preference_channel_check = Check("channel in ('page', 'mail', 'digest', 'off')")
    notification_preference_member_kind_key = Unique([member, kind])


class QuietHours(Table):
    """The hours in which immediate mails are held, local to the zone in the member's row. No row means never."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    # From 0 to 23, never the same.
    starts = SmallInt(null=False, default=None)
    ends = SmallInt(null=False, default=None)

    quiet_hours_check = Check("starts between 0 and 23 and ends between 0 and 23 and starts <> ends")


class Notification(Table):
    """A notification for one member. It holds no text: comments are read when it is shown."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    kind = Varchar(8, null=False, default=None)
    # Its source: an event, a decision, a suggested update of an article, or a proposed statement.
    event = BigInt(null=True, default=None)
    decision = BigInt(null=True, default=None)
    suggestion = BigInt(null=True, default=None)
    proposal = BigInt(null=True, default=None)
    thread = BigInt(null=True, default=None)
    # The comment; for a revision, the member's own comment on a passage that changed.
    comment = BigInt(null=True, default=None)
    actor = BigInt(null=True, default=None)
    # Whether to mail it, the mail that contains it, and when that mail was rendered.
    by_mail = Boolean(null=False, default=False)
    letter = BigInt(null=True, default=None)
    mailed_at = Timestamptz(null=True, default=None)
    read_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False)

    notification_kind_check = Check(IS_KIND)
    notification_source_check = Check("num_nonnulls(event, decision, suggestion, proposal) = 1")

    # A source gives a member at most one notification of each kind, however often the job runs.
    notification_event_member_kind_key = Index("event, member, kind", where="event is not null", unique=True)
    notification_decision_member_key = Index("decision, member", where="decision is not null", unique=True)
    notification_suggestion_member_key = Index("suggestion, member", where="suggestion is not null", unique=True)
    notification_proposal_member_key = Index("proposal, member", where="proposal is not null", unique=True)
    # A comment gives a member one notification, even if it is a reply, a mention and in a followed thread.
    notification_comment_member_key = Index(
        "comment, member", where="kind in ('reply', 'mention', 'followed')", unique=True
    )
    notification_member = Index("member, id desc")
    notification_unread = Index("member, thread", where="read_at is null")
    # In the order in which they are counted (queries.py: COUNT_UNREAD).
    notification_counted = Index("member, id desc", where="read_at is null and kind <> 'followed'")
    # For site/retention.py.
    notification_read = Index("read_at", where="read_at is not null")
    notification_unread_since = Index("created_at", where="read_at is null")
    notification_due = Index("id", where="by_mail and letter is null and read_at is null")
    notification_letter = Index("letter", where="letter is not null")


class UnreadCount(Table):
    """How much that is addressed to a member is unread (notifications/counts.py).

    It is counted again after `valid_until` or a change.
    """

    member = ForeignKey(Member, primary_key=True, null=False, default=None, on_delete=OnDelete.cascade)
    notifications = Integer(null=False, default=0)
    counted_at = Timestamptz(null=False)
    valid_until = Timestamptz(null=False)


class UnreadChange(Table):
    """Something that a member's count depends on has changed since; triggers add the rows (schema.sql).

    They are only added, and deleted by whoever counts again, so nobody who changes something waits for another.
    """

    id = BigSerial(primary_key=True)
    member = BigInt(null=False, default=None)
    created_at = Timestamptz(null=False)

    unread_change_member = Index("member")
