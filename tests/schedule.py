"""How pytest-xdist shares the tests among its processes."""

from xdist.scheduler.loadscope import LoadScopeScheduling

# Folders whose tests share a whole installation, or take it apart.
TOGETHER = {"browser", "faults", "hosts", "live"}


class Schedule(LoadScopeScheduling):
    """Each of those folders stays in one process, the largest begins; any other test goes to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.split("/")[1]
        return folder if folder in TOGETHER else nodeid
