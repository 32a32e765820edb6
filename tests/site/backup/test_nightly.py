"""The worker backs up every night, keeps the newest, and hands each to the operator's command."""

from pathlib import Path

import msgspec
import pytest
from litestar import Litestar

from parley.platform.db import DB
from parley.platform.errors import CommandFailed
from parley.platform.settings import settings
from parley.site.backup import database, nightly
from parley.site.backup.archive import reading
from parley.site.backup.kept import list_backups
from parley.site.doctor.checks import Level
from parley.site.doctor.work import backups
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.committed]


@pytest.fixture
def wanted(app: Litestar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Settings that ask for two nightly backups; a test may change them."""
    changes: dict[str, object] = {"data": tmp_path, "backup_days": 2, "database_url": DB.config["dsn"]}
    own = settings()
    monkeypatch.setattr(nightly, "settings", lambda: msgspec.structs.replace(own, **changes))
    return changes


async def test_a_backup_is_whole_and_the_newest_are_kept(wanted: dict[str, object], tmp_path: Path) -> None:
    thread = await make.thread()
    (tmp_path / "backups").mkdir()
    for day in (1, 2, 3):
        (tmp_path / "backups" / f"nightly-2026010{day}-011700.backup").touch()

    assert await nightly.back_up() == 1

    made, older = list_backups(tmp_path, nightly.KIND)
    assert older.name == "nightly-20260103-011700.backup"
    with reading(made) as (manifest, _):
        assert manifest.tables["thread"].rows == 1 and thread
    told, drill = await backups(nightly.settings())
    assert told.level is Level.OK and str(made) in told.text
    assert drill.level is Level.WARN and f"parley restore {made} --data trial" in drill.text


async def test_the_command_gets_the_path_and_its_failure_is_told(wanted: dict[str, object], tmp_path: Path) -> None:
    copy = tmp_path / "copy.sh"
    copy.write_text(f"#!/bin/sh\ntest -s $2 && echo $1 $2 > {tmp_path}/given\nexit $1\n")
    copy.chmod(0o700)

    wanted["backup_command"] = f"{copy} 0"
    await nightly.back_up()
    [made] = list_backups(tmp_path, nightly.KIND)
    assert (tmp_path / "given").read_text() == f"0 {made}\n"

    wanted["backup_command"] = f"{copy} 3"
    with pytest.raises(CommandFailed, match="ended with 3"):
        await nightly.back_up()


async def test_of_several_workers_one_backs_up_and_without_the_setting_none(
    wanted: dict[str, object], tmp_path: Path
) -> None:
    async with database.connected(DB.config["dsn"]) as other:
        assert await other.fetchval(nightly.TRY_LOCK)
        assert await nightly.back_up() == 0
    wanted["backup_days"] = 0
    assert await nightly.back_up() == 0
    assert list_backups(tmp_path, nightly.KIND) == []
