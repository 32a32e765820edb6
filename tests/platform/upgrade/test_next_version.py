"""The database of 1.0 is upgraded by a version after this one: by one more migration, which only this test has."""

import asyncio
import os
import shutil
import signal
from pathlib import Path

import asyncpg
import pytest

from parley.platform.db import migrated
from parley.site.backup.kept import list_backups
from parley.site.backup.upgrading import KIND, upgrade
from parley.site.piccolo_app import APP_CONFIG
from tests import command
from tests.platform.upgrade.keep import DUMP
from tests.platform.upgrade.test_upgrade import restored, rows

pytestmark = pytest.mark.anyio

ID = "2100-01-01T00:00:00:000000"
MIGRATION = f"""
from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "{ID}"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description="a rehearsal")

    async def run() -> None:
        await execute("alter table comment add column rehearsed integer not null default 1")

    manager.add_raw(run)
    return manager
"""
REHEARSED = "select count(*) from information_schema.columns where table_name = 'comment' and column_name = 'rehearsed'"


async def upgrade_to_next() -> None:
    """Upgrade with the migrations in NEXT, in a process of its own."""
    migrated.FOLDER = Path(os.environ["NEXT"])
    APP_CONFIG.migrations_folder_path = os.environ["NEXT"]
    await upgrade(os.environ["DATABASE_URL"], Path(os.environ["PARLEY_DATA"]), "secret", lambda _: None)


async def exit_code(env: dict[str, str]) -> int | None:
    process = command.start(upgrade_to_next, env)
    await asyncio.to_thread(process.join, command.SECONDS)
    return process.exitcode


async def is_rehearsed(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval(REHEARSED))
    finally:
        await connection.close()


async def test_the_next_version_upgrades_1_0_though_it_is_killed_and_can_be_undone(
    database: str, tmp_path: Path
) -> None:
    following = shutil.copytree(migrated.FOLDER, tmp_path / "following")
    (following / "m9999_rehearsal.py").write_text(MIGRATION)
    async with restored(database, DUMP.with_name("1.0.dump")) as url:
        env = os.environ | {"DATABASE_URL": url, "PARLEY_DATA": str(tmp_path), "NEXT": str(following)}
        before = await rows(url)

        assert await exit_code(env | {"FAULT_AT": ID}) == -signal.SIGKILL
        assert not await is_rehearsed(url)
        assert await exit_code(env) == 0
        assert await is_rehearsed(url)
        assert await rows(url) == before
        assert list_backups(tmp_path, KIND)

        undone = await asyncio.to_thread(command.parley, "upgrade", "--undo", env=env)
        assert undone.returncode == 0, undone.stderr
        assert not await is_rehearsed(url)
        assert await rows(url) == before
