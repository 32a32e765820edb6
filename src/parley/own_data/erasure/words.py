"""Erasing what a member wrote: comments with their statements and versions, pasted articles, reasons and answers.

docs/erasure.md lists what stays for cases of moderation. It goes when they are over (`erase_held`).
"""

from parley.discussion.comments.rules import IS_NOT_IN_QUEUE, NO_WORDS, CommentState
from parley.discussion.comments.states import locked, transition
from parley.discussion.comments.tables import Comment
from parley.discussion.thesis import ops as thesis
from parley.moderation.modlog import ops as modlog
from parley.own_data.erasure import articles, letters, quotes
from parley.platform import db

# Comments that one sweep erases, each in a transaction of its own, since each locks a thread.
BATCH = 200
# Comments that moderators work on stay until they have decided; then site/retention.py deletes them.
BLANK_COMMENTS = f"""
update comment set {NO_WORDS}
where author = $1 and state in ('deleted_by_author', 'withdrawn', 'expired', 'rejected') and {IS_NOT_IN_QUEUE}
"""  # noqa: S608 constants only
IS_BLANK = "c.author = $1 and c.body = ''"
FORGET = (
    f"delete from comment_version v using comment c where c.id = v.comment and {IS_BLANK}",  # noqa: S608 a constant
    # A signature holds the hosts that the comment linked to, and would still find near-copies of the erased text.
    f"delete from comment_signature s using comment c where c.id = s.comment and {IS_BLANK}",  # noqa: S608 a constant
    f"delete from statement_proposal p using comment c where c.id = p.comment and {IS_BLANK}",  # noqa: S608 a constant
    f"update hit set matched = '' from comment c where c.id = hit.comment and {IS_BLANK} and matched <> ''",  # noqa: S608 a constant
    f"""update decision d set before = before - 'statement' from comment c
        where d.kind = 'comment' and c.id = d.target and {IS_BLANK} and before ? 'statement'""",  # noqa: S608 a constant
    "update suggested_update set reason = '' where member = $1 and state <> 'waiting' and reason <> ''",
    "update revision set reason = '' where editor = $1 and reason <> ''",
    # Others answered them, and the versions are numbered.
    "delete from link_picture where thread in (select thread from thesis where member = $1)",
    "delete from link_picture where voices <> '' and thread in (select thread from comment where author = $1)",
    "update thesis set text = '[…]' where member = $1",
)
SELECT_THESES = "select thread from thesis where member = $1 and ended_at is null order by thread"
# Of member $1 or, where it is null, of all who were erased.
IS_LEAVER = """m.id = {} and case when $1::bigint is null then m.state = 'anonymised' else m.id = $1 end"""
FORGET_DECIDED = (
    f"""update report r set text = '' from member m
        where {IS_LEAVER.format("r.reporter")} and r.state = 'resolved' and r.text <> ''""",  # noqa: S608 a constant
    f"""update rights_request q set original = '' from report r, member m
        where r.id = q.report and {IS_LEAVER.format("r.reporter")} and r.state = 'resolved' and q.original <> ''""",  # noqa: S608 a constant
    f"""update rights_request q set answer = '' from report r, queue_item i, thread t, member m
        where r.id = q.report and i.id = r.item and i.kind = 'article' and t.id = i.target
          and {IS_LEAVER.format("t.starter")} and m.erase_words and r.state = 'resolved' and q.answer <> ''""",  # noqa: S608 a constant
)


async def erase(member: int, *, blanks_quotes: bool) -> bool:
    """Erase a batch of a member's comments or, when they all are gone, everything else. Return whether all is done."""
    if not await _delete_comments(member):
        return False
    if blanks_quotes:
        await quotes.blank(member)
    await articles.erase(member)
    for thread in await db.values(SELECT_THESES, member):
        await thesis.put(thread, None, None)
    await db.execute(BLANK_COMMENTS, member)
    for forget in FORGET:
        await db.execute(forget, member)
    await letters.forget_words(member)
    await modlog.forget_removed(member, words=True)
    return True


async def forget_decided(member: int | None = None) -> None:
    """Erase what a member wrote in cases that are decided; without a member, of all who were erased."""
    for forget in FORGET_DECIDED:
        await db.execute(forget, member)


async def erase_held() -> int:
    """The worker's job: erase what a case of moderation held when its author was erased. Return the articles."""
    await forget_decided()
    return await articles.erase(None)


async def _delete_comments(member: int) -> bool:
    """Turn a batch of a member's comments into placeholders in the tree. Return whether all are done."""
    visible = Comment.select(Comment.id).where(Comment.author == member, Comment.state == "visible")
    batch = await db.values(visible.order_by(Comment.id).limit(BATCH))
    for comment in batch:
        await locked(comment, _delete)
    return len(batch) < BATCH


async def _delete(comment: CommentState) -> None:
    if comment.state == "visible":
        await transition(comment, "deleted_by_author", actor=None)
