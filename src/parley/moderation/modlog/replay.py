"""Comparing the tables with the record: decisions and their reasons, and the states that follow from them.

The record itself cannot be rewritten unnoticed, but the tables that it describes can.
"""

import msgspec

from parley.platform import db

# The first entry about a decision records that it was made. Reasons of rules differ, since the entry does not quote the
# words that matched. The reason of an entry whose words were erased is unknown.
FIND_DECISIONS = """
with made as (
    select distinct on (decision) decision, id, actor, action, kind, target, guideline, reason, salt
    from mod_action where decision is not null order by decision, id
), since as (
    select decision, array_agg(action) as actions from mod_action where decision is not null group by decision
)
select 'decision' as kind, coalesce(d.id, made.decision) as id, case
    when d.id is null then 'deleted'
    when made.id is null then 'not in the record'
    when d.reason <> made.reason and d.moderator is not null and made.salt is not null then 'reason'
    when (d.moderator, d.guideline, d.kind, d.target) is distinct from
         (made.actor, made.guideline, made.kind, made.target) then 'content'
    when d.action <> made.action and not 'appeal.modified' = any(actions) then 'content'
    when (d.state = 'undone') <> ('undo' = any(actions))
      or (d.state = 'overturned') <> ('appeal.overturned' = any(actions)) then 'state'
    when d.state = 'ended' and not exists (
        select from mod_action a where (a.kind, a.target) = (d.kind, d.target) and a.id > made.id
        and a.action in ('end', 'lift', 'restore', 'approve')) then 'state'
    end as what
from decision d full join made on made.decision = d.id left join since on since.decision = made.decision
"""
# What an import made before the first entry may be in a state that the record does not mention. Authors may delete
# their visible comments.
FIND_COMMENTS = """
with state as (
    select distinct on (target) target, after ->> 'state' as told from mod_action
    where kind = 'comment' and after ? 'state' order by target, id desc
), collapsed as (
    select distinct on (target) target, after ->> 'collapsed' is not null as told from mod_action
    where kind = 'comment' and after ? 'collapsed' order by target, id desc
), branch as (
    select distinct on (target) target, after ->> 'branch' = 'locked' as told from mod_action
    where kind = 'comment' and after ? 'branch' order by target, id desc
)
select 'comment' as kind, c.id, case
    when c.state <> coalesce(state.told, 'visible')
      and not (c.state = 'deleted_by_author' and coalesce(state.told, 'visible') = 'visible')
      and (state.told is not null or c.imported_author is null) then 'state'
    when (c.collapsed is not null) <> coalesce(collapsed.told, false) then 'collapsed'
    when coalesce(c.locked_branch = c.id, false) <> coalesce(branch.told, false) then 'lock'
    end as what
from comment c left join state on state.target = c.id left join collapsed on collapsed.target = c.id
  left join branch on branch.target = c.id
where coalesce(state.target, collapsed.target, branch.target) is not null
  or c.created_at >= (select min(at) from mod_action)
"""
FIND_THREADS = """
with told as (
    select distinct on (thread) thread, after from (
        select a.id, a.after, case a.kind when 'article' then a.target else coalesce(d.thread, c.thread) end as thread
        from mod_action a left join decision d on d.id = a.decision
          left join comment c on a.kind = 'comment' and c.id = a.target
        where a.after ? 'thread_state') as entry
    order by thread, id desc
)
select 'thread' as kind, t.id, case
    when (t.state, t.slow) <> (coalesce(after ->> 'thread_state', 'open'), coalesce((after ->> 'slow')::int, 0))
      then 'state'
    when after ? 'why' and coalesce(t.state_reason, '') <> after ->> 'why' then 'reason'
    end as what
from thread t left join told on told.thread = t.id
where told.thread is not null or t.created_at >= (select min(at) from mod_action)
"""
FIND_ARTICLES = """
with told as (
    select distinct on (target) target, after from mod_action
    where kind = 'article' and after ? 'restricted' order by target, id desc
)
select 'article' as kind, t.id, case
    when jsonb_build_object('restricted', a.restricted, 'untitled', a.untitled,
                            'removed_passages', a.removed_passages) <> coalesce(
        after, '{"restricted": "", "untitled": false, "removed_passages": []}') then 'state'
    end as what
from thread t join article a on a.id = t.article left join told on told.target = t.id
where not a.erased and (told.target is not null or t.created_at >= (select min(at) from mod_action))
"""
# By the decisions in force, which are compared above: while a member is away, a sanction may end without their state.
FIND_MEMBERS = """
with told as (
    select distinct on (target) target, after ->> 'role' as role from mod_action
    where kind = 'member' and after ? 'role' order by target, id desc
)
select 'member' as kind, m.id, case
    when m.state <> case when bool_or(d.action = 'suspend') then 'suspended' when count(d.id) > 0 then 'silenced'
                    else 'active' end then 'state'
    when m.role <> told.role then 'role'
    end as what
from member m left join told on told.target = m.id
  left join decision d on d.kind = 'member' and d.target = m.id and d.state = 'in_force'
    and d.action in ('silence', 'suspend')
where m.state in ('active', 'silenced', 'suspended') group by m.id, told.role
"""
FIND_DIFFERENCES = f"""
select kind, id, what from (
    ({FIND_DECISIONS}) union all ({FIND_COMMENTS}) union all ({FIND_THREADS}) union all ({FIND_ARTICLES})
    union all ({FIND_MEMBERS})
) as compared where what is not null order by kind, id limit 50
"""  # noqa: S608 constants only


class Contradiction(msgspec.Struct, frozen=True):
    """A row that differs from the record, or that the record should mention and does not."""

    kind: str
    id: int
    what: str


async def contradictions() -> list[Contradiction]:
    """Find what the record contradicts: at most fifty of them."""
    return await db.fetch(Contradiction, FIND_DIFFERENCES)
