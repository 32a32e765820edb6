"""Whether moderators agreed with a rule about the comments that it matched."""

from parley.moderation.matching.facts import RESTRICTS

# The comments that a moderator decided on. `is_right`: the last decision was a restriction and was not overturned.
SELECT_DECIDED = f"""
select distinct on (i.target) i.target as comment,
       d.state <> 'overturned' and d.action in {RESTRICTS} as is_right
from queue_item i join decision d on d.item = i.id
where i.kind = 'comment' and d.moderator is not null and d.state in ('in_force', 'ended', 'overturned')
  and (d.action in {RESTRICTS} or d.action in ('approve', 'restore'))
order by i.target, d.id desc
"""  # noqa: S608 constants only
# Of the comments that version $3 of rule $2 matches, those of the week before $4 that it did not match when they were
# posted, and that no moderator restricted since.
COUNT_NEW = f"""
select count(*) from comment c
where c.id = any($1::bigint[]) and c.created_at > $4::timestamptz - interval '7 days'
  and not exists (select from hit h where h.comment = c.id and h.rule = $2 and h.version = $3)
  and not exists (select from ({SELECT_DECIDED}) d where d.comment = c.id and d.is_right)
"""  # noqa: S608 constants only
SELECT_AGREEMENT = f"""
select count(*) filter (where is_right) as right, count(*) filter (where not is_right) as wrong
from ({SELECT_DECIDED}) d where comment = any($1::bigint[])
"""  # noqa: S608 constants only
