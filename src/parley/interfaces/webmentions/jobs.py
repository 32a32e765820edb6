"""The worker's job: finds the threads whose articles' pages were not told of them, and tells each once.

A page is told again when moderators remove the link to it, and when they restore it: the standard calls both an update.
"""

from parley.interfaces.webmentions.sending import DueWebmention, send
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.settings import settings

JOB = "webmentions"
BATCH = 10
# A thread that is older was moved here from another site, or this was switched on later.
NEW_HOURS = 24

# The addresses of fetched articles: a pasted text only claims to be from somewhere.
INSERT_DUE = f"""
insert into webmention (thread, target, due_at)
select t.id, a.url, now() from thread t join article a on a.id = t.article
where t.created_at > now() - interval '{NEW_HOURS} hours' and a.url is not null and not a.untitled
  and not starts_with(a.url, $1 || '/') and not exists (select from webmention w where w.thread = t.id)
on conflict do nothing
"""  # noqa: S608 constants only
RENEW_CHANGED = """
update webmention w set state = 'waiting', linked = not a.untitled, attempts = 0, due_at = now(), settled_at = null
from thread t join article a on a.id = t.article
where t.id = w.thread and w.state = 'sent' and w.linked = a.untitled
"""
# A claimed one is due again after a quarter of an hour, in case its worker crashes.
CLAIM_WEBMENTIONS = f"""
update webmention w set due_at = clock_timestamp() + interval '15 minutes' from thread t
where t.id = w.thread and w.id in (
  select id from webmention where state = 'waiting' and due_at <= clock_timestamp() and {attempts.due(JOB, "id")}
  order by due_at limit {BATCH} for update skip locked)
returning w.id, w.target, '/t/' || t.id || '/' || t.slug as path
"""  # noqa: S608 constants only


async def send_due() -> int:
    """Send the webmentions that are due, and return their number."""
    if not settings().webmentions:
        return 0
    await db.execute(INSERT_DUE, settings().base_url)
    await db.execute(RENEW_CHANGED)
    due = await db.fetch(DueWebmention, CLAIM_WEBMENTIONS)
    await attempts.each(JOB, due, send, key=lambda webmention: webmention.id, in_transaction=False)
    return len(due)
