"""Compose and Docker cannot run here: they are held to the program and the files that they name."""

import functools
import operator
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
import rich_click as click
import yaml
from redis.asyncio import Redis
from redis.exceptions import RedisError

from parley.platform.local_servers import postgres, servers, valkey
from parley.platform.local_servers.launch import unprivileged_user
from parley.site.cli import main
from parley.site.cli.serve import KEEP_ALIVE_SECONDS
from tests import command
from tests.platform.local_servers.installation import wait_for
from tests.ports import free_port

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
MANUAL = (ROOT / "docs/operating.md").read_text()
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
SETTING = re.compile(r'"((?:PARLEY_|DATABASE_|REDIS_)[A-Z_]+)"')


def settings() -> set[str]:
    core = ROOT / "src/parley/platform"
    return {name for file in ("environment", "settings") for name in SETTING.findall((core / f"{file}.py").read_text())}


@pytest.mark.parametrize("name", OURS)
def test_each_command_of_ours_exists_with_its_options(name: str) -> None:
    command, *arguments = OURS[name]["command"]
    found = main.get_command(click.Context(main), command)
    assert found is not None
    assert found.make_context(command, arguments).params is not None


def test_the_image_has_the_version_of_the_project() -> None:
    assert {service["image"] for service in OURS.values()} == {f"${{PARLEY_IMAGE:-parley-forum}}:{VERSION}"}


def test_the_worker_is_healthy_as_long_as_its_heartbeat_is_fresh(tmp_path: Path) -> None:
    worker, file = SERVICES["worker"], tmp_path / "heartbeat"
    (path,) = re.findall(r"getmtime\('(.+)'\)", worker["healthcheck"]["test"][-1])
    assert worker["command"] == ["worker", "--heartbeat", path]

    def is_healthy() -> bool:
        kind, python, option, check = worker["healthcheck"]["test"]
        assert (kind, python) == ("CMD", "python")
        done = subprocess.run(
            [sys.executable, option, check.replace(path, str(file))], capture_output=True, check=False
        )
        return done.returncode == 0

    assert not is_healthy()
    file.touch()
    assert is_healthy()
    os.utime(file, (time.time() - 90,) * 2)
    assert not is_healthy()


def test_the_services_start_in_their_order_with_the_settings_of_the_manual(tmp_path: Path) -> None:
    """Without containers: migrate, web and worker as compose starts them, judged by its health checks."""
    # What differs: loopback instead of the container's addresses, and folders of this test.
    changes = {"0.0.0.0": "127.0.0.1", "8000": str(free_port()), "/tmp": str(tmp_path)}  # noqa: S104, S108 replaced
    (block,) = re.findall(r"cat > \.env <<END\n(.+?)\n +END", MANUAL, re.DOTALL)
    written = dict(line.strip().split("=", 1) for line in block.splitlines()) | {"PARLEY_SECRET": "0f1e2d3c" * 8}

    def words(name: str, *path: str) -> list[str]:
        found = functools.reduce(operator.getitem, path, SERVICES[name])
        return [functools.reduce(lambda word, each: word.replace(*each), changes.items(), one) for one in found]

    with servers(tmp_path / "servers", fast=True) as both, ExitStack() as stack:
        env = {name: interpolated(value, written) for name, value in OURS["web"]["environment"].items()}
        env |= both.settings | {"PARLEY_BASE_URL": env["PARLEY_BASE_URL"], "TMPDIR": str(tmp_path)}
        env["PATH"] = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        run("parley", *words("migrate", "command"), **env)
        for name in ("web", "worker"):
            stack.enter_context(running("parley", *words(name, "command"), **env))
            check = words(name, "healthcheck", "test")[1:]
            wait_for(
                lambda check=check: subprocess.run(check, env=env, capture_output=True, check=False).returncode == 0
            )  # type: ignore[misc]
        run("parley", "member", "add", "ada", "ada@example.org", "--role", "admin", **env)


def interpolated(value: str, written: dict[str, str]) -> str:
    """Put in what `.env` has, as compose does: `${NAME:-default}` and `${NAME:?what to do}`."""
    return re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda found: written.get(found[1]) or found[2] or "", value)


def test_our_services_are_given_settings_that_exist_and_all_that_are_needed() -> None:
    for service in OURS.values():
        given = set(service["environment"])
        # Read by Python itself, not by us.
        assert given <= settings() | {"TMPDIR"}
        assert given >= settings() - {"PARLEY_LIMITS"}


def test_the_web_process_spools_large_uploads_to_a_volume_and_not_into_memory() -> None:
    web = SERVICES["web"]
    volumes = {volume.split(":")[1] for volume in web["volumes"]}
    assert web["environment"]["TMPDIR"] in volumes
    assert not volumes & set(web["tmpfs"])


def test_no_password_and_no_name_has_a_default() -> None:
    variables = re.findall(r"\$\{(\w+)(:?[-?])?([^}]*)\}", (ROOT / "compose.yaml").read_text())
    required = {name for name, how, sentence in variables if how == ":?" and sentence.startswith("Set it in .env")}
    assert {"POSTGRES_PASSWORD", "VALKEY_PASSWORD", "PARLEY_SECRET", "PARLEY_HOST"} <= required
    optional = {
        "DATABASE_REPLICA_URL",
        "PARLEY_IMAGE",
        "PARLEY_FETCH_ALLOW",
        "PARLEY_LOG",
        "PARLEY_NAME",
        "PARLEY_SLOW_QUERY",
        "PARLEY_SECRET_FORMER",
        "PARLEY_SECURITY_CONTACT",
        "PARLEY_REDRESS",
        "PARLEY_PASSWORD_RANGE",
        "PARLEY_WEBSUB_HUB",
        "PARLEY_WEBMENTIONS",
        "PARLEY_TRAINING",
        "PARLEY_PROVIDERS",
        "PARLEY_STAFF_FACTOR_DAYS",
        "PARLEY_METRICS",
        "PARLEY_BACKUP_DAYS",
        "PARLEY_BACKUP_COMMAND",
        "PARLEY_DOCTOR_MAIL",
        "PARLEY_RELEASES",
        "PARLEY_DKIM_KEY",
        "PARLEY_DKIM_SELECTOR",
        "PARLEY_SES_TOPIC",
        "PARLEY_MAILGUN_KEY",
        "PARLEY_POSTMARK_LOGIN",
        "PARLEY_KEEP_PDFS",
        "PARLEY_LANGUAGES",
        "PARLEY_TRANSLATOR",
        "PARLEY_TRANSLATOR_KEY",
    }
    optional |= {f"PARLEY_MAIL_{name}" for name in ("BOUNCES", "INBOX", "LOG", "RATE")}
    assert {name for name, _, _ in variables} - required <= optional


def test_only_the_proxy_can_be_reached_and_the_databases_cannot_reach_out() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert COMPOSE["networks"]["back"]["internal"] is True
    for name in ("postgres", "valkey", "migrate"):
        assert SERVICES[name]["networks"] == ["back"]
    assert {name for name, service in SERVICES.items() if "front" in service["networks"]} == {"caddy", "web"}


def test_what_others_wait_for_tells_its_health_and_files_that_are_mounted_exist() -> None:
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            is_step = how["condition"] == "service_completed_successfully"
            assert is_step or "healthcheck" in SERVICES[name]
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert (ROOT / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


def test_the_image_runs_as_nobody_special_from_locked_packages() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert int(re.findall(r"^USER (\d+)$", text, re.MULTILINE)[-1]) > 0
    installs = re.findall(r"pip (?:install|sync)[^&\n]*", text)
    assert all("--require-hashes" in one or "--no-deps" in one for one in installs)
    allowed = re.findall(r"^!(\S+?)/?$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = [
        path.rstrip("/") for path in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE) for path in path.split()
    ]
    assert copied
    for path in copied:
        assert path in allowed
        assert (ROOT / path).exists()


def test_the_manual_lists_every_setting() -> None:
    assert not [name for name in settings() if f"`{name}`" not in MANUAL]


@pytest.mark.parametrize("part", ["migrate", "worker"])
def test_where_the_database_is_away_a_part_ends_with_a_sentence(part: str, tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": f"postgresql:///parley?host={tmp_path}", "REDIS_URL": f"unix://{tmp_path}/redis"}
    done = command.parley(part, env=os.environ | nowhere)
    assert done.returncode == 1
    assert done.stderr.endswith("the servers cannot be reached.\n")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not installed")
def test_caddy_accepts_its_file() -> None:
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(ROOT / "deploy/Caddyfile")]
    names = {"PARLEY_HOST": "localhost", "PARLEY_UPSTREAM": "127.0.0.1:8000", "HOME": "/nonexistent"}
    done = subprocess.run(command, env=names | {"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_proxy_lets_go_of_a_connection_before_the_web_process_does() -> None:
    kept = re.findall(r"^\s+keepalive (\d+)s$", (ROOT / "deploy/Caddyfile").read_text(), re.MULTILINE)
    assert [int(seconds) < KEEP_ALIVE_SECONDS for seconds in kept] == [True]


def run(*command: str | Path, **variables: str) -> None:
    subprocess.run(command, env={"PATH": "/usr/bin:/bin"} | variables, check=True, capture_output=True)


@contextmanager
def running(*command: str | Path, **variables: str) -> Iterator[psutil.Process]:
    """Run a server for the time of the block."""
    env = {"PATH": "/usr/bin:/bin"} | variables
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait()


async def test_the_databases_first_start_makes_a_role_that_owns_only_its_database(tmp_path: Path) -> None:
    prefix, programs = unprivileged_user().prefix, Path(postgres.binary("postgres")).parent
    data, path = tmp_path / "data", f"{programs}:/usr/bin:/bin"
    arguments = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    run(
        *prefix,
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-N",
        "--locale=C",
        *arguments,
    )
    socket = f"unix_socket_directories={tmp_path}"
    with running(*prefix, programs / "postgres", "-D", data, "-c", "listen_addresses=", "-c", socket):
        wait_for(lambda: subprocess.run([programs / "pg_isready", "-q", "-h", tmp_path], check=False).returncode == 0)
        script = ROOT / "deploy/postgres.sh"
        run(script, PATH=path, PGHOST=str(tmp_path), POSTGRES_PASSWORD="it's 'odd'")
        connection = await asyncpg.connect(host=str(tmp_path), user="parley", database="parley")
        role = await connection.fetchrow("select * from pg_roles where rolname = 'parley'")
        await connection.execute("create table ours ()")
        await connection.close()
    assert not any(role[right] for right in ("rolsuper", "rolcreatedb", "rolcreaterole", "rolreplication"))


async def test_valkey_asks_for_its_password(tmp_path: Path) -> None:
    shell, option, command = SERVICES["valkey"]["command"]
    path = tmp_path / "socket"
    # As compose writes it, but for the image's script, and on a socket instead of the port.
    assert command.startswith("exec docker-entrypoint.sh valkey-server ")
    command = command.replace("docker-entrypoint.sh ", "").replace("$$", "$")
    command = command.replace(" <<", f" --port 0 --unixsocket {path} --dir {tmp_path} <<")
    programs = f"{Path(valkey.binary()).parent}:/usr/bin:/bin"
    with running(shell, option, command, PATH=programs, VALKEY_PASSWORD="0f1e") as server:
        wait_for(path.exists)
        assert server.name().startswith("valkey-server")  # and not a shell that would swallow the stop signal
        async with Redis.from_url(f"unix://{path}?password=0f1e") as redis:
            assert await redis.ping()
            assert (await redis.config_get("maxmemory-policy"))["maxmemory-policy"] == "volatile-lru"
        async with Redis.from_url(f"unix://{path}", protocol=2) as stranger:
            with pytest.raises(RedisError, match="Authentication required"):
                await stranger.ping()
