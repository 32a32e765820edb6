"""The kept number of unread comments is right after everything that changes what is unread, but new comments."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest
from litestar import Litestar

from parley.discussion.comments.states import lock_comment, transition
from parley.discussion.threads import reading
from parley.letters.for_you import counts
from parley.letters.for_you import ops as unread
from parley.letters.for_you.counts import COUNT_COMMENTS
from parley.letters.for_you.queries import COUNT_UNREAD
from parley.letters.notifications import ops as notifications
from parley.own_data.erasure import words
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio


class Case(msgspec.Struct):
    """Since Mira opened a thread, Jon has written two comments there."""

    mira: Viewer
    jon: Viewer
    thread: int
    comments: list[int]


async def number(case: Case) -> int | None:
    return (await counts.unread(case.mira.id)).comments


@pytest.fixture
async def case(app: Litestar) -> Case:
    mira, jon, thread = await make.member("mira"), await make.member("jon"), await make.thread()
    await reading.open_thread(mira.id, thread)
    await db.execute("update visit set seen_at = now() - interval '1 day', read_until = now() - interval '1 day'")
    comments = [await make.comment(thread, jon, text) for text in ("It is cheap.", "It is not.")]
    case = Case(mira, jon, thread, comments)
    assert await number(case) == 2
    return case


async def remove(case: Case) -> None:
    await transition(await lock_comment(case.comments[0]), "removed", actor=None)


async def move_one(case: Case) -> None:
    await db.execute("update comment set thread = $2 where id = $1", case.comments[0], await make.thread())


async def delete(case: Case) -> None:
    await db.execute("delete from comment where id = $1", case.comments[0])


async def block(case: Case) -> None:
    await make.block(case.mira, case.jon)


async def mute(case: Case) -> None:
    await make.block(case.mira, case.jon, "mute")


async def mute_thread(case: Case) -> None:
    await notifications.follow_thread(case.mira.id, case.thread, "mute")


async def mute_topic(case: Case) -> None:
    await notifications.follow_topic(case.mira.id, "research", "mute", on=True)


async def read_all(case: Case) -> None:
    await unread.mark_read_up_to(case.mira.id, case.thread, 10_000)


async def mark_as_read(case: Case) -> None:
    await reading.mark_read(case.mira.id, case.thread, case.comments)


async def erase_words(case: Case) -> None:
    leaving = "update member set state = 'deactivated', erase_at = now(), erase_words = true where id = $1"
    await db.execute(leaving, case.jon.id)
    await words.erase(case.jon.id, blanks_quotes=False)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (remove, 1), (move_one, 1), (delete, 1), (block, 0), (mute, 0), (mute_thread, 0), (mute_topic, 0),
        (read_all, 0), (mark_as_read, 0), (erase_words, 0),
    ],
)  # fmt: skip
async def test_the_number_follows_every_correction_at_once(
    case: Case, change: Callable[[Case], Awaitable[None]], left: int
) -> None:
    await change(case)

    assert await number(case) == left
    assert await db.value(COUNT_UNREAD, case.mira.id) == left


async def test_a_restored_comment_counts_again(case: Case) -> None:
    await remove(case)
    assert await number(case) == 1

    await transition(await lock_comment(case.comments[0]), "visible", actor=None)

    assert await number(case) == 2


async def test_a_new_comment_is_counted_ten_seconds_later(case: Case, queries: list[str]) -> None:
    queries.clear()
    await make.comment(case.thread, case.jon, "Once more.")
    assert await number(case) == 2
    assert COUNT_COMMENTS not in queries

    await db.execute("update unread_count set comments_until = now()")

    assert await number(case) == 3
    assert await number(case) == 3
    assert queries.count(COUNT_COMMENTS) == 1


async def test_a_number_counted_before_a_change_does_not_replace_one_counted_after_it(case: Case) -> None:
    await db.execute("update unread_count set comments = 7, comments_until = now() + interval '11 seconds'")
    await db.value(COUNT_COMMENTS, case.mira.id)
    assert await number(case) == 7

    await db.execute("update unread_count set counted_at = now() + interval '1 second', comments_until = now()")

    await db.value(COUNT_COMMENTS, case.mira.id)
    assert await db.value("select comments from unread_count where member = $1", case.mira.id) == 7


async def test_old_corrections_are_deleted_by_who_counts(case: Case) -> None:
    await remove(case)
    await db.execute("update unread_change set created_at = now() - interval '6 minutes' where member = 0")

    assert await number(case) == 1
    assert await number(case) == 1

    assert await db.value("select count(*) from unread_change where member <= 0") == 0
