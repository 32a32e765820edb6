"""The kept number of unread notifications is right after everything that changes what is shown, and after a crash."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec
import pytest
from litestar import Litestar

from parley.discussion.comments.states import lock_comment, transition
from parley.letters.notifications import counts, jobs, ops
from parley.letters.notifications.counts import RECOUNT
from parley.letters.notifications.queries import COUNT_UNREAD
from parley.own_data.erasure import words
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio


class Case(msgspec.Struct):
    """Jon replied to Mira twice in one thread."""

    mira: Viewer
    jon: Viewer
    thread: int
    replies: list[int]


@pytest.fixture
async def case(app: Litestar) -> Case:
    mira, jon, thread = await make.member("mira"), await make.member("jon"), await make.thread()
    root = await make.comment(thread, mira)
    replies = [await make.comment(thread, jon, parent=root) for _ in range(2)]
    await jobs.handle_events()
    assert await counts.unread(mira.id) == 2
    return Case(mira, jon, thread, replies)


async def remove(case: Case) -> None:
    await transition(await lock_comment(case.replies[0]), "removed", actor=None)


async def read_one(case: Case) -> None:
    await ops.mark_read_about(case.mira.id, case.thread, case.replies[:1])


async def reply_again(case: Case) -> None:
    await make.comment(case.thread, case.jon, "Once more, @mira.")
    await jobs.handle_events()


async def vote_down(case: Case) -> None:
    for _ in range(2):
        await make.vote(await make.member(), case.replies[0], value=-1)


async def mute_thread(case: Case) -> None:
    await ops.follow_thread(case.mira.id, case.thread, "mute")


async def switch_off(case: Case) -> None:
    await ops.set_channels(case.mira.id, {"reply": "off"})


async def block(case: Case) -> None:
    await make.block(case.mira, case.jon)


async def be_blocked(case: Case) -> None:
    await make.block(case.jon, case.mira)


async def mute(case: Case) -> None:
    await make.block(case.mira, case.jon, "mute")


async def mute_topic(case: Case) -> None:
    # Who follows a thread hears of it all the same.
    await ops.follow_thread(case.mira.id, case.thread, "none")
    await ops.follow_topic(case.mira.id, "research", "mute", on=True)


async def erase_words(case: Case) -> None:
    leaving = "update member set state = 'deactivated', erase_at = now(), erase_words = true where id = $1"
    await db.execute(leaving, case.jon.id)
    await words.erase(case.jon.id, blanks_quotes=False)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (remove, 1), (read_one, 1), (reply_again, 3), (vote_down, 1), (mute_thread, 0), (switch_off, 0), (block, 0),
        (be_blocked, 0), (mute, 0), (mute_topic, 0), (erase_words, 0),
    ],
)  # fmt: skip
async def test_the_number_follows_every_change_at_once(
    case: Case, change: Callable[[Case], Awaitable[None]], left: int
) -> None:
    await change(case)

    assert await counts.unread(case.mira.id) == left
    assert await db.value(COUNT_UNREAD.format("$1"), case.mira.id) == left


async def test_a_number_is_not_counted_again_while_nothing_changes(case: Case, queries: list[str]) -> None:
    queries.clear()

    assert await counts.unread(case.mira.id) == 2

    assert RECOUNT not in queries


async def test_a_decision_is_counted_when_it_can_no_longer_be_undone(case: Case) -> None:
    await db.execute(
        """with d as (
               insert into decision (kind, target, member, action, state, created_at)
               values ('member', $1, $1, 'role', 'in_force', now() - interval '29.9 seconds') returning id)
           insert into notification (member, kind, decision) select $1, 'decision', id from d""",
        case.mira.id,
    )

    assert await counts.unread(case.mira.id) == 2
    left = "select extract(epoch from valid_until - now())::float8 from unread_count where member = $1"
    assert 0 < await db.value(left, case.mira.id) < 1


async def test_a_wrong_number_is_found_and_repaired_at_night(case: Case) -> None:
    await db.execute("update unread_count set notifications = 7 where member = $1", case.mira.id)
    assert await counts.unread(case.mira.id) == 7

    assert await counts.check() == 1

    assert await counts.unread(case.mira.id) == 2
    assert await counts.check() == 0


async def test_the_number_of_a_member_with_ten_thousand_reads_few_of_them(case: Case) -> None:
    await db.execute(
        """insert into notification (member, kind, event, comment, thread, actor, created_at)
           select $1, case when n % 2 = 0 then 'reply' else 'followed' end, -n, null, $2, $3, now()
           from generate_series(1, 10000) n""",
        case.mira.id,
        case.thread,
        case.jon.id,
    )

    plan = await db.values(f"explain (analyze, timing off) {COUNT_UNREAD.format('$1')}", case.mira.id)

    assert "notification_counted" in "\n".join(plan)
    assert not any("rows=10" in line.partition("actual")[2] for line in plan), plan
    assert await counts.unread(case.mira.id) == 200


async def test_a_member_who_takes_postgresql_long_keeps_no_number_from_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    members = [(await make.member()).id for _ in range(5)]
    asked: list[list[int]] = []

    async def fetch(kind: Any, sql: str, several: list[int]) -> Any:
        asked.append(several)
        if members[3] in several:
            raise asyncpg.QueryCanceledError
        return [kind(member, 0) for member in several]

    monkeypatch.setattr("parley.letters.notifications.counts.db.fetch", fetch)

    others = [member for member in members if member != members[3]]
    assert await counts.recount(members) == dict.fromkeys(others, 0)
    assert len(asked) == 7
