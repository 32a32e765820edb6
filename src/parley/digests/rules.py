"""What may stand in a digest: asked when an issue is built, again right before it is sent, and whenever it is viewed.

In all expressions `t` is the thread and `c` the comment, `i` the issue's item and `x` the article's text it tells of.
"""

from parley.comments.rules import IS_VISIBLE
from parley.notifications.rules import IS_FOR_DIGEST, IS_SHOWN, JUDGED_BY

# After so many days without a visit a member is asked once whether they still want it.
QUIET_DAYS = 90
# An issue that could not leave for so long is not sent late: what it told comes in the next.
EXPIRES_HOURS = 24
# What is older is no news to anybody.
NEWS_DAYS = 30

# Nobody is sent what waits for a moderator, was folded, or more readers found not worth reading than worth it.
IS_GOOD = f"({IS_VISIBLE} and c.collapsed is null and c.base_downs + c.downs <= c.base_ups + c.ups)"
IS_UNDISPUTED = """(
    not exists (select from queue_item o where o.kind = 'comment' and o.target = c.id and o.state = 'open')
    and not exists (select from member w where w.id = c.author and w.state in ('suspended', 'anonymised'))
)"""
IS_TELLABLE = f"({IS_GOOD} and {IS_UNDISPUTED})"
# A reply to what was taken away cannot be understood alone.
HAS_CONTEXT = """(c.parent is null or exists (
    select from comment q where q.id = c.parent and q.state = 'visible' and q.collapsed is null
))"""
# What speaks for a comment: the columns that quality.py judges.
QUALITY = """
(select extract(epoch from c.created_at - w.created_at)::bigint / 60 from member w where w.id = c.author)
  as account_minutes,
c.base_ups + c.ups as ups,
(select count(*) from comment r where r.parent = c.id and r.state = 'visible'
   and (r.author, r.imported_author) is distinct from (c.author, c.imported_author)) as replies
"""
IS_CALM = "not exists (select from queue_item o where o.kind = 'article' and o.target = t.id and o.state = 'open')"

# Blocked or muted by the reader, or having blocked them.
IS_SHUT = """exists (
    select from block b where b.member = i.member and b.other = {one}.author
       or b.member = {one}.author and b.other = i.member and b.kind = 'block'
)"""
MAY_BE_READ = f"({IS_CALM} and (c.id is null or {IS_TELLABLE} and not {IS_SHUT.format(one='c')}))"
# What a comment answers is quoted beside it, where that may be read too.
MAY_BE_QUOTED = f"q.state = 'visible' and q.collapsed is null and not {IS_SHUT.format(one='q')}"
# Of what there are notifications, the reader must still want it in the digest; nothing of what they mute; and a
# question only while nobody has answered it.
IS_WANTED = f"""(
    (i.kind <> 'question' or c.reply_count = 0)
    and not exists (select from follow f where f.member = i.member and f.thread = i.thread and f.level = 'mute')
    and (i.kind = 'followed' or not exists (
        select from topic_follow f where f.member = i.member and f.topic = t.topic and f.level = 'mute'))
    and (i.kind not in ('reply', 'mention', 'followed', 'revised') or exists (
        select from notification n {JUDGED_BY}
        where n.member = i.member and n.thread = i.thread and n.kind = i.kind and n.read_at is null
          and (n.kind in ('revised', 'followed') or n.comment = i.comment) and {IS_SHOWN} and {IS_FOR_DIGEST}))
)"""  # noqa: S608 constants only

WRITTEN_AT = (
    "case when i.comment is not null then c.created_at when i.revision is not null then x.at else t.created_at end"
)
# Who looked at the thread since it was written, voted on it or wrote something later there knows it.
IS_KNOWN = f"""(
    exists (select from visit v where v.member = i.member and v.thread = i.thread and v.seen_at >= {WRITTEN_AT})
    or exists (select from vote v where v.member = i.member and v.thread = i.thread and v.changed_at >= {WRITTEN_AT})
    or exists (select from notification n where n.member = i.member and n.comment = i.comment
               and n.kind in ('reply', 'mention', 'followed') and (n.read_at is not null or n.by_mail))
    or exists (select from comment o where o.author = i.member and o.thread = i.thread and o.created_at >= {WRITTEN_AT})
)"""  # noqa: S608 constants only
