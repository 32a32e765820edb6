"""A whole installation as a person starts it: `parley up` in a process of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.platform.local_servers.installation import PATIENCE, Up
from tests.ports import free_port


@pytest.fixture
def start_up() -> Iterator[Callable[..., Up]]:
    """Start installations; those that still run when the test ends are stopped."""
    started: list[Up] = []

    def start(data: Path, *options: str, port: int | None = None, program: Path | None = None) -> Up:
        started.append(Up(data, port or free_port(), *options, program=program))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.terminate()
        one.process.communicate(timeout=PATIENCE)


@pytest.fixture(autouse=True)
def db() -> None:
    """Nothing to roll back here: these tests have servers of their own."""
