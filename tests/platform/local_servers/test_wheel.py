"""The wheel, installed as an operator installs it: with pip and with uv, into an environment with nothing else."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.platform.local_servers.installation import Up

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
UV = str(ROOT / "bin" / "uv")
INSTALL_SECONDS = 900
# What pip and uv say where no package registry can be reached.
OFFLINE = (
    "Temporary failure in name resolution",
    "Name or service not known",
    "Network is unreachable",
    "NewConnectionError",
    "ConnectTimeoutError",
    "dns error",
    "Connection refused",
    "error sending request",
    "client error (Connect)",
)


def run(*command: str | Path) -> str:
    """Run an installer; skip the test where the registry is out of reach."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
    said = done.stdout + done.stderr
    if done.returncode != 0 and any(words in said for words in OFFLINE):
        pytest.skip(f"the package registry cannot be reached: {said[-200:]}")
    assert done.returncode == 0, said
    return said


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT)
    (wheel,) = folder.glob("parley_forum-*.whl")
    return wheel


def install_with_pip(wheel: Path, environment: Path) -> None:
    run(sys.executable, "-m", "venv", environment)
    run(environment / "bin" / "pip", "install", "--quiet", wheel)


def install_with_uv(wheel: Path, environment: Path) -> None:
    run(UV, "venv", "--quiet", "--python", sys.executable, environment)
    run(UV, "pip", "install", "--quiet", "--python", environment / "bin" / "python", wheel)


@pytest.mark.parametrize("install", [install_with_pip, install_with_uv])
def test_an_installed_wheel_serves_the_demo_from_an_empty_folder_and_stops_cleanly(
    install: Callable[[Path, Path], None],
    wheel: Path,
    tmp_path: Path,
    start_up: Callable[..., Up],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment, empty = tmp_path / "environment", tmp_path / "empty"
    empty.mkdir()
    install(wheel, environment)
    # The checkout must not lend the wheel what it lacks.
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.chdir(empty)
    program = environment / "bin" / "parley"
    assert wheel.name.split("-")[1] in run(program, "--version")
    up = start_up(empty / "var", program=program)
    up.read_until("ready http://localhost:")
    assert up.is_ready()
    assert any("moderator" in line for line in up.said)
    assert up.end(signal.SIGINT) == (0, "")
    assert [path.name for path in empty.iterdir()] == ["var"]
