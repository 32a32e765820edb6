"""A data folder of an older PostgreSQL moves to this one, as docs/operating.md tells."""

import asyncio
from pathlib import Path

import pytest

from parley.platform.local_servers import CannotStart, postgres, servers
from tests.faults.test_backup import done, held

DEBIAN = Path("/usr/lib/postgresql")

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.mark.skipif(not DEBIAN.is_dir(), reason="Debian's PostgreSQL is not installed")
async def test_a_folder_of_an_older_postgresql_is_refused_and_its_backup_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs, old, new, file = next(DEBIAN.iterdir()) / "bin", tmp_path / "old", tmp_path / "new", tmp_path / "b.backup"
    with monkeypatch.context() as patched:
        patched.setattr(postgres, "binary", lambda name: str(programs / name))
        # It has no locales of its own.
        patched.setattr(postgres, "ENCODING", ["--encoding=UTF8", "--locale=C"])
        with servers(old, fast=True) as running:
            await asyncio.to_thread(done, "upgrade", env=running.settings)
            await asyncio.to_thread(done, "demo", env=running.settings)
            await asyncio.to_thread(done, "backup", file, env=running.settings)
            before = await held(running.database_url)

    with pytest.raises(CannotStart, match="Run `parley backup` with the version of Parley that wrote it"), servers(old):
        pass
    await asyncio.to_thread(done, "restore", file, "--data", new, env={"DATABASE_URL": ""})
    with servers(new, fast=True) as running:
        after = await held(running.database_url)
    assert before["comment"].rows and after.keys() == before.keys()
    assert {name for name in after if after[name].rows != before[name].rows} == set()
