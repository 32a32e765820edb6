"""The promises of docs/moderation-proofs.md hold after every step of members and moderators, in any order.

Each step commits for real; one that is refused has changed nothing. What must hold when many act at the same time is in
test_crowd.py.
"""

from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import asyncpg
import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from parley.discussion.commenting import editing
from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import second_approval, undoing
from parley.moderation.decisions.rules import ACTIONS, Choice
from parley.moderation.matching.conditions import WordList
from parley.moderation.modlog import ops as modlog
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import ParleyError
from tests import make
from tests.conftest import empty
from tests.loops import Loop, own_loop
from tests.moderation.automod.rows import put_rule
from tests.moderation.scenarios.promises import broken, everything
from tests.moderation.scenarios.steps import STEPS

Result = TypeVar("Result")

ITEM_OF = "select id from queue_item where kind = 'comment' and target = $1"
VERSION = "select version from queue_item where id = $1"
RECORDED = "select count(*) from mod_action"
STATES = sorted({state for step in STEPS["comment"] for state in step.split(">")})

authors = st.sampled_from(["ana", "ben"])
moderators = st.sampled_from(["mo", "kim", "ada"])
actions = st.sampled_from(sorted(ACTIONS))


@pytest.fixture(scope="module")
def loop(database: str) -> Iterator[Loop]:
    with own_loop(database) as own:
        yield own


class Moderation(RuleBasedStateMachine):
    """Two authors and three moderators in one thread."""

    loop: Loop
    comments = Bundle("comments")
    decided = Bundle("decided")
    appealed = Bundle("appealed")

    def teardown(self) -> None:
        self.do(empty())

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.loop.run(work)

    def attempt(self, work: Coroutine[Any, Any, Result], *, records: int = 1) -> Result | None:
        """Do something. If it is refused, nothing has changed; otherwise the record has grown by `records`."""
        before, written = self.do(everything()), self.do(db.value(RECORDED))
        try:
            result = self.do(work)
        except ParleyError:
            assert self.do(everything()) == before
            return None
        assert self.do(db.value(RECORDED)) == written + records
        event(f"{work.__qualname__} was done")
        return result

    @initialize()
    def people(self) -> None:
        roles = {"ana": "member", "ben": "member", "mo": "moderator", "kim": "moderator", "ada": "admin"}
        self.people_: dict[str, Viewer] = {name: self.do(make.member(name, role=role)) for name, role in roles.items()}
        self.thread = self.do(make.thread())
        self.do(put_rule(WordList(["held"]), action="hold"))

    @rule(target=comments, author=authors)
    def post(self, author: str) -> Any:
        return self.attempt(make.comment(self.thread, self.people_[author]), records=0) or multiple()

    @rule(target=comments, author=authors)
    def post_what_is_held(self, author: str) -> Any:
        return self.attempt(make.comment(self.thread, self.people_[author], "To be held.")) or multiple()

    @rule(target=comments, author=authors, parent=comments)
    def answer(self, author: str, parent: int) -> Any:
        work = make.comment(self.thread, self.people_[author], parent=parent)
        return self.attempt(work, records=0) or multiple()

    @rule(voter=st.sampled_from(["ana", "ben", "mo"]), comment=comments, value=st.sampled_from([-1, None, 1]))
    def vote(self, voter: str, comment: int, value: int) -> None:
        self.attempt(make.vote(self.people_[voter], comment, value=value), records=0)

    @rule(reporter=st.sampled_from(["ana", "ben", "kim"]), comment=comments)
    def report(self, reporter: str, comment: int) -> None:
        self.attempt(
            reports.report(ReportInput("comment", comment, "civility", "Look.", self.people_[reporter])), records=0
        )

    @rule(author=authors, comment=comments, back=st.booleans())
    def take_back_own(self, author: str, comment: int, *, back: bool) -> None:
        change = editing.restore_comment if back else editing.delete_comment
        self.attempt(change(viewer=self.people_[author], comment_id=comment), records=0)

    @rule(
        target=decided,
        moderator=moderators,
        comment=comments,
        action=actions,
        days=st.sampled_from([None, 7]),
        stale=st.sampled_from([False, False, False, True]),
    )
    def decide(self, moderator: str, comment: int, action: str, days: int | None, *, stale: bool) -> Any:
        item = self.do(db.value(ITEM_OF, comment)) or 0
        version = (self.do(db.value(VERSION, item)) or 1) - stale
        choice = Choice(item, version, action, "civility", "It insults somebody.", days)
        made = self.attempt(decisions.decide(self.people_[moderator], choice))
        assert not (stale and made)
        return made or multiple()

    @rule(moderator=moderators, comment=comments, action=actions)
    def decide_and_undo(self, moderator: str, comment: int, action: str) -> None:
        """Undoing restores everything except versions, times and the decision itself (I9)."""
        item = self.do(db.value(ITEM_OF, comment)) or 0
        choice = Choice(item, self.do(db.value(VERSION, item)) or 1, action, "civility", "It insults somebody.", 7)
        before = self.do(everything(lasting=True))
        if made := self.attempt(decisions.decide(self.people_[moderator], choice)):
            self.attempt(undoing.undo(self.people_[moderator], made))
            assert self.do(everything(lasting=True)) == before

    @rule(moderator=moderators, decision=decided)
    def undo(self, moderator: str, decision: int) -> None:
        self.attempt(undoing.undo(self.people_[moderator], decision))

    @rule(moderator=moderators, decision=decided, agrees=st.booleans())
    def second(self, moderator: str, decision: int, *, agrees: bool) -> None:
        viewer = self.people_[moderator]
        self.attempt(
            second_approval.approve(viewer, decision)
            if agrees
            else second_approval.reject(viewer, decision, "Too hard.")
        )

    @rule(target=appealed, decision=decided)
    def appeal(self, decision: int) -> Any:
        return self.attempt(appeals.file(decision=decision, text="It was a quotation.")) or multiple()

    @rule(moderator=moderators, appeal=appealed, outcome=st.sampled_from(["upheld", "overturned"]))
    def answer_appeal(self, moderator: str, appeal: int, outcome: str) -> None:
        work = appeals.decide(self.people_[moderator], appeal, outcome=outcome, answer="I have read it again.")
        self.attempt(work)

    @rule(comment=comments, state=st.sampled_from(STATES))
    def force(self, comment: int, state: str) -> None:
        """The database refuses every step that is not listed (I1)."""
        now = self.do(db.value("select state from comment where id = $1", comment))
        if now != state and f"{now}>{state}" not in STEPS["comment"]:
            with pytest.raises(asyncpg.CheckViolationError):
                self.do(self._put(comment, state))

    async def _put(self, comment: int, state: str) -> None:
        async with db.atomic():
            await db.execute("update comment set state = $2 where id = $1", comment, state)

    @invariant()
    def no_promise_is_broken(self) -> None:
        assert self.do(broken()) == []

    @invariant()
    def the_record_is_whole(self) -> None:
        assert self.do(modlog.verify()).broken is None


def run(loop: Loop, examples: int, steps: int) -> None:
    machine = type("OnLoop", (Moderation,), {"loop": loop})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_promises_hold_whatever_is_done(loop: Loop) -> None:
    run(loop, examples=6, steps=20)


@pytest.mark.slow
def test_the_promises_hold_in_long_histories_too(loop: Loop) -> None:
    run(loop, examples=100, steps=40)
