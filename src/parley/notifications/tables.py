"""What members should know, which threads and topics they follow, and the way they want to hear of each."""

from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, OnDelete, SmallInt, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.accounts.tables import Member
from parley.core.db.schema import Index
from parley.threads.tables import Thread, Topic


class Follow(Table):
    """How a member stands to a thread; one a member and thread.

    `follow`: they hear of every comment. `mute`: of nothing in it. `none`: of what is meant for them, as anywhere.
    """

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade)
    level = Varchar(6, null=False, default="follow")
    # By which way they hear of this thread, where it is not the one of each kind.
    channel = Varchar(6, null=True, default=None)
    since = Timestamptz(null=False)

    follow_level_check = Check("level in ('follow', 'none', 'mute')")
    follow_channel_check = Check("channel in ('page', 'mail', 'digest')")
    follow_member_thread_key = Unique([member, thread])

    follow_thread = Index("thread", where="level = 'follow'")


class TopicFollow(Table):
    """A topic that a member wants in each digest (`follow`), in one a week (`weekly`), or nowhere (`mute`)."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    topic = ForeignKey(Topic, null=False, default=None, on_delete=OnDelete.cascade)
    level = Varchar(6, null=False, default="follow")
    since = Timestamptz(null=False)

    topic_follow_level_check = Check("level in ('follow', 'weekly', 'mute')")
    topic_follow_member_topic_key = Unique([member, topic])


class NotificationPreference(Table):
    """By which way a member hears of one kind of notification, where they have chosen; rules.py has the defaults."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    kind = Varchar(8, null=False, default=None)
    channel = Varchar(6, null=False, default=None)

    notification_preference_kind_check = Check(
        "kind in ('reply', 'mention', 'followed', 'revised', 'decision', 'update')"
    )
    notification_preference_channel_check = Check("channel in ('page', 'mail', 'digest', 'off')")
    notification_preference_member_kind_key = Unique([member, kind])


class QuietHours(Table):
    """The hours in which letters at once wait, of the zone in the member's own row; no row where they never wait."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    # From 0 to 23, never the same.
    starts = SmallInt(null=False, default=None)
    ends = SmallInt(null=False, default=None)

    quiet_hours_check = Check("starts between 0 and 23 and ends between 0 and 23 and starts <> ends")


class Notification(Table):
    """Something one member should know. It holds no words: what it says is read when it is shown."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    kind = Varchar(8, null=False, default=None)
    # What it was made from: an event, a decision, or a suggested update of an article.
    event = BigInt(null=True, default=None)
    decision = BigInt(null=True, default=None)
    suggestion = BigInt(null=True, default=None)
    thread = BigInt(null=True, default=None)
    # What was written; of a revision, the member's own comment on a passage that changed.
    comment = BigInt(null=True, default=None)
    actor = BigInt(null=True, default=None)
    # It is to be mailed; in which letter it is, and since when it stands written there.
    by_mail = Boolean(null=False, default=False)
    letter = BigInt(null=True, default=None)
    mailed_at = Timestamptz(null=True, default=None)
    read_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False)

    notification_kind_check = Check("kind in ('reply', 'mention', 'followed', 'revised', 'decision', 'update')")
    notification_source_check = Check("num_nonnulls(event, decision, suggestion) = 1")

    # The same source makes at most one of each kind for a member, however often a sweep runs.
    notification_event_member_kind_key = Index("event, member, kind", where="event is not null", unique=True)
    notification_decision_member_key = Index("decision, member", where="decision is not null", unique=True)
    notification_suggestion_member_key = Index("suggestion, member", where="suggestion is not null", unique=True)
    # A comment that answers a member, mentions them and is in a thread they follow is one notification.
    notification_comment_member_key = Index(
        "comment, member", where="kind in ('reply', 'mention', 'followed')", unique=True
    )
    notification_member = Index("member, id desc")
    notification_unread = Index("member, thread", where="read_at is null")
    notification_due = Index("id", where="by_mail and letter is null and read_at is null")
    notification_letter = Index("letter", where="letter is not null")
