"""What a public export has: what every visitor can read. Each query lists its columns, so new ones are not in it.

Members come without an address, so an import makes accounts that nobody can sign in to.
"""

from parley.articles.articles.rules import HIDDEN, READABLE
from parley.discussion.comments.queries import MAY_BE_QUOTED, MAY_SHOW_WORDS
from parley.discussion.comments.rules import IS_IN, IS_VISIBLE
from parley.discussion.thesis.queries import MAY_BE_READ

# Members whose profile every visitor can open.
IS_SHOWN = "m.state in ('active', 'silenced', 'suspended')"
SELECT_MEMBERS = f"""
select m.id, m.name, m.name_key, m.id || '@members.invalid' as email, m.id || '@members.invalid' as email_key,
       'active' as state, m.title, m.bio, m.has_feed, m.is_demo, m.created_at
from member m where {IS_SHOWN} order by m.id
"""  # noqa: S608 constants only
SELECT_ARTICLES = """
select id, case when not untitled then url end as url, case when not untitled then claimed_url end as claimed_url,
       case when not untitled then site end as site, case when not untitled then section end as section,
       case when not untitled then bio end as bio, case when not untitled then licence end as licence,
       reservations, allowed, restricted, untitled, removed_passages, created_at
from article order by id
"""
SELECT_REVISIONS = f"""
select r.id, r.article, r.number, case when a.untitled then t.title else r.title end as title,
       case when not a.untitled then r.byline end as byline, r.lang, r.dir, r.published_at, r.updated_at, r.words,
       r.changed, case when a.display = 'full' then r.text_hash else '' end as text_hash,
       (select m.id from member m where m.id = r.editor and {IS_SHOWN}) as editor,
       case when a.display = 'full' and not a.untitled then r.reason else '' end as reason, r.restores, r.created_at,
       r.unmoved, case when a.display = 'full' and not a.untitled then r.original end as original
from revision r join article a on a.id = r.article join thread t on t.article = a.id order by r.id
"""  # noqa: S608 constants only
SELECT_PASSAGES = f"""
select r.id as revision, p.lineage, p.position, p.kind, p.level, p.page, p.boxes, p.html, p.text
from revision r join article a on a.id = r.article cross join {READABLE} p
where p.kind <> '{HIDDEN}' order by r.id, p.position
"""  # noqa: S608 constants only
SELECT_MEDIA = """
select hash, mime, width, height, data, created_at from media
where not hidden and hash in (
  select m[1] from passage p join revision r on r.id = p.revision join article a on a.id = r.article
  cross join lateral regexp_matches(p.html, '/media/([0-9a-f]{64})', 'g') m
  where a.display = 'full' and p.html like '%/media/%')
order by hash
"""
# Nobody can read the file of an older version.
SELECT_ORIGINALS = """
select hash, data, created_at from original where exists (
    select from revision r join article a on a.id = r.article
    where r.original = original.hash and a.display = 'full' and not a.untitled
      and r.number = (select max(number) from revision where article = a.id))
order by hash
"""
SELECT_THREADS = f"""
select t.id, t.article, t.topic, t.title, t.slug, t.state, t.state_reason, t.slow,
       (select m.id from member m where m.id = t.starter and {IS_SHOWN}) as starter, t.revision, t.last_seq,
       t.comment_count, t.created_at, t.last_activity_at
from thread t order by t.id
"""  # noqa: S608 constants only
# Counted again soon after the import.
SELECT_THREAD_STATS = "select thread, '-infinity'::timestamptz as refreshed_at from thread_stats order by thread"
# Nobody may read votes: their sums become base scores, like the scores of other sites. The words around a quote may be
# beyond the excerpt.
SELECT_COMMENTS = f"""
select c.id, c.thread, c.parent, c.depth, case when {IS_VISIBLE} then m.id end as author,
       case when {IS_VISIBLE} then c.imported_author end as imported_author,
       case when c.state = 'hidden' then 'removed' else c.state end as state, c.stance, c.made_on, c.revision,
       case when {IS_VISIBLE} and ({MAY_BE_QUOTED}) then c.quote end as quote,
       case when {IS_VISIBLE} and a.display = 'full' then c.prefix end as prefix,
       case when {IS_VISIBLE} and a.display = 'full' then c.suffix end as suffix, c.anchor, c.passage, c.passage_end,
       case when {IS_VISIBLE} and ({MAY_SHOW_WORDS}) then c.words end as words, c.confidence, c.by_hand, c.assisted,
       case when {IS_VISIBLE} then c.collapsed end as collapsed,
       case when {IS_VISIBLE} then c.body else '' end as body, case when {IS_VISIBLE} then c.html else '' end as html,
       c.html_version, case when {IS_VISIBLE} then c.excerpt end as excerpt, c.version,
       case when {IS_VISIBLE} then c.statement end as statement, c.wording,
       c.base_ups + c.ups as base_ups, c.base_downs + c.downs as base_downs, c.published, c.reply_count,
       c.created_at, c.edited_at, case when c.state = 'deleted_by_author' then c.deleted_at end as deleted_at
from comment c join thread t on t.id = c.thread join article a on a.id = t.article
left join member m on m.id = c.author and {IS_SHOWN}
where {IS_IN} order by c.depth, c.id
"""  # noqa: S608 constants only
SELECT_COMMENT_VERSIONS = f"""
select v.id, v.comment, v.number, v.body, v.statement, v.written_at
from comment_version v join comment c on c.id = v.comment where {IS_VISIBLE} order by v.id
"""  # noqa: S608 constants only
# Nobody may read answers: only what is published of them.
SELECT_THESES = f"""
select h.id, h.thread, h.version, h.text, (select m.id from member m where m.id = h.member and {IS_SHOWN}) as member,
       h.published, h.created_at, h.ended_at
from thesis h join thread t on t.id = h.thread join article a on a.id = t.article where {MAY_BE_READ} order by h.id
"""  # noqa: S608 constants only
SELECT_EVENTS = f"""
select e.id, e.thread, e.seq, e.kind, e.comment, e.created_at, e.created_at as handled_at
from event e where e.comment is null or exists (select from comment c where c.id = e.comment and {IS_IN}) order by e.id
"""  # noqa: S608 constants only

SELECTS = {
    "event": SELECT_EVENTS,
    "member": SELECT_MEMBERS,
    "community": "select id, rules, asks_declaration, changed_at, tag_authority from community order by id",
    "guideline": "select code, title, text, illegal, severity, position, retired from guideline order by code",
    "guideline_wording": "select id, guideline, title, text, replaced_at from guideline_wording order by id",
    "article": SELECT_ARTICLES,
    "revision": SELECT_REVISIONS,
    "passage": SELECT_PASSAGES,
    "merged_passage": 'select lineage, "into", revision from merged_passage order by lineage',
    "media": SELECT_MEDIA,
    "original": SELECT_ORIGINALS,
    "topic": "select slug, name, position, intro, rules, min_days, hue from topic order by slug",
    "thread": SELECT_THREADS,
    "thread_stats": SELECT_THREAD_STATS,
    "thesis": SELECT_THESES,
    "comment": SELECT_COMMENTS,
    "comment_version": SELECT_COMMENT_VERSIONS,
    "passage_count": """
        select thread, part, supports, challenges, adds, asks, "none" from passage_count order by thread, part
    """,
    "quoted_words": """
        select q.thread, q.passage, q.words, q.comments
        from quoted_words q join thread t on t.id = q.thread join article a on a.id = t.article
        where q.comments > 0 and a.display = 'full' order by q.thread, q.passage, q.words
    """,
}
