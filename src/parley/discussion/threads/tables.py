"""Threads, topics, stats for the home page, visits and suggested updates."""

from piccolo.columns import (
    JSONB,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    DoublePrecision,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.articles.articles.tables import Article
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Topic(Table):
    slug = Varchar(40, primary_key=True, null=False, default=None)
    name = Varchar(60, null=False, default=None, unique=True)
    position = Integer(null=False, default=0)
    # What its page says of it, and rules that hold beside the site's: Markdown.
    intro = Text(null=False, default="")
    rules = Text(null=False, default="")
    # The hue of its mark, as OKLCH has it (templates/_macros/ui.html).
    hue = SmallInt(null=True, default=None)
    # How many days members have to be here before they may write in it.
    min_days = SmallInt(null=False, default=0)

    topic_hue_check = Check("hue between 0 and 359")
    topic_min_days_check = Check("min_days in (0, 1, 7, 30)")


class RoomModerator(Table):
    """A member who moderates the threads of one topic, and sees and decides nothing elsewhere (rooms.py)."""

    id = BigSerial(primary_key=True)
    topic = ForeignKey(Topic, null=False, default=None, on_delete=OnDelete.cascade)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    since = Timestamptz(null=False)

    room_moderator_topic_member_key = Unique([topic, member])
    room_moderator_member = Index("member, topic")


class Thread(Table):
    """The discussion of one article. Every transaction that writes an event in it locks this row first."""

    id = BigSerial(primary_key=True)
    article = ForeignKey(Article, null=False, default=None, on_delete=OnDelete.restrict, unique=True)
    topic = ForeignKey(Topic, null=False, default=None, on_delete=OnDelete.restrict)
    title = Text(null=False, default=None)
    slug = Varchar(240, null=False, default=None)
    state = Varchar(8, null=False, default="open")
    state_reason = Text(null=True, default=None)
    # Slow mode set by moderators: seconds between two comments of one member, or 0.
    slow = Integer(null=False, default=0)
    # The heated branches in slow mode: a list of `queries.SlowBranch`.
    slow_branches = JSONB(null=False, default="[]")
    starter = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    # The number of the article's newest revision.
    revision = Integer(null=False, default=1)
    last_seq = BigInt(null=False, default=0)
    comment_count = Integer(null=False, default=0)
    created_at = Timestamptz(null=False)
    last_activity_at = Timestamptz(null=False)

    thread_state_check = Check("state in ('open', 'locked', 'archived')")

    thread_new = Index("created_at desc, id desc")
    thread_active = Index("last_activity_at desc, id desc")
    thread_topic = Index("topic, last_activity_at desc")
    thread_slow_branches = Index("id", where="slow_branches <> '[]'")


class ThreadStats(Table):
    """What the home page shows of a thread. The worker computes it after activity (discussion/threads/jobs.py)."""

    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    score = Integer(null=False, default=0)
    hot = DoublePrecision(null=False, default=0.0)
    people = Integer(null=False, default=0)
    stances = Array(base_column=Integer(), null=False, default=list)
    # These two are unused; they go once no process of the version before writes them.
    days = Array(base_column=Integer(), null=False, default=list)
    strongest = Array(base_column=BigInt(), null=False, default=list)
    # The supporting and the challenging response (discussion/threads/disagreement.py), or none.
    disagreement = Array(base_column=BigInt(), null=False, default=list)
    is_disputed = Boolean(null=False, default=False)
    refreshed_at = Timestamptz(null=False)

    thread_stats_hot = Index("hot desc, thread desc")
    thread_stats_score = Index("score desc, thread desc")


class Visit(Table):
    """What a member has read of a thread (reading.py)."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade)
    # The lineage of the passage that was read last.
    passage = BigInt(null=True, default=None)
    # Not used since m0010; a later release drops it.
    before_at = Timestamptz(null=False, default=TimestamptzNow())
    # When they last opened it.
    seen_at = Timestamptz(null=False)
    # All that was written up to then counts as read, and of what came later the comments in `read`.
    read_until = Timestamptz(null=False, default=TimestamptzNow())
    read = Array(base_column=BigInt(), null=False, default=list)

    visit_member_thread_key = Unique([member, thread])

    # Who has read a comment (moderation/matching/facts.py).
    # The last visitors of a thread (moderation/matching/facts.py).
    visit_thread_seen = Index("thread, seen_at desc")


class SuggestedUpdate(Table):
    """A new text of a thread's article, which a moderator or the thread's starter accepts or declines.

    One without a `member` is the source's text: its conflicts with corrections made here wait for a decision, and its
    other changes are in the article already. One with a `passage` (a lineage) is a correction of that passage, and its
    draft has only the passages that replace it. The text is stored until the decision.
    """

    id = BigSerial(primary_key=True)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade)
    member = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    # `waiting`, `accepted` or `declined`.
    state = Varchar(8, null=False, default="waiting")
    draft = Bytea(null=True, default=None)
    passage = BigInt(null=True, default=None)
    # Why a member suggests a correction. It is the reason of the revision that this becomes.
    reason = Varchar(300, null=False, default="")
    # The decider's answer to the member who suggested it.
    answer = Text(null=False, default="")
    decided_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    decided_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False)

    suggested_update_state_check = Check("state in ('waiting', 'accepted', 'declined')")
    suggested_update_draft_check = Check("(draft is not null) = (state = 'waiting')")

    suggested_update_waiting = Index("thread, member, coalesce(passage, 0)", where="state = 'waiting'", unique=True)
    suggested_update_member = Index("member, id desc")
    suggested_update_source = Index("thread", where="state = 'waiting' and member is null", unique=True)
