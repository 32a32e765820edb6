"""The kinds of notifications, the channel of each, whether a notification may be shown, and quiet hours.

Whether it may be shown is checked whenever it is counted, shown or mailed, not only when it is created: by then the
comment may be removed, its author blocked or its thread muted.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from parley.discussion.comments.rules import IS_VISIBLE
from parley.discussion.threads.reading import CONTAINS_MUTED_WORD
from parley.moderation.decisions.rules import UNDO_SECONDS
from parley.platform.text.messages import N_, Message

# The mail list for immediate mails, and how long a mail waits for more notifications of the same thread.
LIST = "replies"
BATCHED = timedelta(minutes=10)
# A follower with this many unread notifications in a thread gets no more.
MOST_UNREAD = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Offsets of zones and changes of clocks are multiples of a quarter of an hour.
QUARTER = timedelta(minutes=15)
# On the page only; on the page and by immediate mail; on the page and in the digest; not at all.
CHANNELS = ("page", "mail", "digest", "off")
# How often a topic is in the digest: depending on what its member reads, in every issue, in one a week, never.
TOPIC_LEVELS = ("usual", "follow", "weekly", "mute")
# For a thread there is no `off`: it is muted instead.
THREAD_CHANNELS = ("page", "mail", "digest")


class NotificationKind(msgspec.Struct, frozen=True):
    name: str
    title: Message
    channel: str
    channels: tuple[str, ...] = CHANNELS


KINDS = (
    NotificationKind("reply", N_("Somebody replies to you"), "mail"),
    NotificationKind("mention", N_("Somebody mentions you"), "mail"),
    NotificationKind("followed", N_("New comments in threads you follow"), "digest"),
    NotificationKind("revised", N_("An article changes where you commented"), "digest"),
    # The statement of reasons is always mailed (moderation/decisions/letters.py).
    NotificationKind("decision", N_("Moderators decide about you, or on your report"), "page", ("page", "off")),
    NotificationKind(
        "update", N_("Somebody suggests an update of your article, or yours is decided"), "page", ("page", "off")
    ),
    NotificationKind("proposal", N_("A moderator proposes a statement for your comment"), "page", ("page", "off")),
)
# One comment gives a member one notification: of the first kind that applies, in the order above.
RANK = "case n.kind " + " ".join(f"when '{kind.name}' then {index}" for index, kind in enumerate(KINDS)) + " end"
# The parts of the page *For you*. New comments in threads that one follows are no notifications there.
OF_PART = {
    "you": ("reply", "mention", "revised", "update", "proposal"),
    "decisions": ("decision",),
}
# A row `f` of follow mutes its thread, a row `tf` of topic_follow its topic, for good or for a while.
IS_MUTED_THREAD = "(f.level = 'mute' or coalesce(f.muted_until > now(), false))"
IS_MUTED_TOPIC = "(tf.level = 'mute' or coalesce(tf.muted_until > now(), false))"
# The member {member} muted the thread `t` or its topic. A followed thread is wanted even if its topic is muted.
MUTES_THREAD = f"""(
    exists (select from follow f where f.member = {{member}} and f.thread = t.id and {IS_MUTED_THREAD})
    or exists (select from topic_follow tf where tf.member = {{member}} and tf.topic = t.topic and {IS_MUTED_TOPIC})
       and not exists (select from follow f where f.member = {{member}} and f.thread = t.id and f.level = 'follow')
)"""  # noqa: S608 constants only
# Joins the settings of the member of a notification `n`.
SETTINGS_JOINS = f"""
left join thread t on t.id = n.thread
left join follow f on f.member = n.member and f.thread = n.thread
left join topic_follow tf on tf.member = n.member and tf.topic = t.topic and {IS_MUTED_TOPIC}
left join notification_preference p on p.member = n.member and p.kind = n.kind
"""
# Joins all that decides whether it may be shown: its comment, its decision, and the member's settings.
JOINS = f"""
left join comment c on c.id = n.comment
left join decision d on d.id = n.decision
{SETTINGS_JOINS}
"""
IS_MUTED = f"(coalesce({IS_MUTED_THREAD}, false) or tf.id is not null and f.level is distinct from 'follow')"
_DEFAULTS = " ".join(f"when '{kind.name}' then '{kind.channel}'" for kind in KINDS)
CHANNEL = f"""
case when {IS_MUTED} then 'off'
     when p.channel = 'off' then 'off'
     else coalesce(f.channel, p.channel, case n.kind {_DEFAULTS} end) end
"""
# It was mailed, or will be: the member may have chosen another channel before the letter was written.
IS_MAIL = f"(n.letter is not null or n.by_mail and ({CHANNEL}) = 'mail')"
# More readers reported the comment or voted it down than voted it up. One reader alone cannot hide it: a report of
# somebody who also voted it down adds nothing.
IS_NET_FLAGGED = """
c.base_downs + c.downs + coalesce((
    select sum(least(r.weight, 1)) from queue_item i join report r on r.item = i.id
    where i.kind = 'comment' and i.target = c.id and r.reporter is not null and r.state <> 'resolved'
      and not exists (select from vote v
                      where v.comment = c.id and v.member = r.reporter and v.axis = 'quality' and v.value = -1)
), 0) > c.base_ups + c.ups + 1
"""
# The member blocked or muted the actor, or the actor blocked the member.
IS_BLOCKED = """(
exists (select from block b where b.member = n.member and b.other = n.actor and coalesce(b.muted_until > now(), true))
or exists (select from block b where b.member = n.actor and b.other = n.member and b.kind = 'block')
)"""
IS_SHOWN = f"""
({CHANNEL}) <> 'off'
and (n.comment is null or {IS_VISIBLE} and (n.kind in ('revised', 'proposal') or not {IS_NET_FLAGGED}))
and (n.decision is null or d.state <> 'undone' and d.created_at < now() - interval '{UNDO_SECONDS} seconds')
and not {IS_BLOCKED}
and not (n.kind in ('reply', 'mention', 'followed') and {CONTAINS_MUTED_WORD.format(member="n.member")})
"""
# Included in the digest: by the chosen channel, or because it could not be mailed. Suggested updates have no comment
# and are not included: the channel chosen for their thread applies to comments.
IS_FOR_DIGEST = f"(n.comment is not null and (({CHANNEL}) = 'digest' or ({CHANNEL}) = 'mail' and not n.by_mail))"


class QuietSpan(msgspec.Struct, frozen=True):
    """Local hours in which no immediate mail is sent, from 0 to 23; past midnight if `ends` is less than `starts`."""

    starts: int
    ends: int
    zone: str

    def includes(self, moment: datetime) -> bool:
        """Whether it is quiet at this moment. If both hours are the same, no hour is."""
        hour = moment.astimezone(ZoneInfo(self.zone)).hour
        if self.starts <= self.ends:
            return self.starts <= hour < self.ends
        return hour >= self.starts or hour < self.ends


def next_moment_outside(quiet: QuietSpan, now: datetime) -> datetime:
    """Return `now` if it is not quiet, else the first moment after it that is not, in UTC.

    Checks each quarter of an hour instead of computing the end, so that changes of clocks need no rule: an hour that
    is skipped is not waited for, and an hour that occurs twice is quiet twice.
    """
    moment = now
    while quiet.includes(moment):
        moment = moment.astimezone(UTC)
        moment += QUARTER - (moment - EPOCH) % QUARTER
    return moment
