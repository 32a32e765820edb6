"""What may be told to a member as new: on the home page, and in digests.

Checked when it is chosen and when it is shown; in a digest, right before it is sent and whenever it is viewed. In all
expressions `t` is the thread, `c` the comment, `i` the item and `x` the article's text.
"""

from parley.discussion.comments.rules import EXCERPT, IS_VISIBLE
from parley.discussion.threads.reading import CONTAINS_MUTED_WORD
from parley.letters.notifications.rules import IS_FOR_DIGEST, IS_MAIL, IS_SHOWN, JOINS, MUTES_THREAD, SETTINGS_JOINS
from parley.people.accounts.muted_words import HAS_MUTED_WORD

# After this many days without a visit, a member is asked once whether they still want the digest.
INACTIVE_DAYS = 90
# An issue that could not be sent for this long is dropped; the next one may include its items.
EXPIRES_HOURS = 24
# Older comments and articles are not included.
NEWS_DAYS = 30

# Common ground is news for so long.
VERDICT_DAYS = 7

# The words of comment `c` that are told hold a question, in any script.
ASKS = f"coalesce(c.statement, {EXCERPT}) ~ '[?\uff1f\u061f]'"
# Visible, not collapsed, and with at least as many votes for it as against it.
IS_ELIGIBLE = f"({IS_VISIBLE} and c.collapsed is null and c.base_downs + c.downs <= c.base_ups + c.ups)"
# Whether an item `o` of the queue waits for a moderator. Reports by visitors who did not confirm their address
# do not count: otherwise anybody could keep any comment out of all digests.
_IS_WAITING = """(o.state = 'open' and (
    not exists (select from report r where r.item = o.id and r.state <> 'resolved')
    or exists (select from report r where r.item = o.id and r.state <> 'resolved'
               and (r.reporter is not null or r.proven))
    or exists (select from hit h where o.kind = 'comment' and h.comment = o.target and h.acted)))"""
IS_CLEARED = f"""(
    not exists (select from queue_item o where o.kind = 'comment' and o.target = c.id and {_IS_WAITING})
    and not exists (select from member w where w.id = c.author and w.state in ('suspended', 'anonymised'))
)"""  # noqa: S608 a constant
MAY_BE_FEATURED = f"({IS_ELIGIBLE} and {IS_CLEARED})"
# A reply cannot be understood without its parent.
HAS_CONTEXT = """(c.parent is null or exists (
    select from comment q where q.id = c.parent and q.state = 'visible' and q.collapsed is null
))"""
# The columns that `is_worth_featuring` checks.
QUALITY_COLUMNS = """
(select extract(epoch from c.created_at - w.created_at)::bigint / 60 from member w where w.id = c.author)
  as account_minutes,
c.base_ups + c.ups as ups,
(select count(*) from comment r where r.parent = c.id and r.state = 'visible'
   and (r.author, r.imported_author) is distinct from (c.author, c.imported_author)) as replies
"""
# The same of the article of thread `t`. The site's own articles, which no member added, need no response.
ARTICLE_QUALITY_COLUMNS = """
(select extract(epoch from t.created_at - w.created_at)::bigint / 60 from member w where w.id = t.starter)
  as account_minutes,
(select count(*) from (select from thesis_answer a join thesis h on h.id = a.thesis
    where h.thread = t.id and a.member is distinct from t.starter limit 1) one) + (t.starter is null)::int as ups,
(select count(*) from (select from comment c
    where c.thread = t.id and c.state = 'visible' and c.author is distinct from t.starter limit 1) one) as replies
"""
# The other side of its thread's disagreement (discussion/threads/disagreement.py), if comment `c` is one of the two.
OPPOSES = """
(select array[s.disagreement[2], s.disagreement[1]] from thread_stats s
 where s.thread = c.thread)[array_position((select s.disagreement from thread_stats s where s.thread = c.thread), c.id)]
  as opposes
"""
# Excludes threads whose article waits for a moderator, or lost its title. PostgreSQL looks the article up by its key:
# with `exists` it would read all articles first.
ARTICLE_IS_CLEARED = f"""(
    not exists (select from queue_item o where o.kind = 'article' and o.target = t.id and {_IS_WAITING})
    and not (select removed.untitled from article removed where removed.id = t.article)
)"""  # noqa: S608 a constant
# An article whose text was taken down cannot be quoted.
HAS_TEXT = "exists (select from article shown where shown.id = t.article and shown.display <> 'none')"

# The reader blocked or muted the author, or the author blocked the reader.
IS_BLOCKED = """exists (
    select from block b where b.member = i.member and b.other = {one}.author and coalesce(b.muted_until > now(), true)
       or b.member = {one}.author and b.other = i.member and b.kind = 'block'
)"""
MAY_BE_READ = f"""(
    {ARTICLE_IS_CLEARED}
    and (c.id is null and {HAS_TEXT} or {MAY_BE_FEATURED} and not {IS_BLOCKED.format(one="c")})
)"""
# The parent of a comment is quoted if it may be read too.
MAY_BE_QUOTED = f"q.state = 'visible' and q.collapsed is null and not {IS_BLOCKED.format(one='q')}"
# What the reader does not want to hear of, unless they open it: threads, topics and words that they muted.
_ARTICLE_WORDS = "concat_ws(' ', t.title, (select text from thesis where thread = t.id and ended_at is null))"
IS_UNWANTED = f"""(
    {MUTES_THREAD.format(member="i.member")} or case when c.id is null
        then {HAS_MUTED_WORD.format(member="i.member", text=_ARTICLE_WORDS)}
        else {CONTAINS_MUTED_WORD.format(member="i.member")} end
)"""
# A question has no answer yet.
IS_CURRENT = "(i.kind <> 'question' or c.reply_count = 0)"
# An item with a notification is unread, and the reader still wants that kind in the digest.
IS_WANTED = f"""(
    {IS_CURRENT} and not {IS_UNWANTED}
    and (i.kind not in ('reply', 'mention', 'followed', 'revised') or exists (
        select from notification n {JOINS}
        where n.member = i.member and n.thread = i.thread and n.kind = i.kind and n.read_at is null
          and (n.kind in ('revised', 'followed') or n.comment = i.comment) and {IS_SHOWN} and {IS_FOR_DIGEST}))
)"""

WRITTEN_AT = (
    "case when i.comment is not null then c.created_at when i.revision is not null then x.at else t.created_at end"
)
# The reader read the comment, replied to it or voted on it; or was in the thread since its article was written or
# revised.
IS_READ = f"""(
    exists (select from visit v where v.member = i.member and v.thread = i.thread and case when i.comment is null
        then v.seen_at >= {WRITTEN_AT} else c.created_at <= v.read_until or i.comment = any(v.read) end)
    or exists (select from vote v where v.member = i.member and case when i.comment is null
        then v.thread = i.thread and v.changed_at >= {WRITTEN_AT} else v.comment = i.comment end)
    or exists (select from comment o where o.author = i.member and case when i.comment is null
        then o.thread = i.thread and o.created_at >= {WRITTEN_AT} else o.parent = i.comment end)
)"""  # noqa: S608 constants only
# They read it, or a notification of it was mailed or read.
IS_KNOWN = f"""({IS_READ}
    or exists (select from notification n {SETTINGS_JOINS} where n.member = i.member and n.comment = i.comment
               and n.kind in ('reply', 'mention', 'followed') and (n.read_at is not null or {IS_MAIL}))
)"""
# Comments written by younger accounts are never included.
YOUNGEST_ACCOUNT_MINUTES = 60
# The sum of votes "worth reading" and replies by others that a recommended comment needs; of an article, comments and
# answers to its thesis by others.
FEWEST_RESPONSES = 1
# The first three are no recommendations, an open question has no replies, and a moderator vouches for a pick.
NEEDS_NO_RESPONSE = frozenset({"reply", "mention", "followed", "question", "picked"})


def is_worth_featuring(kind: str, account_minutes: int | None, ups: int, replies: int) -> bool:
    """Whether a comment or article may be told as an item of this `kind`.

    `account_minutes` is the age of its author's account when it was written, None if there is no account.
    """
    if account_minutes is not None and account_minutes < YOUNGEST_ACCOUNT_MINUTES:
        return False
    return kind in NEEDS_NO_RESPONSE or ups + replies >= FEWEST_RESPONSES
