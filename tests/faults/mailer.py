"""A worker that only hands over mail, until nothing is due: for tests to kill.

With labels as its arguments it becomes one worker for each of them after the other, which dies there.
"""

import asyncio
import os
import signal
import sys

from parley.people import mail
from parley.people.mail.sending import deliver_due
from parley.platform import db, failpoint
from parley.platform.db import close_pool, open_pool
from parley.platform.events.redis import close_redis, open_redis
from parley.platform.settings import settings
from tests.people.mail import stored_list

STOP_SECONDS = 200
# The worker's own.
TIMEOUT = "60000"
# As if the time had passed in which nobody takes from a dead worker what it had.
LATER = "update mail set leased_until = now() - interval '1 second', due_at = now() where state <> 'sent'"


async def work() -> None:
    """The whole worker, with as long to end as a busy machine may need."""
    # It imports everything, which those who only send do not wait for.
    from parley.site import worker

    worker.STOP_SECONDS = STOP_SECONDS
    await worker.run(settings())


async def send() -> None:
    mail.lists["digest"] = stored_list.LIST
    await open_pool(settings().database_url, size=4, statement_timeout=TIMEOUT)
    open_redis(settings().redis_url)
    if failpoint.LABEL:
        await db.execute(LATER)
    while await deliver_due():
        pass
    await close_redis()
    await close_pool()


def die_at(label: str) -> None:
    """Send in a process of its own, which has to die at `label`."""
    child = os.fork()
    if not child:
        failpoint.LABEL = label
        asyncio.run(send())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status != signal.SIGKILL:
        sys.exit(f"it never came to {label}")


if __name__ == "__main__":
    for one in sys.argv[1:]:
        die_at(one)
    if len(sys.argv) == 1:
        asyncio.run(send())
