"""The drill: a backup taken while people post comes back whole on an empty machine, nothing less does."""

import asyncio
import json
import os
import subprocess
import zipfile
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
import pytest

from parley.platform import db
from parley.platform.errors import CommandFailed
from parley.platform.local_servers import servers
from parley.site.backup import database
from parley.site.backup.archive import DUMP, MANIFEST, Manifest, reading
from tests import command, make
from tests.faults.test_database import _bodies
from tests.faults.writer import Writer
from tests.interfaces.live.forum import Forum, Web, browser_of, cookie_of, wait_until

pytestmark = pytest.mark.anyio

PICTURE = bytes(range(256)) * 400


def parley(*arguments: str | Path, env: dict[str, str], fault: str = "") -> subprocess.CompletedProcess[str]:
    return command.parley(*arguments, env=os.environ | env | {"FAULT_AT": fault, "PARLEY_LOG": "error"})


def done(*arguments: str | Path, env: dict[str, str]) -> dict[str, Any]:
    """What a command that went well printed."""
    ended = parley(*arguments, "--json", env=env)
    assert ended.returncode == 0, ended.stderr
    result: dict[str, Any] = json.loads(ended.stdout)
    return result


def refusal(*arguments: str | Path, env: dict[str, str]) -> str:
    """What a command said that changed nothing."""
    ended = parley(*arguments, env=env)
    assert ended.returncode == 1, ended.stdout
    return ended.stderr


async def held(url: str) -> dict[str, database.Table]:
    async with database.connected(url) as connection:
        return await database.contents(connection)


async def test_a_backup_taken_while_people_post_comes_back_whole_on_an_empty_machine(
    forum: Forum, webs: list[Web], thread: int, tmp_path: Path
) -> None:
    file, env = tmp_path / "parley.backup", forum.servers.settings
    await db.execute(
        "insert into media (hash, mime, width, height, data, created_at) values ($1, 'image/png', 1, 1, $2, now())",
        "0" * 64,
        PICTURE,
    )
    writers = [Writer(webs, thread, await cookie_of(await make.member())) for _ in range(3)]
    tasks = [asyncio.create_task(one.write()) for one in writers]
    await wait_until(lambda: all(len(one.said) > 2 for one in writers))
    acknowledged = {said.body for one in writers for said in one.said if said.acknowledged}
    begun = datetime.now(UTC)
    taken = await asyncio.to_thread(done, "backup", file, env=env)
    for one in writers:
        one.stop()
    await asyncio.gather(*tasks)
    everything = {said.body for one in writers for said in one.said}

    back = await asyncio.to_thread(done, "restore", file, "--data", tmp_path / "new", env={"DATABASE_URL": ""})

    assert datetime.fromisoformat(taken["taken_at"]) >= begun
    assert back["tables"] == taken["tables"]
    assert min(back["rpo_seconds"], back["rto_seconds"]) > 0
    with servers(tmp_path / "new", fast=True) as both:
        assert both.secret == forum.servers.secret
        found = await held(both.database_url)
        # Events lose the numbers that their transactions had on the other server.
        assert found.pop("event").rows == taken["tables"].pop("event")["rows"]
        assert msgspec.to_builtins(found) == taken["tables"]
        there = Forum(both)
        bodies = set(await _bodies(there, thread))
        assert acknowledged <= bodies <= everything
        assert done("log", "verify", env=both.settings)["entries"] == found["mod_action"].rows
        web = there.web()
        try:
            await _assert_it_lives(there, web, writers[0].cookie, thread)
        finally:
            web.end()


async def _assert_it_lives(there: Forum, web: Web, cookie: str, thread: int) -> None:
    """Who was signed in still is, pictures are there, and what is posted gets the next numbers."""
    async with browser_of(cookie) as browser:
        picture = await browser.get(f"{web.address}/media/{'0' * 64}")
        posted = await browser.post(f"{web.address}/t/{thread}/comments", data={"body": "After the restore."})
        page = await browser.get(web.address + posted.headers["location"])
    assert picture.content == PICTURE
    assert posted.status_code == 303
    assert page.status_code == 200
    assert "After the restore." in await _bodies(there, thread)


@pytest.fixture
async def other(forum: Forum) -> AsyncIterator[dict[str, str]]:
    """The settings of an empty database on the forum's server."""
    name = f"other_{os.getpid()}"
    await db.execute(f"create database {name}")
    url = urlunsplit(urlsplit(forum.servers.database_url)._replace(path=f"/{name}"))
    yield forum.servers.settings | {"DATABASE_URL": url}
    await db.execute(f"drop database {name} with (force)")


@pytest.fixture
async def file(forum: Forum, thread: int, tmp_path: Path) -> Path:
    """A backup of the forum."""
    await asyncio.to_thread(done, "backup", tmp_path / "parley.backup", env=forum.servers.settings)
    return tmp_path / "parley.backup"


async def test_a_file_that_is_there_is_overwritten_only_where_that_is_said(forum: Forum, file: Path) -> None:
    before = file.read_bytes()
    assert "exists already. Nothing was written" in refusal("backup", file, env=forum.servers.settings)
    assert file.read_bytes() == before


async def test_a_backup_that_was_killed_leaves_the_one_before_and_is_itself_none(forum: Forum, file: Path) -> None:
    before = file.read_bytes()

    ended = parley("backup", file, "--overwrite", env=forum.servers.settings, fault="dumped")

    assert ended.returncode < 0
    assert file.read_bytes() == before
    part = file.with_name("parley.backup.part")
    assert "is not a backup of Parley, or is incomplete" in refusal("restore", part, env=forum.servers.settings)
    done("backup", file, "--overwrite", env=forum.servers.settings)
    assert not part.exists()
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_backup_that_was_cut_off_or_changed_is_refused(file: Path, other: dict[str, str]) -> None:
    whole = file.read_bytes()
    for length in (0, 1, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(CommandFailed, match="or is incomplete"), reading(file):
            pass
    file.write_bytes(whole[:9_000] + bytes([whole[9_000] ^ 1]) + whole[9_001:])
    assert "was damaged after it was written" in refusal("restore", file, env=other)
    assert await held(other["DATABASE_URL"]) == {}


async def test_nothing_is_replaced_unless_that_is_said_and_nothing_while_parley_runs(
    forum: Forum, webs: list[Web], file: Path, other: dict[str, str]
) -> None:
    assert "Parley runs on this database" in refusal("restore", file, "--replace", env=forum.servers.settings)
    first = done("restore", file, env=other)
    before = await held(other["DATABASE_URL"])

    said = refusal("restore", file, env=other)

    assert "Nothing was changed" in said
    assert "--replace" in said
    assert await held(other["DATABASE_URL"]) == before
    assert done("restore", file, "--replace", env=other)["tables"] == first["tables"]


async def test_a_new_installation_that_nobody_used_counts_as_empty(file: Path, other: dict[str, str]) -> None:
    assert parley("migrate", env=other).returncode == 0

    assert done("restore", file, env=other)["rows"] > 0


async def test_what_does_not_come_back_as_it_was_leaves_what_was_there(file: Path, other: dict[str, str]) -> None:
    done("restore", file, env=other)
    before = await held(other["DATABASE_URL"])
    _claim_more(file)

    said = refusal("restore", file, "--replace", env=other)

    assert "differ from the backup: thread. Nothing was changed" in said
    assert await held(other["DATABASE_URL"]) == before


@pytest.mark.parametrize("moment", ["restored", "migrated"])
async def test_a_restore_that_was_killed_is_undone_by_the_next(file: Path, other: dict[str, str], moment: str) -> None:
    done("restore", file, env=other)
    before = await held(other["DATABASE_URL"])

    ended = parley("restore", file, "--replace", env=other, fault=moment)

    assert ended.returncode < 0
    # Nothing begins to write to tables that the next attempt throws away.
    assert "A restore of this database was interrupted" in refusal("migrate", env=other)
    assert "add --replace" in refusal("restore", file, env=other)
    assert await held(other["DATABASE_URL"]) == before


async def test_a_backup_of_a_newer_parley_is_refused(file: Path, other: dict[str, str]) -> None:
    _rewrite(file, lambda manifest: msgspec.structs.replace(manifest, migrations=["2999-01-01T00:00:00:000000"]))

    assert "newer" in refusal("restore", file, env=other)
    assert await held(other["DATABASE_URL"]) == {}


async def test_a_way_to_the_database_without_the_owners_rights_is_refused(file: Path, other: dict[str, str]) -> None:
    name = urlsplit(other["DATABASE_URL"]).path.removeprefix("/")
    await db.execute(f"alter database {name} set role = 'parley_app'")

    assert "set DATABASE_URL to the address of PostgreSQL itself" in refusal("restore", file, env=other)
    assert await held(other["DATABASE_URL"]) == {}


def _claim_more(file: Path) -> None:
    """Let a backup say that it holds a thread more."""

    def changed(manifest: Manifest) -> Manifest:
        thread = manifest.tables["thread"]
        more = msgspec.structs.replace(thread, rows=thread.rows + 1)
        return msgspec.structs.replace(manifest, tables=manifest.tables | {"thread": more})

    _rewrite(file, changed)


def _rewrite(file: Path, change: Callable[[Manifest], Manifest]) -> None:
    with reading(file) as (manifest, archive):
        dump = archive.read(DUMP)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(DUMP, dump)
        archive.writestr(MANIFEST, msgspec.json.encode(change(manifest)))
