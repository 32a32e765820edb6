"""Whatever is written, muted, blocked, removed and given back, in whatever order: only what may reach one does.

A model of a few lines says what one member should have to read; after every step the page, the counter, the letter and
the digest are held against it. Each step commits for real.
"""

from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from parley.discussion.commenting import editing
from parley.letters.notifications import counts, jobs, letters, ops, queries
from parley.people.accounts import blocks
from parley.people.accounts import queries as accounts
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import ParleyError
from parley.site import hooks
from tests import make
from tests.conftest import empty
from tests.loops import Loop, own_loop

Result = TypeVar("Result")

AUTHORS = ("jon", "ana")
KINDS = ("reply", "mention", "followed")


class Written(msgspec.Struct):
    """A comment as the model knows it, and of which kind its notice is once there is one."""

    author: str
    answers: bool
    mentions: bool
    at: int
    is_there: bool = True
    told: bool = False
    kind: str | None = None
    is_read: bool = False


class Notifications(RuleBasedStateMachine):
    """Two authors write where Mira reads, answer her, mention her; she and they shut each other out and make up."""

    loop: Loop
    posted = Bundle("posted")

    def teardown(self) -> None:
        self.do(empty())

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.loop.run(work)

    @initialize()
    def begin(self) -> None:
        self.mira = self.do(make.member("mira"))
        self.authors: dict[str, Viewer] = {name: self.do(make.member(name)) for name in AUTHORS}
        self.thread = self.do(make.thread(starter=self.mira))
        self.root = self.do(make.comment(self.thread, self.mira))
        self.do(jobs.handle_events())
        self.clock, self.level, self.since = 1, "follow", 0
        self.written: dict[int, Written] = {}
        self.off: set[str] = set()
        self.shut_by_mira: dict[str, str] = {}
        self.blocked_mira: set[str] = set()

    # What the model says

    def reaches(self, one: Written, kind: str) -> bool:
        shut = one.author in self.shut_by_mira or one.author in self.blocked_mira
        return one.is_there and not shut and self.level != "mute" and kind not in self.off

    def kind_of(self, one: Written) -> str | None:
        follows = self.level == "follow" and self.since <= one.at
        meant = {"reply": one.answers, "mention": one.mentions, "followed": follows}
        return next((kind for kind in KINDS if meant[kind] and self.reaches(one, kind)), None)

    def to_read(self) -> dict[int, str]:
        return {
            number: one.kind
            for number, one in self.written.items()
            if one.kind is not None and not one.is_read and self.reaches(one, one.kind)
        }

    # What happens

    @rule(target=posted, author=st.sampled_from(AUTHORS), answers=st.booleans(), mentions=st.booleans())
    def write(self, author: str, answers: bool, mentions: bool) -> int:
        body, parent = "See @mira." if mentions else "I see.", self.root if answers else None
        try:
            number = self.do(make.comment(self.thread, self.authors[author], body, parent=parent))
        except ParleyError:
            assert answers
            assert author in self.blocked_mira or self.shut_by_mira.get(author) == "block"
            return self.root
        self.clock += 1
        self.written[number] = Written(author, answers, mentions, self.clock)
        return number

    @rule(number=posted)
    def take_away_or_give_back(self, number: int) -> None:
        one = self.written.get(number)
        if one is None:
            return
        act = editing.delete_comment if one.is_there else editing.restore_comment
        self.do(act(viewer=self.authors[one.author], comment_id=number))
        one.is_there = not one.is_there
        # It is announced anew, and told if it was not.
        one.told = one.told and not one.is_there

    @rule()
    def handle(self) -> None:
        self.do(jobs.handle_events())
        for one in self.written.values():
            if not one.told and one.is_there:
                one.kind = one.kind or self.kind_of(one)
            one.told = True

    @rule(name=st.sampled_from(AUTHORS), kind=st.sampled_from(["mute", "block"]), on=st.booleans())
    def mira_shuts_out(self, name: str, kind: Any, on: bool) -> None:
        person = self.do(accounts.by_name(name))
        assert person is not None
        self.do(blocks.put(self.mira, person, kind, on=on))
        if on and self.shut_by_mira.get(name) != "block":
            self.shut_by_mira[name] = kind
        elif not on and self.shut_by_mira.get(name) == kind:
            del self.shut_by_mira[name]

    @rule(name=st.sampled_from(AUTHORS), on=st.booleans())
    def mira_is_blocked(self, name: str, on: bool) -> None:
        person = self.do(accounts.by_name("mira"))
        assert person is not None
        self.do(blocks.put(self.authors[name], person, "block", on=on))
        (self.blocked_mira.add if on else self.blocked_mira.discard)(name)

    @rule(level=st.sampled_from(["follow", "mute"]), on=st.booleans())
    def stand(self, level: str, on: bool) -> None:
        if on:
            self.do(ops.follow_thread(self.mira.id, self.thread, level))
        else:
            self.do(ops.unfollow_thread(self.mira.id, self.thread, level))
        now = level if on else "none" if self.level == level else self.level
        self.clock += 1
        if now != self.level:
            self.level, self.since = now, self.clock

    @rule(kind=st.sampled_from(KINDS), channel=st.sampled_from(["off", "page", "mail", "digest"]))
    def choose(self, kind: str, channel: str) -> None:
        self.do(ops.set_channels(self.mira.id, {kind: channel}))
        (self.off.add if channel == "off" else self.off.discard)(kind)

    @rule()
    def read(self) -> None:
        self.do(ops.read_all(self.mira.id, 2**62))
        for one in self.written.values():
            one.is_read = one.is_read or one.kind is not None

    # What must hold

    @invariant()
    def only_what_may_reach_her_does(self) -> None:
        expected = self.to_read()
        rows = self.do(queries.list_page(self.mira.id))
        assert {row.comment: row.kind for row in rows if row.is_unread} == expected
        personal = [kind for kind in expected.values() if kind != "followed"]
        count = len(personal) + ("followed" in expected.values())
        assert self.do(counts.unread(self.mira.id)) == count
        assert {
            row.comment for row in self.do(queries.unread_for_digest([self.mira.id], make.LONG_AGO))
        } <= expected.keys()
        found = self.do(letters.render(self.mira.id, self.thread))
        told = set(
            self.do(
                db.values("select comment from notification where id = any($1::bigint[])", found[1] if found else [])
            )
        )
        assert told <= expected.keys()


@pytest.fixture
def loop(database: str) -> Iterator[Loop]:
    hooks.connect()
    with own_loop(database) as own:
        yield own


@pytest.mark.slow
def test_muting_and_blocking_hold_in_any_order(loop: Loop) -> None:
    Notifications.loop = loop
    quiet = settings(
        max_examples=25,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Notifications, settings=quiet)
