"""PostgreSQL and Valkey from wheels: real processes in folders of their own."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis

from parley.platform.local_servers import CannotStart, attach, servers
from tests.platform.local_servers.installation import lives

pytestmark = pytest.mark.anyio

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")


async def run_sql(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def program(code: str, folder: Path, *prefix: str) -> subprocess.Popen[str]:
    """Run `code`, which finds `servers`, `attach` and `folder`, as a process of its own."""
    start = f"from pathlib import Path\nfrom parley.platform.local_servers import *\nfolder = Path({str(folder)!r})\n"
    command = [*prefix, sys.executable, "-c", start + code]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def ping(url: str) -> bool:
    async with Redis.from_url(url) as redis:
        return bool(await redis.ping())


async def test_both_serve_and_a_second_start_finds_what_the_first_wrote(tmp_path: Path) -> None:
    with servers(tmp_path) as first:
        await run_sql(first.database_url, "create table kept as select 7 as n")
        assert await ping(first.redis_url)
        secret = first.settings["PARLEY_SECRET"]
    with servers(tmp_path) as second:
        assert await run_sql(second.database_url, "select n from kept") == 7
        assert second.settings["PARLEY_SECRET"] == secret


async def test_our_role_is_no_superuser_and_comes_in_by_password_only(tmp_path: Path) -> None:
    with servers(tmp_path, fast=True) as both:
        assert await run_sql(both.database_url, "select rolsuper from pg_roles where rolname = current_user") is False
        password = both.postgres.run.folder.installation.database_password
        for url in (
            both.database_url.replace(password, "wrong"),
            both.database_url.replace(f"parley:{password}@", "postgres@"),
        ):
            with pytest.raises((asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)):
                await asyncpg.connect(url)


async def test_nobody_else_can_enter_the_folder_or_read_its_secrets(tmp_path: Path) -> None:
    with servers(tmp_path / "data", fast=True) as both:
        folder = both.postgres.run.folder
        for path in (folder.path, folder.run, folder.logs, folder.valkey, folder.postgres):
            assert path.stat().st_mode & 0o777 == 0o700
        assert (folder.path / "installation.json").stat().st_mode & 0o777 == 0o600
        listening = {
            c.laddr for p in (both.postgres, both.valkey) for c in psutil.Process(p.pid).net_connections("tcp")
        }
        assert listening == set()


@pytest.mark.slow
async def test_two_folders_do_not_disturb_each_other(tmp_path: Path) -> None:
    with servers(tmp_path / "one", fast=True) as one, servers(tmp_path / "two", fast=True) as two:
        await run_sql(one.database_url, "create table only_here ()")
        assert await run_sql(two.database_url, "select to_regclass('only_here')") is None
    assert not one.postgres.alive
    assert not two.valkey.alive


async def test_a_path_too_long_for_sockets_works_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with servers(tmp_path / ("long" * 30), fast=True) as both:
        folder = both.postgres.run.folder
        assert await run_sql(both.database_url, "select 1") == 1
        assert await ping(both.redis_url)
        assert folder.sockets.stat().st_mode & 0o777 == 0o700
    assert not folder.sockets.exists()


async def test_a_command_uses_the_servers_that_run_or_starts_them_for_its_time(tmp_path: Path) -> None:
    with servers(tmp_path, fast=True) as running, attach(tmp_path) as joined:
        assert joined.database_url == running.database_url
        assert await ping(joined.redis_url)
    with attach(tmp_path) as alone:
        assert await run_sql(alone.database_url, "select 1") == 1
    assert not alone.postgres.alive


def test_servers_started_for_one_command_stay_until_another_that_uses_them_ends(tmp_path: Path) -> None:
    with attach(tmp_path) as owner:
        other = program("with attach(folder) as s: print(s.database_url, flush=True); input()", tmp_path)
        assert said(other) == owner.database_url
        ending = Timer(0.3, other.communicate, ["\n"])
        ending.start()
    # It had been told to end, and ends by itself.
    assert other.stdin is not None and other.stdin.closed
    ending.join()
    assert other.returncode == 0


def test_a_folder_in_use_is_refused_in_a_sentence(tmp_path: Path) -> None:
    refused = pytest.raises(CannotStart, match="already runs with the data folder")
    with servers(tmp_path, fast=True), refused, servers(tmp_path):
        pass


def test_a_foreign_folder_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CannotStart, match="not Parley's, so nothing was changed"), servers(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_or_a_place_that_cannot_be_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for path in (file, file / "below"):
        with pytest.raises(CannotStart, match="cannot be"), servers(path):
            pass


def test_data_of_another_postgresql_is_left_alone(tmp_path: Path) -> None:
    with servers(tmp_path, fast=True):
        pass
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")
    with (
        pytest.raises(CannotStart, match="is of PostgreSQL 17 and this is 18. Nothing was changed"),
        servers(tmp_path),
    ):
        pass


@pytest.mark.slow
async def test_a_stale_pid_file_that_names_another_program_is_no_obstacle(tmp_path: Path) -> None:
    with servers(tmp_path, fast=True):
        pass
    (tmp_path / "postgres" / "postmaster.pid").write_text(
        f"{os.getpid()}\n{tmp_path / 'postgres'}\n1\n5432\n\n\n\nready\n"
    )
    with servers(tmp_path, fast=True) as both:
        assert await run_sql(both.database_url, "select 1") == 1


@pytest.mark.slow
async def test_what_was_committed_survives_the_killing_of_postgresql(tmp_path: Path) -> None:
    with servers(tmp_path) as both:
        await run_sql(both.database_url, "create table kept as select 7 as n")
        os.kill(both.postgres.pid, signal.SIGKILL)
        both.postgres.process.wait()
        both.postgres.start()
        assert await run_sql(both.database_url, "select n from kept") == 7


@pytest.mark.slow
async def test_backends_that_outlive_a_killed_postgresql_are_waited_for(tmp_path: Path) -> None:
    with servers(tmp_path, fast=True) as both:
        connection = await asyncpg.connect(both.database_url)
        backend = psutil.Process(connection.get_server_pid())
        backend.suspend()
        os.kill(both.postgres.pid, signal.SIGKILL)
        both.postgres.process.wait()
        starting = asyncio.create_task(asyncio.to_thread(both.postgres.start))
        done, _ = await asyncio.wait([starting], timeout=0.3)
        backend.resume()
        await starting
        connection.terminate()
        assert not done
        assert await run_sql(both.database_url, "select 1") == 1


def test_after_its_owner_was_killed_the_folder_can_be_used_at_once(tmp_path: Path) -> None:
    owner = program("with servers(folder) as s: print(s.postgres.pid, s.valkey.pid, flush=True); input()", tmp_path)
    orphans = [psutil.Process(int(pid)) for pid in said(owner).split()]
    owner.kill()
    owner.communicate()
    with servers(tmp_path) as both:
        assert both.postgres.serves()
        assert both.valkey.serves()
        assert not any(map(lives, orphans))


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A disk of its own with the mount options that the test asks for."""
    path = tmp_path / "disk"
    path.mkdir()
    subprocess.run(["/usr/bin/mount", "-t", "tmpfs", "-o", request.param, "tmpfs", path], check=True)
    yield path
    subprocess.run(["/usr/bin/umount", path], check=True)


@needs_root
@pytest.mark.parametrize("small_disk", ["size=50m", "size=400m,nr_inodes=300"], indirect=True)
def test_a_full_disk_is_named_in_a_sentence(small_disk: Path) -> None:
    with (
        pytest.raises(CannotStart, match=f"The disk that holds {small_disk}/data is full"),
        servers(small_disk / "data"),
    ):
        pass


@needs_root
def test_root_without_user_namespaces_runs_postgresql_as_another_user(tmp_path: Path) -> None:
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
    all_users = "unshare --user --map-users=0,0,65536 --map-groups=0,0,65536 --setuid 0 --setgid 0"
    code = "with servers(folder, fast=True) as s: print(s.postgres.alive)"
    owner = program(code, tmp_path, *all_users.split(), "sh", "-c", forbid, "sh")
    assert said(owner) == "True"
    owner.communicate()
    assert (tmp_path / "postgres").stat().st_uid != 0
