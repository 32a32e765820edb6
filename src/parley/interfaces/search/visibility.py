"""What may be found. At each search, the rows of the source decide, however old the index is.

Once its removal, hold or edit is committed, a text cannot be found. The worker takes its words out of the index later.
"""

from parley.articles.articles.rules import READABLE
from parley.discussion.comments.rules import IS_VISIBLE

# How article `a` is shown now. A restriction changes it, so that documents that were indexed before are not found.
DISPLAY = """a.display || case when a.untitled then '-' else '' end
    || case when a.display = 'parts' then least(cardinality(a.removed_passages), 999)::text else '' end"""

# The sources of document `d`, with the conditions under which it may be found. $1 is the viewer, or null. Articles do
# not depend on the viewer, but PostgreSQL must know the type of each parameter.
FROM_ARTICLE = f"""
join thread t on t.id = d.thread join article a on a.id = t.article
where d.version = t.revision and d.shown = {DISPLAY} and ($1::bigint is null or true)
"""
FROM_COMMENT = f"""
join comment c on c.id = d.source join thread t on t.id = c.thread join article a on a.id = t.article
where c.version = d.version and {IS_VISIBLE} and c.collapsed is null and d.shown in ('', {DISPLAY})
and coalesce(c.author, 0) <> all(array(
    select other from block where member = $1 and coalesce(muted_until > now(), true)))
and not (c.assisted and exists (select from member where id = $1 and assisted = 'hide'))
"""  # noqa: S608 constants only

# The words a comment quotes, unless readers may not read the whole article.
QUOTE = "case when a.display = 'full' then c.quote end"
# What phrases are looked for in.
_PASSAGES = f"from revision r cross join {READABLE} p where r.article = a.id and r.number = t.revision"
TEXT_OF_ARTICLE = f"(select t.title || ' ' || coalesce(string_agg(p.text, ' ' order by p.position), '') {_PASSAGES})"
TEXT_OF_PASSAGE = f"(select p.text {_PASSAGES} and p.lineage = d.source limit 1)"
TEXT_OF_COMMENT = f"concat_ws(' ', c.statement, c.body, {QUOTE})"
