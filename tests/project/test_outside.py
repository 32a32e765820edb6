"""A test that would reach another machine fails, and reaches none."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

OFFENDING = """
import socket

def test_it():
    try:
        {line}
    except Exception:
        pass  # as the code under test may do
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('socket.create_connection(("192.0.2.1", 80), timeout=9)', "socket.connect 192.0.2.1:80"),
        ('socket.socket(socket.AF_INET6).connect(("2001:db8::1", 443))', "socket.connect 2001:db8::1:443"),
        ('socket.socket(type=socket.SOCK_DGRAM).sendto(b"", ("203.0.113.9", 53))', "socket.sendto 203.0.113.9:53"),
        ('socket.getaddrinfo("example.org", 80)', "socket.getaddrinfo example.org"),
    ],
)
def test_a_test_that_would_reach_another_machine_fails(tmp_path: Path, line: str, said: str) -> None:
    done = _run(tmp_path, OFFENDING.format(line=line))
    assert done.returncode == 1
    assert f"this test would have reached another machine: {said}" in done.stdout


def test_this_machine_may_be_reached(tmp_path: Path) -> None:
    line = 'socket.create_connection(socket.create_server(("127.0.0.1", 0)).getsockname()).close()'
    assert _run(tmp_path, OFFENDING.format(line=line)).returncode == 0


def _run(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.outside", "--rootdir", str(folder), "-c", "/dev/null"]
    env = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [*command, "test_it.py"], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120
    )
