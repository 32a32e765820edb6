"""A worker that only hands over mail, until nothing is due: for tests to kill."""

import asyncio

from mail import kept
from parley.core import mail
from parley.core.db import close_pool, open_pool
from parley.core.mail.sending import deliver_due
from parley.core.redis import close_redis, open_redis
from parley.core.settings import settings


async def main() -> None:
    mail.lists["digest"] = kept.KEPT
    await open_pool(settings().database_url, size=4)
    open_redis(settings().redis_url)
    while await deliver_due():
        pass
    await close_redis()
    await close_pool()


if __name__ == "__main__":
    asyncio.run(main())
