"""Changing a member's name in what others wrote: `@name` in comments; to erase it, also in the texts of moderators."""

import re

from parley.discussion.threads.queries import lock_thread
from parley.moderation.modlog import ops as modlog
from parley.own_data.erasure import letters, rewriting
from parley.platform import db
from parley.platform.events.event_log import emit
from parley.platform.text.mentions import BEGINS

# It replaces the name. No member can have it, since it is reserved (people/accounts/names.py).
FORMER = "former-member"
ENDS = r"(?![\w-]|\.\w)"

HAS_NAME = "strpos(lower(body || ' ' || coalesce(statement, '')), lower('@' || $1)) > 0"
# An imported comment mentions people of another site, not members.
SELECT_COMMENTS = f"select id from comment where author is not null and {HAS_NAME} order by id"  # noqa: S608 a constant
SELECT_VERSIONS = f"""
select id from comment_version v where {HAS_NAME}
  and exists (select from comment c where c.id = v.comment and c.author is not null) order by id
"""  # noqa: S608 a constant
# Letters that name the member: the text of those that were sent is no longer needed; the others still have to go out.
NAMES_MEMBER = "concat_ws(' ', subject, text, html) ~ $1"
EMPTY_LETTERS = f"""
update mail set subject = '', text = '', html = null, message = null
where state not in ('planned', 'claimed', 'data') and {NAMES_MEMBER} returning id
"""  # noqa: S608 a constant
CHANGE_LETTERS = f"""
update mail set subject = regexp_replace(subject, $1, '{FORMER}', 'g'), message = null,
  text = regexp_replace(text, $1, '{FORMER}', 'g'), html = regexp_replace(html, $1, '{FORMER}', 'g')
where {NAMES_MEMBER}
"""  # noqa: S608 constants only
# The names of authors beside an article that the member pasted. Nobody else's name is taken away.
CHANGE_BYLINES = """
with changed as (
    update revision r set byline = nullif(trim(both ' ,;' from regexp_replace(byline, $1, '', 'gi')), '')
    from thread t join article a on a.id = t.article
    where t.starter = $2 and a.url is null and r.article = a.id and byline ~* $1 returning t.id
)
select distinct id from changed
"""
CHANGE_BIO = """
update article a set bio = nullif(trim(regexp_replace(bio, $1, '', 'gi')), '')
from thread t where t.article = a.id and t.starter = $2 and a.url is null and bio ~* $1
"""
OF_THREAD = "exists (select from thread t where t.id = thread and t.starter = $2)"
# Texts of staff, and what members wrote to them: table, column, and the condition for those that concern member $2.
TEXTS = (
    ("decision", "reason", "member = $2"),
    ("decision", "law", "member = $2"),
    ("mass_undo", "reason", "moderator = $2"),
    ("bulk_decision", "reason", "moderator = $2"),
    ("bulk_decision", "law", "moderator = $2"),
    ("appeal", "text", "member = $2"),
    ("appeal", "answer", "member = $2"),
    ("note", "text", "member = $2"),
    ("comment", "collapsed", "author = $2"),
    ("mass_undo", "reason", "moderator = $2 or admin = $2"),
    (
        "report",
        "text",
        f"reporter = $2 or exists (select from queue_item i where i.id = item and {modlog.CONCERNS_MEMBER})",
    ),
    (
        "revision",
        "reason",
        "editor = $2 or exists (select from thread t where t.article = revision.article and t.starter = $2)",
    ),
    ("suggested_update", "reason", f"member = $2 or {OF_THREAD}"),
    ("suggested_update", "answer", f"member = $2 or {OF_THREAD}"),
    ("thread", "state_reason", "starter = $2"),
    (
        "rights_request",
        "answer",
        """exists (select from report r join queue_item i on i.id = r.item join thread t on t.id = i.target
           where r.id = rights_request.report and i.kind = 'article' and t.starter = $2)""",
    ),
)
# The state before a decision has the texts of staff that it replaced.
CHANGE_STATES = """
update decision set before = before || (
    select jsonb_object_agg(key, regexp_replace(value, $1, $2, 'gi')) from jsonb_each_text(before)
    where key in ('why', 'collapsed', 'statement') and value is not null)
where ($3::bigint is null or member = $3)
  and concat_ws(' ', before ->> 'why', before ->> 'collapsed', before ->> 'statement') ~* $1
"""
# A text that becomes too long for its column is cut.
TYPES = {("suggested_update", "reason"): "varchar(300)", ("comment", "collapsed"): "varchar(200)"}


async def rename(name: str, to: str) -> None:
    """Replace `@name` by `@to` in all comments and their versions."""
    at_name = re.compile(rf"{BEGINS.pattern}{re.escape(name)}{ENDS}", re.IGNORECASE)

    def change(text: str) -> str:
        return at_name.sub(f"@{to}", text)

    for comment in await db.values(SELECT_COMMENTS, name):
        await rewriting.comment(comment, change)
    for version in await db.values(SELECT_VERSIONS, name):
        await rewriting.version(version, change)


async def erase(member: int, name: str) -> None:
    """Replace `@name` in all comments, their versions and the texts of moderation.

    The name alone, which may be a usual word, goes only from texts that concern the member.
    """
    await rename(name, FORMER)
    at_name, alone = rf"{BEGINS.pattern}{re.escape(name)}{ENDS}", rf"(?<![\w-]){re.escape(name)}{ENDS}"
    await modlog.forget(at_name)
    await modlog.forget(alone, member)
    await letters.forget_files(await db.values(EMPTY_LETTERS, alone))
    await db.execute(CHANGE_LETTERS, alone)
    async with db.atomic():
        await db.execute(CHANGE_BIO, alone, member)
        for thread in sorted(await db.values(CHANGE_BYLINES, alone, member)):
            # Pages and the index show the byline.
            await lock_thread(thread)
            await emit("article.restricted", thread=thread, actor=None)
    await db.execute(CHANGE_STATES, at_name, f"@{FORMER}", None)
    await db.execute(CHANGE_STATES, alone, FORMER, member)
    for table, column, concerns in TEXTS:
        await db.execute(_replace(table, column, f"@{FORMER}"), at_name)
        await db.execute(_replace(table, column, FORMER, f"and ({concerns})"), alone, member)


def _replace(table: str, column: str, to: str, condition: str = "") -> str:
    replaced = f"regexp_replace({column}, $1, '{to}', 'gi')::{TYPES.get((table, column), 'text')}"
    return f"update {table} set {column} = {replaced} where {column} ~* $1 {condition}"  # noqa: S608 names from TEXTS
