"""What kinds of notifications there are, by which way each is told, and the one answer to whether it may be shown.

That is asked whenever a notification is counted, shown or mailed, not only when it is made: the comment may be gone by
then, its author blocked, its thread muted.
"""

from datetime import timedelta

import msgspec

from parley.comments.rules import IS_VISIBLE
from parley.decisions.rules import UNDO_SECONDS

# The mail list of letters at once, and how long they wait for more of the same thread.
LIST = "replies"
BATCHED = timedelta(minutes=10)
# On the page only; on the page and by mail at once; on the page and in the digest; not at all.
CHANNELS = ("page", "mail", "digest", "off")
# How often a topic is in the digest: as far as its member reads it, in each issue, in one a week, in none.
OF_A_TOPIC = ("usual", "follow", "weekly", "mute")
# A thread one wants to hear nothing of is muted.
OF_A_THREAD = ("page", "mail", "digest")


class NotificationKind(msgspec.Struct, frozen=True):
    """A kind of notification in the words of the settings, with the way it is told unless its member chose another."""

    name: str
    title: str
    channel: str
    channels: tuple[str, ...] = CHANNELS


KINDS = (
    NotificationKind("reply", "Somebody replies to you", "mail"),
    NotificationKind("mention", "Somebody mentions you", "mail"),
    NotificationKind("followed", "New comments in threads you follow", "digest"),
    NotificationKind("revised", "An article changes where you commented", "digest"),
    # Its letter, with the reasons, comes by mail in any case (decisions/letters.py).
    NotificationKind("decision", "Moderators decide about you, or on your report", "page", ("page", "off")),
    NotificationKind(
        "update", "Somebody suggests an update of your article, or yours is decided", "page", ("page", "off")
    ),
)
# One comment gives one notification: of the kind that comes first above.
RANK = "case n.kind " + " ".join(f"when '{kind.name}' then {place}" for place, kind in enumerate(KINDS)) + " end"
# What the member of a notification `n` chose.
CHOSEN = """
left join thread t on t.id = n.thread
left join follow f on f.member = n.member and f.thread = n.thread
left join topic_follow tf on tf.member = n.member and tf.topic = t.topic and tf.level = 'mute'
left join notification_preference p on p.member = n.member and p.kind = n.kind
"""
# What it may be shown by: its comment or decision, and what was chosen.
JUDGED_BY = f"""
left join comment c on c.id = n.comment
left join decision d on d.id = n.decision
{CHOSEN}
"""
IS_MUTED = "(coalesce(f.level = 'mute', false) or tf.id is not null and f.level is distinct from 'follow')"
_DEFAULTS = " ".join(f"when '{kind.name}' then '{kind.channel}'" for kind in KINDS)
CHANNEL = f"""
case when {IS_MUTED} then 'off'
     when p.channel = 'off' then 'off'
     else coalesce(f.channel, p.channel, case n.kind {_DEFAULTS} end) end
"""
# More readers reported it, or found it not worth reading, than found it worth reading. One alone does not hide it.
IS_NET_FLAGGED = """
c.base_downs + c.downs + coalesce((
    select sum(r.weight) from queue_item i join report r on r.item = i.id
    where i.kind = 'comment' and i.target = c.id and r.reporter is not null and r.state <> 'resolved'
), 0) > c.base_ups + c.ups + 1
"""
# Blocked or muted by whom it is for, or having blocked them.
IS_SHUT_OUT = """(
exists (select from block b where b.member = n.member and b.other = n.actor)
or exists (select from block b where b.member = n.actor and b.other = n.member and b.kind = 'block')
)"""
IS_SHOWN = f"""
({CHANNEL}) <> 'off'
and (n.comment is null or {IS_VISIBLE} and (n.kind = 'revised' or not {IS_NET_FLAGGED}))
and (n.decision is null or d.state <> 'undone' and d.created_at < now() - interval '{UNDO_SECONDS} seconds')
and not {IS_SHUT_OUT}
"""
# Told in the digest: by choice, or because no letter could tell it. A suggested update has no comment and is not: the
# way chosen for its thread is for comments.
IS_FOR_DIGEST = f"(n.comment is not null and (({CHANNEL}) = 'digest' or ({CHANNEL}) = 'mail' and not n.by_mail))"
