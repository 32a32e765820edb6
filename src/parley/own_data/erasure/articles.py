"""Erasing the articles that a member pasted: nothing of the text, the title or the byline stays.

The thread and what others wrote in it stay, as after a takedown. Articles that came from an address are their
publishers'. What moderators still work on, or took down lately, waits: somebody may appeal (GDPR, article 17(3)).
"""

from parley.articles.articles.restricting import hide_pictures
from parley.discussion.threads.edit_ops import REMOVED, SELECT_TITLE
from parley.discussion.threads.opening import slugify
from parley.discussion.threads.queries import lock_thread
from parley.discussion.threads.tables import Thread
from parley.discussion.threads.updating import decline_waiting
from parley.platform import db
from parley.platform.events.event_log import emit
from parley.platform.text.messages import N_, as_text

ERASED = N_("The member who added this article had it erased.")
# Texts that were taken down are kept for 220 days (site/retention.py), since an appeal may bring them back.
IS_OPEN_CASE = """(
    exists (select from queue_item i where i.kind = 'article' and i.target = t.id and i.state = 'open')
    or exists (
        select from decision d left join appeal p on p.decision = d.id where d.kind = 'article' and d.target = t.id
        and (d.state in ('in_force', 'awaiting') and d.created_at > now() - interval '220 days'
             or p.state in ('filed', 'assigned'))))
"""
IS_ANSWERED = """exists (
    select from comment c where c.thread = t.id and c.author is distinct from t.starter and c.state = 'visible')
"""
# Of member $1, or of all who were erased, once no case holds them.
SELECT_DUE = f"""
select t.id from thread t join article a on a.id = t.article join member m on m.id = t.starter
where case when $1::bigint is null then m.state = 'anonymised' else m.id = $1 end and m.erase_words
  and a.url is null and not a.erased and (m.erase_articles or not {IS_ANSWERED}) and not {IS_OPEN_CASE}
order by t.id
"""  # noqa: S608 constants only
SELECT_PICTURES = """
select distinct m[1] from passage p join revision r on r.id = p.revision
cross join lateral regexp_matches(p.html, '/media/([0-9a-f]{64})', 'g') m where r.article = $1
"""
TAKE_DOWN = """
update article set restricted = 'none', untitled = true, erased = true, claimed_url = null, site = null, section = null,
  bio = null, licence = null, reservations = '{}', source_text = null, merge_base = null, check_note = '', etag = null,
  last_modified = null where id = $1
"""
# Without its hash, nobody who pastes the same text is led here.
FORGET_TEXT = (
    """update revision set title = $2, byline = null, words = 0, text_hash = '', fingerprint = '{}', original = null
       where article = $1""",
    "update passage set html = '', text = '' where revision in (select id from revision where article = $1)",
    "delete from removed_passage where article = $1",
)
FORGET_QUOTES = (
    "update comment set quote = null, prefix = null, suffix = null, words = null where thread = $1",
    """update kept_item set quote = null, prefix = null, suffix = null, words = null
       where thread = $1 and comment is null""",
    "delete from quoted_words where thread = $1",
    "delete from thesis where thread = $1",
    "delete from link_picture where thread = $1",
    "delete from webmention where thread = $1",
)
DELETE_PICTURES = """
delete from media where hash = any($1::text[]) and hidden and not exists (
    select from passage p where p.html like '%/media/' || media.hash || '%')
"""
SELECT_ORIGINALS = "select distinct original from revision where article = $1 and original is not null"
DELETE_ORIGINALS = """
delete from original where hash = any($1::text[]) and not exists (
    select from revision r where r.original = original.hash)
"""


async def erase(member: int | None) -> int:
    """Erase the pasted articles of a member whose words go, or of all who were erased; return how many there were."""
    threads = await db.values(SELECT_DUE, member)
    for thread in threads:
        await _erase(thread)
    return len(threads)


async def _erase(thread: int) -> None:
    async with db.atomic():
        await lock_thread(thread)
        article: int = await db.value(Thread.select(Thread.article).where(Thread.id == thread))
        await decline_waiting(thread, as_text(ERASED), None)
        pictures, originals = await db.values(SELECT_PICTURES, article), await db.values(SELECT_ORIGINALS, article)
        await db.execute(TAKE_DOWN, article)
        await hide_pictures(article)
        title: str = await db.value(SELECT_TITLE, thread, as_text(REMOVED))
        for forget, *values in ((FORGET_TEXT[0], title), *((one,) for one in FORGET_TEXT[1:])):
            await db.execute(forget, article, *values)
        for forget in FORGET_QUOTES:
            await db.execute(forget, thread)
        await db.execute(DELETE_PICTURES, pictures)
        await db.execute(DELETE_ORIGINALS, originals)
        await Thread.update({Thread.title: title, Thread.slug: slugify(title)}).where(Thread.id == thread)
        await emit("article.restricted", thread=thread, actor=None)
