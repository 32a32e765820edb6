"""The record replayed from the beginning: the states of comments, threads and members by it alone."""

from datetime import datetime
from typing import Any

import msgspec

from parley.platform import db

State = dict[str, Any]
# The state of something that the record does not mention.
UNTOUCHED: dict[str, State] = {
    "comment": {"state": "visible", "collapsed": None, "branch": "open"},
    "thread": {"thread_state": "open", "slow": 0, "why": ""},
    "article": {"restricted": "", "untitled": False, "removed_passages": []},
    "member": {"member_state": "active", "until": None},
}


class Row(msgspec.Struct, frozen=True):
    id: int
    kind: str
    target: int
    thread: int | None
    before: str
    after: str


class Now(msgspec.Struct, frozen=True):
    kind: str
    id: int
    is_now: str


ROWS = """
select a.id, a.kind, a.target, case a.kind when 'article' then a.target else c.thread end as thread,
       a.before::text as before, a.after::text as after
from mod_action a left join comment c on a.kind = 'comment' and c.id = a.target order by a.id
"""
NOW = """
select 'comment' as kind, id, jsonb_build_object('state', state, 'collapsed', collapsed,
    'branch', case when locked_branch = id then 'locked' else 'open' end, 'place', jsonb_build_object(
        'thread', thread, 'parent', parent, 'stance', stance, 'revision', revision, 'made_on', made_on, 'quote', quote,
        'prefix', prefix, 'suffix', suffix, 'anchor', anchor, 'passage', passage, 'passage_end', passage_end,
        'words', words, 'confidence', confidence, 'by_hand', by_hand, 'locked_branch', nullif(locked_branch, id))
    )::text as is_now from comment
union all
select 'thread', id, jsonb_build_object('thread_state', state, 'slow', slow, 'why', coalesce(state_reason, ''))::text
from thread
union all
select 'article', t.id,
       jsonb_build_object('restricted', a.restricted, 'untitled', a.untitled,
                          'removed_passages', a.removed_passages)::text
from thread t join article a on a.id = t.article
union all
select 'member', id, jsonb_build_object('member_state', state, 'until', state_until, 'role', role,
                                              'bio', bio, 'title', title, 'name', name)::text from member
"""


async def played() -> dict[tuple[str, int], State]:
    """The state of each thing after the last entry; an entry that starts from another state is an error."""
    known: dict[tuple[str, int], State] = {}
    for row in await db.fetch(Row, ROWS):
        before, after = msgspec.json.decode(row.before), msgspec.json.decode(row.after)
        place = ("thread", row.thread or 0) if "thread_state" in after else (row.kind, row.target)
        state = known.setdefault(place, dict(before))
        wrong = {name: value for name, value in before.items() if state.get(name, value) != value}
        assert not wrong, f"entry {row.id} begins from {wrong}, and it was {state}"
        state |= before | after
    return known


async def differences() -> list[str]:
    """What differs from the record; what it does not mention must be in its first state."""
    told = await played()
    found = []
    for row in await db.fetch(Now, NOW):
        now = msgspec.json.decode(row.is_now)
        expected = UNTOUCHED[row.kind] | told.get((row.kind, row.id), {})
        is_now = {name: now[name] for name in expected}
        if normal(is_now) != normal(expected):
            found.append(f"{row.kind} {row.id} is {is_now}, by the record {expected}")
    return found


def normal(state: State) -> State:
    """Times in one format."""
    until = state.get("until")
    return state | ({"until": datetime.fromisoformat(until).timestamp()} if until else {})
