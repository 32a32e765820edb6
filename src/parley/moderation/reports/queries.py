"""Conditions on the queue item `i`: whether its content is sensitive, and whether it waits for too long."""

from parley.people.community.queries import SENSITIVE

# An open report names a serious rule. Staff pages hide the content until somebody chooses to read it. Requests to show
# less of an article are about a right, not about words that are hard to read.
IS_SENSITIVE = f"""
    exists (select from report o join guideline g on g.code = o.guideline
            where o.item = i.id and o.state <> 'resolved' and g.severity >= {SENSITIVE}
            and not exists (select from rights_request q where q.report = o.id))
"""  # noqa: S608 constants only
# The same of the comment `c`.
IS_SENSITIVE_COMMENT = f"""
    exists (select from queue_item i where i.kind = 'comment' and i.target = c.id and {IS_SENSITIVE})
"""
# The hours to decide an item that names no published rule.
DEFAULT_HOURS = 24
GROUNDS_OF = """
    select o.guideline from report o where o.item = i.id
    union select u.guideline from hit o join rule u on u.id = o.rule
    where i.kind = 'comment' and o.comment = i.target and o.acted
"""
# It waits for longer than the shortest time to decide of the published rules that were named for it.
IS_LATE = f"""
    (i.opened_at < now() - interval '1 hour' * coalesce(
        (select min(g.hours_to_decide) from guideline g where g.code in ({GROUNDS_OF})), {DEFAULT_HOURS}))
"""  # noqa: S608 constants only
