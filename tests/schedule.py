"""How pytest-xdist shares the tests among its processes."""

from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

# Folders whose tests share a whole installation, or stop parts of one. They take longest, so they are begun first, in
# this order: what begins last is what all others wait for.
TOGETHER = ["browser", "faults", "live", "hosts"]
# Folders with files that take long: begun last, one of them would keep one process busy while the others have ended.
LONG = ["standing", "local_servers", "fuzz", "frontend", "anchoring"]


class Schedule(LoadScopeScheduling):
    """Each of those folders stays in one process, and so does any other file, which may make something for all of it.

    Scopes are begun as their tests were collected.
    """

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        folder = folder_of(nodeid)
        return folder if folder in TOGETHER else nodeid.partition("::")[0]


def folder_of(nodeid: str) -> str:
    return nodeid.partition("::")[0].split("/")[-2]


def place(nodeid: str) -> int:
    """Where among the others a test begins; how many tests a file has says little about its time."""
    folder = folder_of(nodeid)
    order = [*TOGETHER, *LONG]
    return order.index(folder) if folder in order else len(order)
