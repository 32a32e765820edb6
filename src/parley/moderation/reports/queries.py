"""SQL about the queue item `i`: whether it waits, whether its content is sensitive, when it is due, how urgent."""

from parley.people.community.queries import SENSITIVE

# It waits for a moderator, and not for its author, who was asked to edit.
IS_OPEN = "(i.state = 'open' and (i.asked_until is null or i.asked_until <= now()))"
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
# When it should be decided: the shortest time to decide of the published rules that were named for it.
DUE_AT = f"""
    (i.opened_at + interval '1 hour' * coalesce(
        (select min(g.hours_to_decide) from guideline g where g.code in ({GROUNDS_OF})), {DEFAULT_HOURS}))
"""  # noqa: S608 constants only
IS_LATE = f"({DUE_AT} < now())"
# What is due within these hours comes before what is not, whatever their risk.
NEARLY_DUE_HOURS = 6
IS_NEARLY_DUE = f"({DUE_AT} < now() + interval '{NEARLY_DUE_HOURS} hours')"
# 2: a member, or somebody who confirmed their address, reported it as illegal; 1: nearly due.
URGENCY = f"""
    case when exists (
        select from report o join guideline g on g.code = o.guideline
        where o.item = i.id and o.state <> 'resolved' and g.illegal and o.weight > 0
          and (o.reporter is not null or o.proven)) then 2
    when {IS_NEARLY_DUE} then 1 else 0 end
"""
