"""Logs: an object a line whoever speaks, and nothing fails for want of room."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SPEAK = """
import logging, structlog
from parley.platform.observability import log
log.set_up("info", readable={readable})
structlog.get_logger("ours").info("said", text="by us")
try:
    raise ValueError("twice\\nbroken")
except ValueError:
    structlog.get_logger("ours").exception("went wrong")
    logging.getLogger("theirs").warning("went %s", "wrong too", exc_info=True)
logging.getLogger("asyncpg.pool").warning("not again")
print("went on")
"""


def speak(stderr: int, *, readable: bool) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SPEAK.format(readable=readable)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, text=True, check=False)


def test_in_production_every_line_is_an_object_of_libraries_too() -> None:
    done = speak(subprocess.PIPE, readable=False)
    found = [json.loads(line) for line in done.stderr.splitlines()]
    assert [one["event"] for one in found] == ["said", "went wrong", "went wrong too"]
    assert [one["level"] for one in found] == ["info", "error", "warning"]
    assert all("twice" in one["exception"] for one in found[1:])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("readable", [True, False])
def test_a_log_on_a_full_disk_stops_nothing(readable: bool) -> None:
    with Path("/dev/full").open("w") as full:
        assert speak(full.fileno(), readable=readable).stdout == "went on\n"
