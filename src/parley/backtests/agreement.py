"""Whether moderators agreed with a rule about the comments that it matched."""

from parley.matching.facts import RESTRICTS

# The comments that a moderator decided on. `is_right`: the last decision was a restriction and was not overturned.
SELECT_DECIDED = f"""
select distinct on (i.target) i.target as comment,
       d.state <> 'overturned' and d.action in {RESTRICTS} as is_right
from queue_item i join decision d on d.item = i.id
where i.kind = 'comment' and d.moderator is not null and d.state in ('in_force', 'ended', 'overturned')
  and (d.action in {RESTRICTS} or d.action in ('approve', 'restore'))
order by i.target, d.id desc
"""  # noqa: S608 constants only
SELECT_AGREEMENT = f"""
select count(*) filter (where is_right) as right, count(*) filter (where not is_right) as wrong
from ({SELECT_DECIDED}) d where comment = any($1::bigint[])
"""  # noqa: S608 constants only
