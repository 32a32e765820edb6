"""The record of moderation: every entry is chained to the one before, and the program that follows the chain (I3)."""

import json
import subprocess

import asyncpg
import httpx
import pytest
from litestar import Litestar

from parley.moderation.modlog import ops as modlog
from parley.platform import db
from tests import command, make
from tests.moderation.modqueue.reported import decided, removal, reported

pytestmark = pytest.mark.anyio


async def four_entries() -> None:
    moderator = await make.member(role="moderator")
    for _ in range(4):
        await decided(await reported(), moderator)


async def tampered(sql: str) -> None:
    """What somebody with the rights of the tables' owner does."""
    async with make.as_owner():
        await db.execute("alter table mod_action disable trigger user")
        await db.execute(sql)
        await db.execute("alter table mod_action enable trigger user")


async def test_an_empty_record_is_whole(app: Litestar) -> None:
    assert await modlog.verify() == modlog.Chain(0, "")


async def test_the_chain_is_followed_to_its_head(app: Litestar) -> None:
    await four_entries()

    chain = await modlog.verify()

    assert (chain.entries, chain.broken) == (4, None)
    assert (
        chain.hash
        == await modlog.hash_of(4)
        == await db.value("select encode(max(hash), 'hex') from mod_action where id = 4")
    )


COLUMNS = (
    "at = at + interval '1 second'",
    "actor = actor + 1",
    "role = 'admin'",
    "action = 'approve'",
    "kind = 'member'",
    "target = target + 1",
    """before = '{"state": "hidden"}'""",
    """after = '{"state": "hidden"}'""",
    "guideline = 'spam'",
    "reason = 'another'",
    "automated = true",
    "decision = decision + 1",
    "request = 'another'",
    "salt = '\\x00'",
    "words = '\\x00'",
    "hash = '\\x00'",
    "prev_hash = '\\x00'",
)


@pytest.mark.parametrize("change", COLUMNS)
async def test_whatever_of_an_entry_is_changed_breaks_the_chain_there(app: Litestar, change: str) -> None:
    await four_entries()

    await tampered(f"update mod_action set {change} where id = 3")

    assert (await modlog.verify()).broken == 3


async def test_no_column_of_the_record_is_left_out_of_the_hash(app: Litestar) -> None:
    columns = await db.values(
        "select column_name::text from information_schema.columns where table_name = 'mod_action'"
    )

    assert {change.partition(" ")[0] for change in COLUMNS} | {"id"} == set(columns)


async def test_words_can_be_forgotten_and_the_chain_stays_whole(app: Litestar) -> None:
    await four_entries()
    before = await modlog.verify()
    await modlog.forget("insult[a-z]*")
    chain = await modlog.verify()
    assert (chain.entries, chain.hash, chain.broken, chain.forgotten) == (4, before.hash, None, 4)
    assert await db.value("select count(*) from mod_action where reason <> ''") == 0


@pytest.mark.parametrize(
    "change",
    ["reason = 'another'", "reason = '', salt = null, action = 'approve'", "reason = '', salt = null, words = ''"],
)
async def test_forgetting_cannot_be_used_to_change_an_entry(app: Litestar, change: str) -> None:
    await four_entries()
    async with make.as_owner():
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.atomic():
                await db.execute(f"update mod_action set {change} where id = 3")
    assert (await modlog.verify()).broken is None


async def test_an_entry_names_the_request_that_made_it(client: httpx.AsyncClient) -> None:
    item = await reported()
    await make.sign_in(client, await make.member(role="moderator"))

    answer = await client.post(f"/mod/item/{item}/decide", data=await removal(item))
    await decided(await reported(), await make.member(role="moderator"))

    assert await db.values("select request from mod_action order by id") == [answer.headers["x-request-id"], None]
    assert (await modlog.verify()).broken is None


async def test_an_entry_that_was_changed_with_its_hash_breaks_the_next(app: Litestar) -> None:
    await four_entries()

    await tampered("update mod_action set reason = 'another' where id = 3")
    await tampered("update mod_action a set words = mod_action_words(a) where id = 3")
    await tampered("update mod_action a set hash = mod_action_digest(a) where id = 3")

    assert (await modlog.verify()).broken == 4


async def test_an_entry_that_is_missing_breaks_the_chain_after_it(app: Litestar) -> None:
    await four_entries()

    await tampered("delete from mod_action where id = 2")

    assert (await modlog.verify()).broken == 3


async def test_a_manipulated_digest_function_deceives_nobody(app: Litestar) -> None:
    await four_entries()

    await tampered("update mod_action set reason = 'another' where id = 3")
    async with make.as_owner():
        await db.execute(
            "create or replace function mod_action_digest(a mod_action) returns bytea language sql as 'select a.hash'"
        )

    assert (await modlog.verify()).broken == 3


def parley_log(*arguments: str) -> subprocess.CompletedProcess[str]:
    return command.parley("log", "verify", *arguments)


@pytest.mark.committed
async def test_the_command_confirms_an_intact_record_and_a_known_head(app: Litestar) -> None:
    await four_entries()

    line = parley_log()
    told = json.loads(parley_log("--json").stdout)
    again = parley_log("--head", told["head"])

    assert line.stdout == f"4 entries, whole; head 4:{await modlog.hash_of(4)}\n"
    assert (told["entries"], told["head"]) == (4, f"4:{await modlog.hash_of(4)}")
    assert again.returncode == 0, again.stderr


@pytest.mark.committed
async def test_the_command_names_the_first_broken_entry(app: Litestar) -> None:
    await four_entries()
    await tampered("update mod_action set reason = 'another' where id = 3")

    done = parley_log()

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "Entry 3 of the record is not as it was written" in done.stderr


@pytest.mark.committed
async def test_a_head_written_down_elsewhere_shows_what_the_chain_alone_cannot(app: Litestar) -> None:
    await four_entries()
    head = json.loads(parley_log("--json").stdout)["head"]

    await tampered("delete from mod_action where id = 4")
    cut = parley_log("--head", head)
    await four_entries()
    rewritten = parley_log("--head", head)

    # The decision whose entry was cut off is still there.
    assert "The record is whole, but" in parley_log().stderr
    assert (cut.returncode, rewritten.returncode) == (1, 1)
    assert "no entry 4 any more" in cut.stderr
    assert "Entry 4 is not the one that was there" in rewritten.stderr
    assert "looks like" in parley_log("--head", "four").stderr
