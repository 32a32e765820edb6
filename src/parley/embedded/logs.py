"""The log file of one process: bounded, and read for the reason when the process ends too early."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 5_000_000
END_BYTES = 4_000


class Log:
    """A log file that its process appends to by itself, so that it survives us."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mark = 0

    def open(self) -> BinaryIO:
        """Open the file for a process that is about to start; `lines()` begins there."""
        self.bound()
        file = self.path.open("ab")
        self._mark = file.tell()
        return file

    def bound(self) -> None:
        """Move a long log to `NAME.log.1`. Its writers append, so they go on at the new end."""
        if self.path.exists() and self.path.stat().st_size > MOST_BYTES:
            shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
            os.truncate(self.path, 0)
            self._mark = 0

    def lines(self) -> list[str]:
        """Return the last lines written since `open()`, without blank ones."""
        with self.path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(self._mark, end - END_BYTES))
            text = file.read().decode(errors="replace")
        return [line.strip() for line in text.splitlines() if line.strip()]
