"""What an export has: for each of its files, the query of its lines.

Each query returns the rows of the member $1 with the columns of the line, the first of which is `id`. Left out is what
belongs to others: who reported the member, and who decided. docs/erasure.md lists what else, and why.
"""

from parley.articles.articles.rules import READABLE
from parley.discussion.comments.queries import MAY_BE_QUOTED
from parley.discussion.thesis.queries import MAY_BE_READ
from parley.moderation.decisions.queries import FOR_MEMBER, UNSENT

# A part of a link that nobody can guess: long, and no slug of a title.
UNGUESSABLE = "([^/]/)(?=[a-z0-9-]*[A-Z_.=~])[A-Za-z0-9_.=~-]{20,}"
# Files whose lines may have half a megabyte.
LARGE = {"articles.jsonl", "drafts.jsonl"}
SELECT_PROFILE = """
select row_to_json(r)::text from (
    select id, name, email,
           (select email from address_change c where c.member = m.id and confirmed_at is null and expires_at > now())
             as pending_email,
           (select json_agg(former order by confirmed_at) from address_change c
            where c.member = m.id and confirmed_at is not null) as former_emails,
           (select json_build_object('message', message, 'confirmed_at', confirmed_at) from sign_up s
            where s.member = m.id) as sign_up,
           role, state, state_until, state_reason, title, bio, assisted, density, legend, marks, marks_read,
           in_maps, has_feed, zone, language, reads, created_at, seen_at, visited_at,
           (select json_agg(f.name order by changed_at) from former_name f where f.member = m.id) as former_names,
           (select json_agg(json_build_object('kind', kind, 'channel', channel) order by kind)
            from notification_preference where member = m.id) as notifications,
           (select json_build_object('starts', starts, 'ends', ends) from quiet_hours where member = m.id)
             as quiet_hours,
           (select json_build_object('frequency', frequency, 'weekday', weekday, 'hour', hour,
                                     'paused_until', paused_until)
            from subscription where member = m.id) as digest
    from member m where id = $1
) r
"""
# The files in the archive, in order, with the query of their lines.
RECORDS = {
    "comments.jsonl": f"""
        select c.id, c.thread, t.title as thread_title, c.parent, c.state, c.stance, c.statement,
               case when {MAY_BE_QUOTED} then c.quote end as quote, c.body, c.assisted,
               c.version, c.ups, c.downs, c.agrees, c.disagrees, c.unsure, c.created_at, c.edited_at, c.deleted_at
        from comment c join thread t on t.id = c.thread where c.author = $1
    """,  # noqa: S608 constants only
    "comment-versions.jsonl": """
        select v.id, v.comment, v.number, v.body, v.statement, v.written_at
        from comment_version v join comment c on c.id = v.comment where c.author = $1
    """,
    "votes.jsonl": "select id, comment, thread, axis, value, changed_at from vote where member = $1",
    "thesis-answers.jsonl": f"""
        select v.id, v.thread, h.version, case when {MAY_BE_READ} then h.text end as thesis, v.value, v.seen,
               v.changed_at
        from thesis_answer v join thesis h on h.id = v.thesis
        join thread t on t.id = h.thread join article a on a.id = t.article where v.member = $1
    """,  # noqa: S608 constants only
    "theses.jsonl": "select id, thread, version, text, created_at, ended_at from thesis where member = $1",
    "threads.jsonl": """
        select t.id, t.title, t.topic, t.state, a.url, t.created_at
        from thread t join article a on a.id = t.article where t.starter = $1
    """,
    # Of articles that came from an address, the text is their publishers'.
    "articles.jsonl": f"""
        select r.id, t.id as thread, r.number, case when not a.untitled then r.title end as title,
               case when not a.untitled then r.byline end as byline,
               (select string_agg(p.text, E'\\n\\n' order by p.position) from {READABLE} p) as text, r.created_at
        from thread t join article a on a.id = t.article join revision r on r.article = a.id
        where t.starter = $1 and a.url is null
    """,  # noqa: S608 constants only
    "article-edits.jsonl": """
        select r.id, t.id as thread, r.number, r.reason, r.created_at
        from revision r join thread t on t.article = r.article where r.editor = $1
    """,
    "drafts.jsonl": """
        select i.id, i.source, i.url, i.title, i.topic, i.state, convert_from(i.given, 'UTF8') as text,
               convert_from(i.draft, 'UTF8')::json as draft, i.created_at
        from article_import i where i.member = $1 and i.state <> 'published'
    """,
    # The draft of an update is an article; the draft of a correction is a list of passages.
    "suggested-corrections.jsonl": """
        select s.id, s.thread, s.passage, s.reason, s.state, coalesce(d.draft -> 'passages', d.draft) as passages,
               s.answer, s.created_at, s.decided_at
        from suggested_update s cross join lateral (select convert_from(s.draft, 'UTF8')::json as draft) d
        where s.member = $1
    """,
    "follows.jsonl": "select id, thread, level, channel, muted_until, since from follow where member = $1",
    "topics.jsonl": "select id, topic, level, muted_until, since from topic_follow where member = $1",
    "moderated-topics.jsonl": "select id, topic, since from room_moderator where member = $1",
    # Of what others wrote, the number.
    "kept.jsonl": f"""
        select c.id, c.thread, c.comment, c.passage, case when {MAY_BE_QUOTED} then c.quote end as quote, c.text,
               c.created_at, c.changed_at
        from kept_item c join thread t on t.id = c.thread where c.member = $1
    """,  # noqa: S608 constants only
    "visits.jsonl": "select id, thread, seen_at, read_until, read from visit where member = $1",
    "blocks.jsonl": """
        select b.id, m.name, b.kind, b.muted_until, b.created_at
        from block b join member m on m.id = b.other where b.member = $1
    """,
    "muted-words.jsonl": "select id, word, muted_until, created_at from muted_word where member = $1",
    "sessions.jsonl": "select id, agent, address, site, created_at, seen_at, expires_at from session where member = $1",
    "passkeys.jsonl": "select id, name, created_at, used_at from passkey where member = $1",
    "tokens.jsonl": "select id, name, scopes, created_at, expires_at, used_at from api_token where member = $1",
    # Those that were posted are among the comments.
    "first-comments.jsonl": """
        select id, site, url, stance, body, assisted, state, message, created_at from first_comment
        where member = $1 and state <> 'posted'
    """,
    "notifications.jsonl": """
        select id, kind, thread, comment, decision, suggestion, proposal, created_at, read_at, mailed_at
        from notification where member = $1
    """,
    "digests.jsonl": """
        select i.id, i.list, i.period, i.state, i.due_at, i.settled_at,
               (select json_agg(json_build_object('thread', thread, 'comment', comment) order by position)
                from issue_item o where o.issue = i.id and o.member = $1) as items
        from issue i where i.member = $1
    """,
    # Not by an address that nobody confirmed: it may be somebody else's. Links that prove that a mailbox is theirs are
    # blank, since letters also go to an address that is not theirs yet, or no longer. Letters of lists are written when
    # they are sent.
    "letters.jsonl": f"""
        select l.id, l.kind, l.recipient, l.subject, regexp_replace(l.text, '{UNGUESSABLE}', '\\1[…]', 'g') as text,
               l.state, l.created_at, l.sent_at
        from mail l where (l.list is null or l.state not in ('planned', 'claimed')) and (
            l.member = $1 or l.member is null and lower(l.recipient) = (
                select m.email_key from member m where m.id = $1 and m.state <> 'unverified'))
    """,  # noqa: S608 constants only
    "connected-accounts.jsonl": "select id, source, subject, created_at from identity where member = $1",
    "invitations.jsonl": "select id, uses, created_at, expires_at from invitation where member = $1",
    "saved-reasons.jsonl": "select id, guideline, text, created_at from saved_reason where moderator = $1",
    # The same as on the page of the member's decisions: others would reveal a proposal, or that somebody was reported.
    "decisions.jsonl": f"""
        select id, kind, target, thread, action, guideline, reason, law, moderator is null as automated, until, role,
               state, created_at, ended_at
        from decision where member = $1 and state not in {UNSENT}
          and action = any(array{[*FOR_MEMBER, "role", "ask", "archive"]})
    """,  # noqa: S608 constants only
    "appeals.jsonl": "select id, decision, text, state, answer, created_at, decided_at from appeal where member = $1",
    "reports.jsonl": """
        select r.id, i.kind, i.target, i.thread, r.guideline, r.text, r.state, r.outcome, r.created_at, r.resolved_at,
               q.ground, q.wish, q.original
        from report r join queue_item i on i.id = r.item left join rights_request q on q.report = r.id
        where r.reporter = $1
    """,
    "rights-answers.jsonl": """
        select q.id, i.thread, q.answer, q.answered_at from thread t join queue_item i on i.thread = t.id
        join report r on r.item = i.id join rights_request q on q.report = r.id where t.starter = $1 and q.answer <> ''
    """,
    "claims.jsonl": "select id, article, way, role, state, email, text, created_at from claim where member = $1",
    "imported-claims.jsonl": """
        select id, source, name, page, state, comments, created_at, decided_at from imported_claim where member = $1
    """,
}
