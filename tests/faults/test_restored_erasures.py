"""A restore brings nobody back who was erased since the backup, unless somebody says so."""

import asyncio
import shutil
from pathlib import Path

import asyncpg
import msgspec
import pytest

from parley.own_data.erasure import jobs, ledger
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.settings import settings
from parley.site.backup.kept import RESTORED
from tests import make
from tests.faults.test_backup import done, other, parley, refusal
from tests.interfaces.live.forum import Forum, Web, browser_of
from tests.own_data.erasure.filling import COLUMNS

pytestmark = pytest.mark.anyio

__all__ = ["other"]

NAME, SONG = "canarybird", "canarysong"
PUBLIC = (
    *("/", "/t/{thread}", "/search?q=canary", "/log", "/feed.atom", "/t/{thread}/feed.atom", "/t/{thread}/export.json"),
    *("/t/{thread}/export.md", "/api/v1/threads/{thread}/comments", "/api/v1/events", "/api/v1/log"),
)
LEAVES = "update member set state = 'deactivated', erase_at = now(), erase_words = true where id = $1"


class Folders(msgspec.Struct, frozen=True):
    """The data folder of the forum, the folder of the backup, and the data folder of the machine it is restored on."""

    live: Path
    backups: Path
    new: Path

    @property
    def file(self) -> Path:
        return self.backups / "parley.backup"


@pytest.fixture
async def bird(forum: Forum, thread: int) -> Viewer:
    bird = await make.member(NAME)
    await make.comment(thread, bird, f"My {SONG}.")
    return bird


@pytest.fixture
async def folders(forum: Forum, bird: Viewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    """A backup from before the bird was erased from the forum."""
    made = Folders(tmp_path / "live", tmp_path / "backups", tmp_path / "new")
    for folder in (made.live, made.backups, made.new):
        folder.mkdir()
    env = forum.servers.settings | {"PARLEY_DATA": str(made.live)}
    await asyncio.to_thread(done, "backup", made.file, env=env)
    changed = msgspec.structs.replace(settings(), data=made.live, secret=forum.servers.secret)
    monkeypatch.setattr(ledger, "settings", lambda: changed)
    await db.execute(LEAVES, bird.id)
    await jobs.erase_all_due()
    return made


async def holds(url: str, needle: str) -> bool:
    """Whether any column of the database has a text."""
    connection = await asyncpg.connect(url)
    try:
        for one in await connection.fetch(COLUMNS):
            text = f"encode(\"{one['name']}\", 'escape')" if one["type"] == "bytea" else f'"{one["name"]}"::text'
            sql = f"select exists (select from {one['table']} where {text} ilike $1)"
            if one["is_text"] and await connection.fetchval(sql, f"%{needle}%"):
                return True
        return False
    finally:
        await connection.close()


async def test_a_restore_without_a_list_asks_and_changes_nothing(folders: Folders, other: dict[str, str]) -> None:
    env = other | {"PARLEY_DATA": str(folders.new)}
    (folders.backups / ledger.NAME).unlink()

    said = refusal("restore", folders.file, env=env)

    assert "There is no list of erasures" in said
    assert "--without-erasures" in said
    assert not await holds(env["DATABASE_URL"], NAME)
    assert done("restore", folders.file, "--without-erasures", env=env)["erased_again"] == 0
    assert await holds(env["DATABASE_URL"], SONG)


async def test_the_list_beside_the_backup_says_until_when_it_is_complete(
    folders: Folders, other: dict[str, str]
) -> None:
    env = other | {"PARLEY_DATA": str(folders.new)}
    ended = parley("restore", folders.file, env=env)
    assert ended.returncode == 0, ended.stderr
    assert "The list of erasures beside parley.backup ends on" in ended.stdout


@pytest.mark.parametrize("beside", [True, False], ids=["beside the backup", "in the data folder"])
async def test_who_was_erased_since_the_backup_is_erased_again_at_once(
    folders: Folders, other: dict[str, str], *, beside: bool
) -> None:
    env = other | {"PARLEY_DATA": str(folders.new)}
    shutil.copy(folders.live / ledger.NAME, folders.backups if beside else folders.new)

    restored = done("restore", folders.file, env=env)

    assert restored["erased_again"] == 1
    assert (folders.backups / RESTORED).read_text() == f"{folders.file.name}\n"
    assert not await holds(env["DATABASE_URL"], NAME)
    assert not await holds(env["DATABASE_URL"], SONG)
    # For the next restore, the list is in the data folder.
    assert ledger.read(folders.new) == ledger.read(folders.live)


async def test_the_database_that_is_replaced_says_who_was_erased(folders: Folders, other: dict[str, str]) -> None:
    env = other | {"PARLEY_DATA": str(folders.new)}
    shutil.copy(folders.live / ledger.NAME, folders.new)
    done("restore", folders.file, env=env)
    for folder in (folders.new, folders.backups):
        (folder / ledger.NAME).unlink()

    assert done("restore", folders.file, "--replace", env=env)["erased_again"] == 1
    assert not await holds(env["DATABASE_URL"], SONG)


async def test_a_later_backup_brings_the_list_to_another_machine(
    forum: Forum, folders: Folders, other: dict[str, str]
) -> None:
    later = folders.live / "later.backup"
    done("backup", later, env=forum.servers.settings | {"PARLEY_DATA": str(folders.live)})
    env = other | {"PARLEY_DATA": str(folders.new)}
    shutil.move(later, folders.new / "later.backup")
    done("restore", folders.new / "later.backup", "--without-erasures", env=env)

    # The older one, whose own list does not have them.
    assert done("restore", folders.file, "--replace", env=env)["erased_again"] == 1
    assert not await holds(env["DATABASE_URL"], SONG)


async def test_another_machine_with_a_secret_of_its_own_shows_nothing_of_the_erased(
    folders: Folders, other: dict[str, str], thread: int, tmp_path: Path
) -> None:
    shutil.copy(folders.live / ledger.NAME, folders.backups)
    there = {
        "PARLEY_DATA": str(folders.new),
        "PARLEY_SECRET": "of another machine " * 2,
        "HOME": str(tmp_path / "home"),
    }

    ended = parley("restore", folders.file, env=other | there)

    assert ended.returncode == 0, ended.stderr
    assert "Members erased again, because they were erased after the backup: 1." in ended.stdout
    assert "PARLEY_SECRET is another than that of the backup." in ended.stdout
    web = Web(other | there, HOME=str(tmp_path / "home")).start()
    try:
        async with browser_of() as browser:
            answers = [await browser.get(web.address + path.format(thread=thread)) for path in PUBLIC]
            assert (await browser.get(f"{web.address}/u/{NAME}")).status_code == 404
    finally:
        web.end()
    assert [answer.url.path for answer in answers if answer.status_code != 200] == []
    kept = [file.read_bytes().decode(errors="replace") for file in folders.new.rglob("*") if file.is_file()]
    assert kept
    for needle in (NAME, SONG):
        assert not await holds(other["DATABASE_URL"], needle)
        assert [text for text in (*(answer.text for answer in answers), *kept) if needle in text] == []


async def test_a_folder_that_has_only_the_list_is_restored_to(folders: Folders) -> None:
    shutil.copy(folders.live / ledger.NAME, folders.new)
    restored = await asyncio.to_thread(done, "restore", folders.file, "--data", folders.new, env={"DATABASE_URL": ""})
    assert restored["erased_again"] == 1
