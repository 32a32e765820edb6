"""The log file of one process: rotated, and read for the reason if the process cannot start."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 5_000_000
END_BYTES = 4_000


class Log:
    """A log file that the process itself appends to, so that it outlives the supervisor."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start = 0

    def open(self) -> BinaryIO:
        """Open the file for a process that is about to start. `lines()` starts there."""
        self.rotate()
        file = self.path.open("ab")
        self._start = file.tell()
        return file

    def rotate(self) -> None:
        """Copy a long log to `NAME.log.1` and empty it. Its writers append, so they continue in the empty file."""
        if self.path.exists() and self.path.stat().st_size > MOST_BYTES:
            shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
            os.truncate(self.path, 0)
            self._start = 0

    def lines(self) -> list[str]:
        """Return the last lines written since `open()`, without blank ones."""
        with self.path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(self._start, end - END_BYTES))
            text = file.read().decode(errors="replace")
        return [line.strip() for line in text.splitlines() if line.strip()]
