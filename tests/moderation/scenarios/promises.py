"""Invariants of the tables (docs/moderation-proofs.md), as queries that find violations."""

from parley.moderation.decisions.rows import ITEMS_OF_DECISION
from parley.platform import db

RECOUNT = "(select count(*) from vote v where v.comment = c.id and v.counted and v.axis = '{}' and v.value = {})"
UNCOUNTED = "('pending', 'rejected', 'expired', 'withdrawn')"

BROKEN_PROMISES = {
    "I5: votes are what a recount gives": f"""
        select c.id from comment c
        where c.ups <> {RECOUNT.format("quality", 1)} or c.downs <> {RECOUNT.format("quality", -1)}
    """,
    "I5: replies are what a recount gives": f"""
        select c.id from comment c where c.reply_count <>
          (select count(*) from comment r where r.parent = c.id and r.state not in {UNCOUNTED})
    """,
    "I5: a thread counts its comments": f"""
        select t.id from thread t where t.comment_count <>
          (select count(*) from comment c where c.thread = t.id and c.state not in {UNCOUNTED})
    """,
    "I6: nobody decides what concerns them": """
        select id from decision where moderator = member or second_moderator = member
    """,
    "I6: the two who agree are two": "select id from decision where second_moderator = moderator",
    # A moderator may report an item again after they decided on it: another one answers that report.
    "I6: nobody answers what they reported": """
        select d.id from decision d join report r on r.item = d.item
        where r.reporter = d.moderator and r.created_at <= d.created_at and r.resolved_at >= d.created_at
        and d.state not in ('undone', 'rejected')
    """,
    "I6: an appeal is never for its member": "select id from appeal where assigned_to = member",
    "I6: an appeal is for somebody else, if there is one": f"""
        select a.id from appeal a join decision d on d.id = a.decision join member m on m.id = d.member
        where a.assigned_to in (d.moderator, d.second_moderator) and exists (
            select from member s
            where s.role <> 'member' and (s.role = 'admin' or d.kind <> 'member' or m.role = 'member')
            and s.id <> a.member and s.id <> d.moderator and s.id is distinct from d.second_moderator
            and not exists (select from report r
                where r.item in ({ITEMS_OF_DECISION}) and r.reporter = s.id and r.created_at <= a.decided_at)
            and not exists (select from decision o where o.member = s.id and o.action in ('silence', 'suspend')))
    """,
    "I7: whatever takes something away has its rule and its reason": """
        select id from decision where action in ('remove', 'collapse', 'warn', 'silence', 'suspend')
        and (guideline is null or trim(reason) = '')
    """,
    "I7: whoever is sanctioned has a decision that says why": """
        select m.id from member m where m.state in ('silenced', 'suspended') and not exists (
            select from decision d where d.kind = 'member' and d.target = m.id and d.state = 'in_force'
            and d.action = case m.state when 'silenced' then 'silence' else 'suspend' end)
    """,
    "I7: what is removed has a decision in force": """
        select c.id from comment c where c.state = 'removed' and not exists (
            select from decision d where d.kind = 'comment' and d.target = c.id and d.action = 'remove'
            and d.state = 'in_force')
    """,
    "I8: no rule removes or suspends": """
        select id from decision where moderator is null and action not in ('hold', 'collapse')
    """,
    "I8: no automatic entry leads to a removal": """
        select id from mod_action where automated and after->>'state' in ('removed', 'suspended')
    """,
    "I10: an item has one decision a moment": """
        select item from decision where state in ('in_force', 'awaiting') and item is not null
        and action <> 'escalate' group by item, created_at, action having count(*) > 1
    """,
    "I11: nobody suspended has a sign-in": """
        select s.member from session s join member m on m.id = s.member where m.state = 'suspended'
    """,
    "open items have something open": """
        select i.id from queue_item i where i.state = 'done' and exists (
            select from report r where r.item = i.id and r.state <> 'resolved')
    """,
}

ALL = """
select table_name from information_schema.tables
where table_schema = 'public' and table_type = 'BASE TABLE'
  -- Kept numbers of unread notifications, which any page counts again.
  and table_name not in ('migration', 'unread_count', 'unread_change') order by 1
"""
DIGEST = """
select '{table}' as name, md5(coalesce(string_agg(({columns})::text, ',' order by ({columns})::text), '')) as digest
from {table} t
"""
# A member's count of checked comments grows with each attempt too (docs/decisions/0008).
WHOLE = {"member": "to_jsonb(t) - 'checked_comments'"}
# What undoing restores: everything except what only ever grows.
LASTING = {
    "comment": "id, state, collapsed, body, reply_count, ups, downs, best",
    "thread": "id, state, slow, state_reason, comment_count, last_activity_at",
    "member": "id, state, state_until, role",
    "report": "id, state, outcome, resolved_at",
    "queue_item": "id, state, escalated",
    "vote": "member, comment, axis, value",
}


async def everything(*, lasting: bool = False) -> dict[str, str]:
    """A digest of each table, to see whether anything changed; with `lasting`, only of what undoing restores."""
    columns = dict(sorted(LASTING.items())) if lasting else dict.fromkeys(await db.values(ALL), "t") | WHOLE
    digests = " union all ".join(DIGEST.format(table=table, columns=chosen) for table, chosen in columns.items())
    return dict(zip(columns, await db.values(f"select digest from ({digests}) d order by name"), strict=True))


async def broken() -> list[str]:
    """The promises that do not hold, each with the first id that breaks it."""
    asked = " union all ".join(
        f"(select '{promise}: ' || min(one) from ({query}) as q (one) having count(*) > 0)"
        for promise, query in BROKEN_PROMISES.items()
    )
    return await db.values(asked)
