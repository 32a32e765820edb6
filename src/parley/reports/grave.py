"""Sensitive content: an open report names a serious rule. Staff pages hide it until somebody chooses to read it."""

from parley.community.queries import SENSITIVE

# Of the queue item `i`.
IS_SENSITIVE = f"""
    exists (select from report o join guideline g on g.code = o.guideline
            where o.item = i.id and o.state <> 'resolved' and g.severity >= {SENSITIVE})
"""
# Of the comment `c`.
IS_GRAVE = f"""
    exists (select from queue_item i where i.kind = 'comment' and i.target = c.id and {IS_SENSITIVE})
"""
