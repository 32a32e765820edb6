"""`parley doctor` on real installations, in order and not."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from parley.platform.local_servers import Servers, servers
from parley.site.doctor.work import SELECT_WORK, WORKER
from tests import command


def doctor(*arguments: str, **settings: str) -> tuple[int, list[dict[str, str]]]:
    """Run it with JSON; return its exit code and what it found."""
    names = {name: value for name, value in os.environ.items() if not name.startswith(("PARLEY_", "DATABASE_"))}
    done = command.parley("doctor", "--json", *arguments, env=names | settings)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def texts(found: list[dict[str, str]], level: str) -> str:
    return "\n".join(f"{one['subject']}: {one['text']}" for one in found if one["level"] == level)


def migrate(both: Servers) -> None:
    command.parley("migrate", env=os.environ | both.settings).check_returncode()


def test_an_installation_in_order_has_no_failure(tmp_path: Path) -> None:
    with servers(tmp_path) as both:
        migrate(both)
        code, found = doctor("--data", str(tmp_path))
    assert code == 0
    assert texts(found, "fail") == ""
    assert "database: It is migrated." in texts(found, "ok")
    assert "signs the same browser out of any other Parley on localhost" in texts(found, "warn")
    assert {one["subject"] for one in found} >= {
        "settings",
        "secret",
        "database",
        "redis",
        "clock",
        "disk",
        "mail",
        "files",
    }


def test_it_says_what_to_do_about_a_database_that_is_not_migrated_or_not_durable(tmp_path: Path) -> None:
    with servers(tmp_path, fast=True) as both:
        code, found = doctor(**both.settings)
    assert code == 1
    assert "Run `parley migrate`" in texts(found, "fail")
    assert "A power cut loses posts" in texts(found, "fail")


FAILED = """
insert into job_failure (job, item, attempts, error, failed_at) values ('imports', '7', 5, 'ValueError', now());
insert into event (seq, kind, thread, created_at) select 1, 'vote.changed', 1, now() - interval '2 minutes'
"""


@pytest.mark.anyio
async def test_it_says_whether_the_worker_runs_and_what_failed_in_it(tmp_path: Path) -> None:
    with servers(tmp_path) as both:
        migrate(both)
        _, found = doctor("--data", str(tmp_path))
        assert "worker: It does not run, or hangs: no mail is sent" in texts(found, "warn")
        assert "jobs: None failed for good" in texts(found, "ok")

        connection = await asyncpg.connect(both.database_url)
        await connection.execute(FAILED)
        code, found = doctor("--data", str(tmp_path))
        assert code == 1 and "worker: It does not run, or hangs: 1 posts and votes have waited" in texts(found, "fail")
        assert "jobs: 1 items failed for good" in texts(found, "warn")

        await connection.execute("update event set handled_at = now()")
        worker = subprocess.Popen([sys.executable, "-m", "parley", "worker"], env=os.environ | both.settings)
        try:
            async with asyncio.timeout(60):
                while not await connection.fetchval(f"select runs from ({SELECT_WORK}) work"):
                    await asyncio.sleep(0.1)
        finally:
            worker.terminate()
            worker.wait(timeout=60)
            await connection.close()


@pytest.mark.anyio
async def test_a_worker_that_has_stopped_to_poll_does_not_count_as_running(tmp_path: Path) -> None:
    with servers(tmp_path) as both:
        migrate(both)
        connection = await asyncpg.connect(both.database_url)
        hangs = await asyncpg.connect(both.database_url, server_settings={"application_name": WORKER})
        assert await connection.fetchval(f"select runs from ({SELECT_WORK}) work")
        await asyncio.sleep(0.3)
        later = SELECT_WORK.replace(
            "state_change > now() - interval '1 minute'", "state_change > now() - interval '0.2 s'"
        )
        assert not await connection.fetchval(f"select runs from ({later}) work")
        await hangs.close()
        await connection.close()


def test_servers_that_are_away_and_a_deployment_half_made_are_named(tmp_path: Path) -> None:
    code, found = doctor(
        DATABASE_URL="postgresql://parley:x@127.0.0.1:1/parley",
        REDIS_URL="redis://127.0.0.1:1",
        PARLEY_SECRET="0123" * 10,
        PARLEY_BASE_URL="https://localhost:1",
        PARLEY_DATA=str(tmp_path / "missing"),
        PARLEY_SMTP_URL="smtp://127.0.0.1:1",
    )
    failures = texts(found, "fail")
    assert code == 1
    for words in (
        "database: DATABASE_URL cannot be reached",
        "redis: REDIS_URL cannot be reached",
        "secret: PARLEY_SECRET is easy to guess",
        "cannot be written to",
        "mail: The mail server 127.0.0.1 cannot be used",
    ):
        assert words in failures
    assert "Is `parley web` running?" in texts(found, "warn")


@pytest.mark.parametrize("url", ["http://talk.example.org", "https://talk.example.org/path"])
def test_a_setting_that_is_wrong_is_the_one_thing_it_says(url: str) -> None:
    code, found = doctor(
        DATABASE_URL="postgresql://x", REDIS_URL="redis://x", PARLEY_SECRET="x" * 32, PARLEY_BASE_URL=url
    )
    assert code == 1
    assert [one["subject"] for one in found] == ["settings"]
    assert "PARLEY_BASE_URL must" in found[0]["text"]


@pytest.mark.parametrize("url", ["sentinel://host/talk", "sentinel://host:26379", "sentinel://a:1,b/talk"])
def test_sentinels_that_are_named_wrongly_are_the_one_thing_it_says(url: str) -> None:
    code, found = doctor(DATABASE_URL="postgresql://x", REDIS_URL=url, PARLEY_SECRET="x" * 32)
    assert code == 1
    assert "REDIS_URL must have the form sentinel" in found[0]["text"]


def test_a_line_for_people_begins_with_how_bad_it_is(tmp_path: Path) -> None:
    with servers(tmp_path, fast=True) as both:
        done = command.parley("doctor", env=os.environ | both.settings)
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines
    assert {line.split()[0] for line in lines} <= {"ok", "warn", "fail"}
