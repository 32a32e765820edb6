"""How pytest-xdist shares the tests among its processes."""

from xdist.scheduler.loadscope import LoadScopeScheduling

# Folders whose tests share a whole installation, or take it apart.
TOGETHER = {"browser", "faults", "hosts", "live"}


class Schedule(LoadScopeScheduling):
    """Each of those folders stays in one process, and so does any other file, which may make something for all of it.

    The largest begin.
    """

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.split("/")[1]
        return folder if folder in TOGETHER else nodeid.partition("::")[0]
