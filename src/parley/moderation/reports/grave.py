"""Sensitive content: an open report names a serious rule. Staff pages hide it until somebody chooses to read it.

Requests to show less of an article are about a right, not about words that are hard to read.
"""

from parley.people.community.queries import SENSITIVE

# Of the queue item `i`.
IS_SENSITIVE = f"""
    exists (select from report o join guideline g on g.code = o.guideline
            where o.item = i.id and o.state <> 'resolved' and g.severity >= {SENSITIVE}
            and not exists (select from rights_request q where q.report = o.id))
"""  # noqa: S608 constants only
# Of the comment `c`.
IS_GRAVE = f"""
    exists (select from queue_item i where i.kind = 'comment' and i.target = c.id and {IS_SENSITIVE})
"""
