"""What somebody with the rights of the application changes of moderation is refused, or found."""

import asyncpg
import pytest
from litestar import Litestar

from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog import replay
from parley.moderation.modlog.replay import Contradiction
from parley.platform import db
from tests import command, make
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio

# A change, and the contradiction that is found.
CHANGES = {
    "update decision set reason = 'another' where action = 'remove'": ("decision", "reason"),
    "update decision set guideline = 'spam' where action = 'remove'": ("decision", "content"),
    "update decision set moderator = member where action = 'remove'": ("decision", "content"),
    "update decision set action = 'warn' where action = 'remove'": ("decision", "content"),
    "update decision set state = 'undone', ended_at = now() where action = 'remove'": ("decision", "state"),
    "update decision set state = 'overturned', ended_at = now() where action = 'remove'": ("decision", "state"),
    "update decision set state = 'ended', ended_at = now() where action = 'remove'": ("decision", "state"),
    "delete from decision where action = 'remove'": ("decision", "deleted"),
    """insert into decision (kind, target, action, reason, moderator, created_at)
       select kind, target, 'warn', 'Why', moderator, now() from decision where action = 'remove'""": (
        "decision",
        "not in the record",
    ),
    "update comment set state = 'visible' where state = 'removed'": ("comment", "state"),
    "update comment set state = 'removed' where author = $1": ("comment", "state"),
    "update comment set collapsed = 'Why' where author = $1": ("comment", "collapsed"),
    "update comment set locked_branch = id where author = $1": ("comment", "lock"),
    "update thread set state = 'locked' where id = (select min(id) from thread)": ("thread", "state"),
    "update article set restricted = 'none' where id = (select min(id) from article)": ("article", "state"),
    "update member set state = 'active' where state = 'silenced'": ("member", "state"),
    "update member set state = 'suspended' where id = (select member from decision where action = 'remove')": (
        "member",
        "state",
    ),
}
REFUSED = (
    "update mod_action set reason = 'another' where id = 1",
    "update mod_action set reason = '', salt = null, words = '' where id = 1",
    "update mod_action set id = 3 - id",
    "delete from mod_action where id = 2",
    "truncate mod_action",
    "alter table mod_action disable trigger user",
    "create or replace function mod_action_digest(a mod_action) returns bytea language sql as 'select a.hash'",
)


async def moderated() -> int:
    """A removed comment, a silenced member, and a comment that the record does not mention; return its author."""
    moderator = await make.member(role="moderator")
    await decided(await reported(), moderator)
    await decided(await reported(), moderator, "silence", days=3)
    author = await make.member()
    await make.comment(await make.thread(), author)
    return author.id


@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_changed_without_an_entry_is_found(app: Litestar, change: str) -> None:
    author = await moderated()
    assert await replay.contradictions() == []

    await db.execute(change, *[author] * change.count("$1"))

    kind, what = CHANGES[change]
    found = await replay.contradictions()
    assert [(one.kind, one.what) for one in found if one.kind == kind] == [(kind, what)], found


@pytest.mark.parametrize("change", REFUSED)
async def test_the_application_cannot_rewrite_the_record(app: Litestar, change: str) -> None:
    await moderated()
    head = await modlog.head()

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.atomic():
            await db.execute(change)

    assert await modlog.head() == head and (await modlog.verify()).broken is None


async def test_the_reason_is_not_compared_once_words_were_erased(app: Litestar) -> None:
    await moderated()
    await modlog.forget("insult[a-z]*")
    await db.execute("update decision set reason = 'former-member'")

    assert await replay.contradictions() == []


async def test_authors_may_delete_what_is_visible_and_not_what_was_removed(app: Litestar) -> None:
    await moderated()
    await db.execute("update comment set state = 'deleted_by_author', deleted_at = now() where state = 'visible'")
    assert await replay.contradictions() == []

    removed = await db.value("select id from comment where state = 'removed'")
    await make.put_state("comment", removed, "deleted_by_author")

    assert await replay.contradictions() == [Contradiction("comment", removed, "state")]


@pytest.mark.committed
async def test_the_command_names_contradictions(app: Litestar) -> None:
    await moderated()
    changed = await db.value("update decision set reason = 'another' where action = 'remove' returning id")

    done = command.parley("log", "verify")

    assert (done.returncode, done.stdout) == (1, "")
    assert f"was changed without an entry: decision {changed} (reason)." in done.stderr
