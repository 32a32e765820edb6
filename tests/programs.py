"""Programs of Debian's that some tests need: found, or installed where that can be done, or the test is skipped."""

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

INSTALL_SECONDS, PATIENCE = 180, 120.0


def installed(program: str, package: str) -> str:
    """Where a program of Debian's is, which is installed where that can be done, or the test is skipped."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    if found := shutil.which(program, path=path):
        return found
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        pytest.skip(f"{program} is not here, and only root can install it with apt-get")
    with _one_at_a_time():
        _install(program, package)
    found = shutil.which(program, path=path)
    assert found is not None
    return found


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Wait while another process of the tests installs something: apt-get itself would give up at once."""
    with (Path(tempfile.gettempdir()) / "parley-test-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(program: str, package: str) -> None:
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["apt-get", "update", "-qq"], install):
        try:
            done = subprocess.run(command, env=env, capture_output=True, check=False, timeout=INSTALL_SECONDS)
        except subprocess.TimeoutExpired:
            pytest.skip(f"{program} cannot be installed: apt-get does not come to an end")
        if done.returncode != 0:
            pytest.skip(f"{program} cannot be installed: {done.stderr.decode()[-200:]}")


@contextmanager
def running(*command: str | Path, log: Path, until: Callable[[], bool]) -> Iterator[psutil.Process]:
    """Run a server for the time of the block, which begins when `until` holds."""
    with log.open("ab") as file:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True)
    try:
        patient = time.monotonic() + PATIENCE
        while not until():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < patient, log.read_text()
            time.sleep(0.02)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_listening(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
