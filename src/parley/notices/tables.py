"""What members should know, which threads and topics they follow, and the way they want to hear of each."""

from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, OnDelete, SmallInt, Timestamptz, Varchar
from piccolo.table import Table

from parley.accounts.tables import Member
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


class TopicFollow(Table):
    """A topic that a member wants in each digest (`follow`), in one a week (`weekly`), or nowhere (`mute`)."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    topic = ForeignKey(Topic, null=False, default=None, on_delete=OnDelete.cascade)
    level = Varchar(6, null=False, default="follow")
    since = Timestamptz(null=False)


class Preference(Table):
    """By which way a member hears of one kind of notice, where they have chosen (rules.py has what holds otherwise)."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    kind = Varchar(8, null=False, default=None)
    channel = Varchar(6, null=False, default=None)


class QuietHours(Table):
    """The hours in which letters at once wait, of the zone in the member's own row; no row where they never wait."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    # From 0 to 23, never the same.
    starts = SmallInt(null=False, default=None)
    ends = SmallInt(null=False, default=None)


class Notice(Table):
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
