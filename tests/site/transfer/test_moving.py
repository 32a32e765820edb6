"""A site that was exported and imported elsewhere is the same site, and nothing hidden leaves with the public one."""

import asyncio
import contextlib
import gzip
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import jsonschema_rs
import msgspec
import pytest
from click.testing import CliRunner
from litestar import Litestar

from parley.platform import db
from parley.platform.db import migrate as migrating
from parley.platform.errors import CommandFailed
from parley.platform.local_servers.folder import Folder, Installation
from parley.platform.settings import settings
from parley.site.cli import moving as cli
from parley.site.piccolo_app import TABLES
from parley.site.transfer import format as format_
from parley.site.transfer import importing, private
from parley.site.transfer.exporting import export
from parley.site.transfer.importing import Imported, import_site
from parley.site.transfer.schema import schema
from tests import command, make
from tests.conftest import ROOT
from tests.standing.test_canary import GONE, WAYS, Cage
from tests.standing.world import World, build

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

CLAIM = "Nobody folds towels."
THESES = "select array_agg(version || ' ' || text || ' ' || agrees order by id) from thesis where thread = {}"
PICTURE = bytes(range(256)) * 40
NEW_PICTURE = "insert into media (hash, mime, width, height, data) values ($1, 'image/png', 1, 1, $2)"
CHANGED = """
update comment set anchor = 'changed', prefix = 'Not taken down', suffix = 'taken down?', words = 'just taken down'
where thread = $1
"""
NEW = f"parley_moved_{os.getpid()}"
_numbers = count(1)


def at(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


async def on_server(sql: str) -> None:
    server = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        await server.execute(sql)
    finally:
        await server.close()


async def drop(name: str) -> None:
    """Drop a database. One that the server itself is vacuuming is refused for that moment."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(asyncpg.exceptions.InsufficientPrivilegeError):
                return await on_server(f"drop database {name} with (force)")
            await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def new_site() -> Iterator[str]:
    """A database that was migrated by a process of its own, since this one uses another."""
    asyncio.run(on_server(f"create database {NEW} template template0"))
    command.parley("migrate", env=os.environ | {"DATABASE_URL": at(NEW)}).check_returncode()
    yield NEW
    asyncio.run(drop(NEW))


@pytest.fixture
async def there(new_site: str) -> AsyncIterator[str]:
    """The address of a new installation."""
    name = f"{new_site}_{next(_numbers)}"
    await on_server(f"create database {name} template {new_site}")
    yield at(name)
    await drop(name)


async def exported(url: str, file: Path, *, is_private: bool) -> list[str]:
    """The lines of an export, without the first, which has its time."""
    await export(url, file, site="https://a.example", is_private=is_private, on_total=int, on_progress=int)
    written = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return written.decode().splitlines(keepends=True)[1:]


async def imported(url: str, file: Path, *, dry_run: bool = False) -> Imported:
    return await import_site(url, file, dry_run=dry_run, on_progress=int)


async def value(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


@asynccontextmanager
async def locked_events(url: str) -> AsyncIterator[None]:
    """All events locked, as the worker does with those that it handles."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("select from event for update")
            yield
    finally:
        await connection.close()


@pytest.fixture
async def world(app: Litestar) -> World:
    return await build()


@pytest.fixture
async def cage(world: World) -> Cage:
    """The world, with a picture, comments in every state, and an article whose text was taken down."""
    filled = Cage(await make.member("cora"), await make.thread())
    await filled.fill(world.people.values())
    await filled.change()
    down = await make.thread(make.text("Words of a text that was taken down, which nobody may read any more."))
    [gone] = await make.lineages(down)
    await make.comment(down, filled.author, "About it.", stance="adds", passage=gone, quote="taken down")
    await db.execute(CHANGED, down)
    await db.execute(
        "update article set restricted = 'none' where id = (select article from thread where id = $1)", down
    )
    for words in ("Towels fold themselves.", CLAIM):
        await make.thesis(filled.thread, words)
        await make.thesis_answers(filled.thread, 1, 0)
    await make.thesis(down, "A text was taken down.")
    await db.execute(NEW_PICTURE, "a" * 64, PICTURE)
    await db.execute(NEW_PICTURE, "b" * 64, PICTURE)
    await db.execute(
        "update passage set html = $1 where id = (select min(id) from passage)", f'<img src="/media/{"a" * 64}" alt="">'
    )
    return filled


async def test_a_private_export_moves_everything(cage: Cage, there: str, tmp_path: Path) -> None:
    here, first, second = os.environ["DATABASE_URL"], tmp_path / "first.jsonl.gz", tmp_path / "second.jsonl"
    await db.execute("insert into hub_position (id, xid, event) values (1, '9000000000', 7)")
    lines = await exported(here, first, is_private=True)
    assert first.stat().st_mode & 0o077 == 0
    assert (await imported(there, first, dry_run=True)).added == len(lines)
    assert await value(there, "select count(*) from member") == 0
    assert (await imported(there, first)).added == len(lines)
    assert await exported(there, second, is_private=True) == lines
    theses = ["1 Towels fold themselves. 1", f"2 {CLAIM} 1"]
    assert await value(there, THESES.format(cage.thread)) == theses
    assert await value(there, "select array_agg(value order by id) from thesis_answer") == [1, 0, 1, 0]
    # Transactions have other numbers here: after the old one, the hub would never be told of anything.
    assert await value(there, "select count(*) from hub_position") == 0
    # Once more adds nothing, also while a worker has locked events; and nothing comes among other content.
    async with locked_events(there):
        assert (await asyncio.wait_for(imported(there, first), 60)).added == 0
    assert await exported(there, second, is_private=True) == lines
    # New rows get numbers of their own, and the record goes on.
    assert await value(there, "select nextval('comment_id_seq') > (select max(id) from comment)")
    assert await value(there, "select nextval('lineage') > (select max(lineage) from passage)")
    assert await value(there, "select bool_and(hash = mod_action_digest(mod_action)) from mod_action")
    assert await value(there, "select tgenabled = 'O' from pg_trigger where tgname = 'mod_action_stays'")
    await value(there, "delete from visit where id = (select max(id) from visit)")
    await value(there, "delete from vote")
    with pytest.raises(CommandFailed, match="content of its own"):
        await imported(there, first)


async def test_an_imported_site_gets_no_demo(
    cage: Cage, there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`parley up` adds the demo to an installation that does not say whether it has one: with known passwords."""
    file, folder = tmp_path / "site.jsonl", Folder(tmp_path)
    await exported(os.environ["DATABASE_URL"], file, is_private=False)
    folder.remember(Installation("password", "secret"))

    def attached(*_: object, new: bool) -> Folder:
        monkeypatch.setattr(cli, "settings", lambda: msgspec.structs.replace(settings(), database_url=there))
        return folder

    async def nothing(*_: object) -> None:
        """The search index and the tables are others' tests."""

    monkeypatch.setattr(cli, "attach_to", attached)
    monkeypatch.setattr(cli, "run_connected", nothing)
    monkeypatch.setattr(migrating, "migrate", nothing)
    for arguments, demo in (["--dry-run"], None), ([], False):
        ended = await asyncio.to_thread(CliRunner().invoke, cli.import_, [str(file), *arguments])
        assert ended.exit_code == 0, ended.output
        assert folder.installation.demo is demo


async def test_a_public_export_has_what_visitors_read_and_moves_too(cage: Cage, there: str, tmp_path: Path) -> None:
    here, first, second = os.environ["DATABASE_URL"], tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    lines = await exported(here, first, is_private=False)
    text = "".join(lines)
    assert {state for state in WAYS if cage.song(state) in text} == WAYS.keys() - GONE
    for hidden in ("example.org", "taken down", "It insults somebody", "An insult.", "password", "Gone."):
        assert hidden not in text, hidden
    found = [json.loads(line) for line in lines]
    assert [one["row"]["hash"] for one in found if one["kind"] == "media"] == ["a" * 64]
    assert {one["row"]["state"] for one in found if one["kind"] == "comment"} == {
        "visible",
        "removed",
        "deleted_by_author",
    }
    await imported(there, first)
    assert await exported(there, second, is_private=False) == lines
    assert await value(there, "select data from media") == PICTURE
    theses = ["1 Towels fold themselves. 0", f"2 {CLAIM} 0"]
    assert await value(there, THESES.format(cage.thread)) == theses
    assert await value(there, "select count(*) from thesis_answer") == 0


async def test_every_line_is_as_the_schema_says(cage: Cage, tmp_path: Path) -> None:
    written = schema()
    assert json.loads((ROOT / "docs/export.schema.json").read_text()) == written, "run `make schema`"
    validator = jsonschema_rs.validator_for(written)
    for is_private in (True, False):
        file = tmp_path / f"{is_private}.jsonl"
        await exported(os.environ["DATABASE_URL"], file, is_private=is_private)
        for line in file.read_text().splitlines():
            error = next(validator.iter_errors(json.loads(line)), None)
            assert error is None, line


BROKEN: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "empty": (lambda _: [], "is not an export"),
    "something else": (lambda _: ['{"a": 1}\n'], "cannot be read"),
    "cut off": (lambda lines: lines[:-1], "not complete"),
    "half a line": (lambda lines: [*lines[:-1], lines[-1][:9]], "cannot be read"),
    "another form": (
        lambda lines: [lines[0].replace('"version":1', '"version":2'), *lines[1:]],
        "has format version 2",
    ),
    "another version": (
        lambda lines: [lines[0].replace('"migrations":["', '"migrations":["x'), *lines[1:]],
        "another version of Parley",
    ),
    "a table that is not here": (lambda lines: [*lines, '{"kind":"pg_authid","row":{}}\n'], "does not name"),
    "a column that is not here": (
        lambda lines: [lines[0].replace('"tag_authority"', '"x\\"; drop table member"'), *lines[1:]],
        "not here",
    ),
    "a table without columns": (
        lambda lines: [lines[0].replace('"rows":{', '"rows":{"x":1,'), *lines[1:]],
        "lists different tables",
    ),
    "a row without its key": (
        lambda lines: [line.replace('"topic","row":{"slug":', '"topic","row":{"slug":null,"x":') for line in lines],
        "cannot be imported",
    ),
}


async def test_a_broken_file_changes_nothing(cage: Cage, there: str, tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole.jsonl", tmp_path / "broken.jsonl"
    await exported(os.environ["DATABASE_URL"], whole, is_private=True)
    lines = whole.read_text().splitlines(keepends=True)
    topics = await value(there, "select count(*) from topic")
    for name, (damage, message) in BROKEN.items():
        broken.write_text("".join(damage(lines)))
        with pytest.raises(CommandFailed, match=message):
            await imported(there, broken)
        assert await value(there, "select count(*) from member") == 0, name
        assert await value(there, "select count(*) from topic") == topics, name
    with pytest.raises(CommandFailed, match="There is no file"):
        await imported(there, tmp_path / "nothing")


SIGN_UP = """
insert into member (name, name_key, email, email_key) values ('zoe', 'zoe', 'zoe@example.org', 'zoe@example.org')
"""


async def test_a_member_who_signs_up_while_an_import_begins_is_not_removed(
    cage: Cage, there: str, tmp_path: Path
) -> None:
    whole = tmp_path / "whole.jsonl"
    await exported(os.environ["DATABASE_URL"], whole, is_private=True)
    somebody = await asyncpg.connect(there)
    try:
        async with somebody.transaction():
            await somebody.execute(SIGN_UP)
            begun = asyncio.create_task(imported(there, whole))
            while not await value(there, "select exists (select from pg_locks where not granted)"):
                await asyncio.sleep(0.05)
        with pytest.raises(CommandFailed, match="content of its own"):
            await begun
    finally:
        await somebody.close()
    assert await value(there, "select name from member") == "zoe"


async def test_a_deadlock_with_a_running_site_is_explained(
    there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def deadlocked(*_: object, **__: object) -> None:
        raise asyncpg.DeadlockDetectedError

    whole = tmp_path / "whole.jsonl"
    await exported(os.environ["DATABASE_URL"], whole, is_private=True)
    monkeypatch.setattr(importing, "_open", deadlocked)
    with pytest.raises(CommandFailed, match="import the file again"):
        await imported(there, whole)


async def test_a_file_that_unpacks_to_a_long_line_is_refused(
    there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(format_, "LONGEST_LINE", 100_000)
    bomb = tmp_path / "bomb.jsonl.gz"
    bomb.write_bytes(gzip.compress(b'{"kind":"parley","row":"' + b"a" * 1_000_000))
    with pytest.raises(CommandFailed, match="too long"):
        await imported(there, bomb)


def test_every_table_is_exported_or_left_out_for_a_reason() -> None:
    names = {table._meta.tablename for table in TABLES}
    assert set(private.LEFT_OUT) <= names
    assert set(private.selects()) == names - set(private.LEFT_OUT)
