"""A mail server whose log is postfix's, and which kills who sends when it is told to.

As a program it is one in a process of its own: it prints its address, and takes orders from its standard input.
"""

import asyncio
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.people.mail.sink import listening

SAID = "Nov 25 10:00:00 mx postfix/{}: {}: {}\n"


class Journal:
    def __init__(self, log: Path) -> None:
        self.log = log
        self.log.touch()
        self.taken: Counter[str] = Counter()
        self.kills: Callable[[], None] | None = None
        self.kills_after = 0
        # Whether it answers, and kills right after that.
        self.answers_first = False
        self.takes = True
        self.url = ""

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        kills = None
        if self.taken.total() >= self.kills_after:
            kills, self.kills = self.kills, None
        if not self.takes and kills:
            kills()
            return "451 not now"
        name = re.search(rb"Message-ID: (\S+)", envelope.content)
        assert name is not None
        number = f"4bQ{self.taken.total():05}"
        self.taken[name[1].decode()] += 1
        with self.log.open("a") as log:
            log.write(SAID.format("smtpd[7]", number, "client=localhost[127.0.0.1]"))
            log.write(SAID.format("cleanup[8]", number, f"message-id={name[1].decode()}"))
            log.write(SAID.format("qmgr[9]", number, "from=<x@localhost>, size=1 (queue active)"))
        if kills and self.answers_first:
            asyncio.get_running_loop().call_later(0.001, kills)
        elif kills:
            kills()
        return f"250 2.0.0 Ok: queued as {number}"


async def main(log: Path) -> None:
    """Serve until the standard input ends. An order is: after how many more messages, whom, and whether to answer."""
    journal = Journal(log)
    async with listening(journal) as url:
        print(url, flush=True)  # noqa: T201 for who started it
        while order := await asyncio.to_thread(sys.stdin.readline):
            more, process, answers_first = map(int, order.split())
            journal.kills_after = journal.taken.total() + more
            journal.answers_first = bool(answers_first)
            journal.kills = partial(os.kill, process, signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
