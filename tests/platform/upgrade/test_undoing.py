"""`parley upgrade` keeps what was there before, and `parley upgrade --undo` brings it back."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from parley.platform.db.migrate import UNRELEASED
from parley.platform.db.migrated import known_migrations
from parley.platform.errors import CommandFailed
from parley.site.backup import database as contents
from parley.site.backup.archive import reading
from parley.site.backup.kept import list_backups
from parley.site.backup.upgrading import KEPT, KIND, NEWER, upgrade
from tests import command
from tests.platform.upgrade.keep import DUMP
from tests.platform.upgrade.test_upgrade import restored

pytestmark = pytest.mark.anyio

ADD = "insert into migration (name, app_name) values ('{}', 'parley')"
OTHER_FIRST = f"update migration set name = '{max(known_migrations())}'"


@pytest.fixture
async def old(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A database of the first schema, which the settings of commands name."""
    async with restored(database, DUMP) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("PARLEY_DATA", str(tmp_path))
        yield url


async def parley(*arguments: str) -> dict[str, Any]:
    ended = await asyncio.to_thread(command.parley, *arguments, "--json", env=dict(os.environ))
    assert ended.returncode == 0, ended.stderr
    result: dict[str, Any] = json.loads(ended.stdout)
    return result


async def held(url: str) -> tuple[dict[str, contents.Table], list[str]]:
    """Each table's rows, and the migrations."""
    async with contents.connected(url) as connection:
        return await contents.contents(connection), await contents.migrations(connection)


async def test_an_upgrade_can_be_undone_and_made_again(old: str, tmp_path: Path) -> None:
    before = await held(old)
    (tmp_path / "backups").mkdir()
    for second in range(KEPT):
        (tmp_path / "backups" / f"before-upgrade-20260101-00000{second}.backup").touch()

    told = await parley("upgrade")

    made = Path(told["backup"])
    assert list_backups(tmp_path, KIND)[0] == made and len(list_backups(tmp_path, KIND)) == KEPT
    assert made.stat().st_mode & 0o777 == 0o600
    with reading(made) as (manifest, _):
        assert (manifest.tables, manifest.migrations) == before
    assert {*told["migrations"], *before[1]} == {*(await held(old))[1]} == known_migrations()
    assert "up to date" in (await parley("upgrade"))["text"] and list_backups(tmp_path, KIND)[0] == made

    undone = await parley("upgrade", "--undo")
    assert undone["backup"] == str(made) and "version that you used before" in undone["text"]
    back, migrations = await held(old)
    assert migrations == before[1] and back.keys() == before[0].keys()
    # A restored database counts its transactions anew, which these name.
    assert {name for name, table in back.items() if table != before[0][name]} <= {"event", "hub_position", "webhook"}
    assert (await parley("upgrade"))["migrations"] == told["migrations"]


@pytest.mark.parametrize(
    ("change", "why"), [(ADD.format("9"), NEWER), (OTHER_FIRST, UNRELEASED)], ids=["newer", "unreleased"]
)
async def test_what_cannot_be_upgraded_is_refused_before_anything_is_changed(
    old: str, tmp_path: Path, change: str, why: str
) -> None:
    async with contents.connected(old) as connection:
        await connection.execute(change)
    before = await held(old)

    with pytest.raises(CommandFailed, match=why[:40]):
        await upgrade(old, tmp_path, "secret", lambda _: None)
    assert await held(old) == before and not list_backups(tmp_path, KIND)


async def test_where_the_disk_has_no_room_for_a_backup_nothing_is_migrated(
    old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await held(old)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))

    with pytest.raises(CommandFailed, match="has 1 MB free"):
        await upgrade(old, tmp_path, "secret", lambda _: None)
    assert await held(old) == before and not list_backups(tmp_path, KIND)
