"""The demo's reports, holds, decisions and appeals, inserted with the times of the story."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from parley.discussion.comments.tables import Comment
from parley.moderation.appeals.tables import Appeal
from parley.moderation.decisions.rules import ACTIONS
from parley.moderation.decisions.tables import Decision
from parley.moderation.modlog.ops import Entry
from parley.moderation.reports import ops as reports
from parley.moderation.reports.tables import QueueItem, Report
from parley.platform import db
from parley.platform.text import markdown
from parley.site.demo.content import DemoCase, cases

Step = Callable[[], Awaitable[Any]]
# By action and whether the comment is held: its state before and after.
CHANGES: Mapping[tuple[str, bool], tuple[dict[str, Any], dict[str, Any]]] = {
    ("remove", False): ({"state": "visible"}, {"state": "removed"}),
    ("remove", True): ({"state": "pending"}, {"state": "rejected"}),
    ("collapse", False): ({"collapsed": None}, {"collapsed": ""}),
}
INSERT_HELD = """
insert into comment (thread, author, state, revision, body, html, html_version, submission, created_at, excerpt)
values ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9) returning id
"""
INSERT_HIT = """
insert into hit (rule, version, comment, acted, created_at) select id, version, $2, $3, $4 from rule where name = $1
"""
CLOSE_ITEM = """
with answered as (
    update report set state = 'resolved', outcome = $2, resolved_at = $3 where item = $1
)
update queue_item set state = 'done', version = version + 1, acted_at = $3 where id = $1
"""
INSERT_SECOND_LOOK = """
insert into second_look (decision, moderator, judgement, created_at) select $1, id, $3, $4 from member
where role in ('moderator', 'admin') and id <> $2 order by id limit 1
"""
# The same as in moderation/modlog/ops.py, with the time of the story.
INSERT_ENTRY = """
insert into mod_action (at, actor, role, action, kind, target, before, after, guideline, reason, automated, decision)
select $1, $2, coalesce((select role from member where id = $2), $3), $4, $5, $6, $7::jsonb, $8::jsonb, $9, $10,
       $3 = 'automatic' and $2::bigint is null, $11
"""


class DemoThread(msgspec.Struct, frozen=True):
    id: int
    at: datetime


class OpenCase(msgspec.Struct):
    """A case with the ids of its rows, as far as they are inserted."""

    story: DemoCase
    thread: DemoThread
    kind: str
    target: int
    member: int | None
    item: int = 0
    decision: int = 0

    def at(self, minutes: int) -> datetime:
        return self.thread.at + timedelta(minutes=minutes)


async def moderate(ids: Mapping[str, int], threads: Mapping[str, DemoThread]) -> None:
    """Insert all cases, step by step in the order of time, which the record needs."""
    steps: list[tuple[datetime, Step]] = []
    for story in cases():
        case = await _begin(story, ids, threads[story.thread])
        steps += _steps(case, ids)
    for _, step in sorted(steps, key=lambda step: step[0]):
        await step()


async def update_risks() -> None:
    """Compute the risk of all items, after the statistics of the threads, on which it depends."""
    for item in await db.values(QueueItem.select(QueueItem.id).where(QueueItem.state == "open")):
        await reports.update_risk(item)


async def _begin(story: DemoCase, ids: Mapping[str, int], thread: DemoThread) -> OpenCase:
    if story.member:
        return OpenCase(story, thread, "member", ids[story.member], ids[story.member])
    comment = await _add_held(story, ids, thread) if story.held else await _comment(story, thread)
    return OpenCase(
        story, thread, "comment", comment, await db.value(Comment.select(Comment.author).where(Comment.id == comment))
    )


async def _comment(story: DemoCase, thread: DemoThread) -> int:
    submission = uuid5(NAMESPACE_URL, f"{thread.id}/{story.comment}")
    comment: int = await db.value(Comment.select(Comment.id).where(Comment.submission == submission))
    return comment


async def _add_held(story: DemoCase, ids: Mapping[str, int], thread: DemoThread) -> int:
    assert story.held is not None
    decision: int = await db.value(
        INSERT_HELD,
        thread.id,
        ids[story.held.author],
        "rejected" if story.decision else "pending",
        story.held.body,
        markdown.render(story.held.body),
        markdown.VERSION,
        uuid5(NAMESPACE_URL, f"{thread.id}/{story.held.author}/{story.held.minutes}"),
        thread.at + timedelta(minutes=story.held.minutes),
        markdown.stored_excerpt(markdown.render(story.held.body)),
    )
    return decision


def _steps(case: OpenCase, ids: Mapping[str, int]) -> list[tuple[datetime, Step]]:
    story = case.story
    started_at = case.at(story.held.minutes if story.held else story.reports[0].minutes)
    steps: list[tuple[datetime, Step]] = [(started_at, partial(_open, case, ids, started_at))]
    if story.decision:
        steps.append((case.at(story.decision.minutes), partial(_decide, case, ids)))
    if story.appeal:
        steps.append((case.at(story.appeal.minutes), partial(_appeal, case, ids)))
        if story.appeal.outcome:
            steps.append((case.at(story.appeal.decided), partial(_answer, case, ids)))
    return steps


async def _open(case: OpenCase, ids: Mapping[str, int], started_at: datetime) -> None:
    thread = case.thread.id if case.kind == "comment" else None
    item = QueueItem(kind=case.kind, target=case.target, thread=thread, opened_at=started_at)
    case.item = (await QueueItem.insert(item))[0]["id"]
    for report in case.story.reports:
        row = Report(
            item=case.item,
            reporter=ids[report.by] if report.by else None,
            name=report.name,
            email=report.email,
            guideline=report.ground,
            text=report.text,
            created_at=case.at(report.minutes),
        )
        await Report.insert(row)
    if case.story.held:
        await _hold(case, case.story.held.rules, started_at)


async def _hold(case: OpenCase, rules: list[str], at: datetime) -> None:
    """Save a hit for each rule; only the first one acted."""
    for rule in rules:
        await db.execute(INSERT_HIT, rule, case.target, rule == rules[0], at)
    reason = f"Automatic rule: {rules[0]}"
    await _record(at, None, Entry("hold", "comment", case.target, {}, {"state": "pending"}, "spam", reason))


async def _decide(case: OpenCase, ids: Mapping[str, int]) -> None:
    decision = case.story.decision
    assert decision is not None
    before, after = CHANGES.get((decision.action, case.story.held is not None), ({}, {}))
    kind, target = "comment", case.target
    if decision.action == "lock":
        kind, target = "article", case.thread.id
        before, after = _thread_settings("open", ""), _thread_settings("locked", decision.reason)
    if "collapsed" in after:
        after = {"collapsed": decision.reason}
    at, by = case.at(decision.minutes), ids[decision.by]
    row = Decision(
        item=case.item,
        kind=kind,
        target=target,
        thread=case.thread.id,
        action=decision.action,
        guideline=decision.ground,
        reason=decision.reason,
        moderator=by,
        member=case.member,
        before=_json(before),
        created_at=at,
    )
    case.decision = (await Decision.insert(row))[0]["id"]
    # Two steps, since a trigger allows only each step: open, claimed, resolved (schema.sql).
    await Report.update({Report.state: "claimed"}).where(Report.item == case.item)
    await db.execute(CLOSE_ITEM, case.item, "upheld" if ACTIONS[decision.action].restricts else "declined", at)
    if decision.again:
        await db.execute(INSERT_SECOND_LOOK, case.decision, by, decision.again, at + timedelta(hours=2))
    entry = Entry(decision.action, kind, target, before, after, decision.ground, decision.reason, case.decision)
    await _record(at, by, entry)


def _thread_settings(state: str, why: str) -> dict[str, Any]:
    return {"thread_state": state, "slow": 0, "why": why}


async def _appeal(case: OpenCase, ids: Mapping[str, int]) -> None:
    appeal = case.story.appeal
    assert appeal is not None
    row = Appeal(
        decision=case.decision,
        member=case.member,
        text=appeal.text,
        state=appeal.outcome or "filed",
        assigned_to=ids[appeal.by] if appeal.by else None,
        answer=appeal.answer,
        created_at=case.at(appeal.minutes),
        decided_at=case.at(appeal.decided) if appeal.outcome else None,
    )
    await Appeal.insert(row)
    entry = Entry("appeal", "comment", case.target, decision=case.decision)
    await _record(case.at(appeal.minutes), None, entry, role="member")


async def _answer(case: OpenCase, ids: Mapping[str, int]) -> None:
    """Decide an appeal that overturned the collapsing of a comment."""
    appeal, decision = case.story.appeal, case.story.decision
    assert appeal is not None and appeal.by is not None and decision is not None  # noqa: PT018 a note for mypy
    at = case.at(appeal.decided)
    await Decision.update({Decision.state: "overturned", Decision.ended_at: at}).where(Decision.id == case.decision)
    was, now = {"collapsed": decision.reason}, {"collapsed": None}
    what = (f"appeal.{appeal.outcome}", "comment", case.target)
    await _record(at, ids[appeal.by], Entry(*what, was, now, reason=appeal.answer, decision=case.decision))


async def _record(at: datetime, actor: int | None, entry: Entry, role: str = "automatic") -> None:
    what = (entry.action, entry.kind, entry.target, _json(entry.before), _json(entry.after))
    await db.execute(INSERT_ENTRY, at, actor, role, *what, entry.guideline, entry.reason, entry.decision)


def _json(change: dict[str, Any]) -> str:
    return msgspec.json.encode(change).decode()
