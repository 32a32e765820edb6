"""Retries of a job's items: an item that fails is recorded and tried again later, and the others go on.

After each failure an item waits four times as long. After `MOST_ATTEMPTS` failures it is dead, and only
`parley jobs retry` tries it again. Failures for lack of space or time in the database never make an item dead.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import nullcontext
from math import inf
from time import monotonic
from typing import Protocol, TypeVar

import structlog

from parley.platform import db
from parley.platform.db.outages import LOST, TOO_MUCH
from parley.platform.errors import Unavailable
from parley.platform.events.job_wakeups import start_another

log = structlog.get_logger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")

# Tried again after 10 s, 40 s, 3 minutes, 11 minutes, 43 minutes, 3 hours and 11 hours.
MOST_ATTEMPTS = 8
ERROR_LENGTH = 500

SELECT_WAITING_ITEMS = """
select item from job_failure
where job = $1 and item = any($2::text[]) and (retry_at is null or retry_at > clock_timestamp())
"""
RECORD_FAILURE = """
insert into job_failure as f (job, item, attempts, error, failed_at, retry_at)
values ($1, $2, 1, $3, clock_timestamp(), clock_timestamp() + interval '10 seconds')
on conflict (job, item) do update set
  attempts = f.attempts + 1, error = excluded.error, failed_at = excluded.failed_at,
  retry_at = case when f.attempts + 1 < $4 or $5
    then excluded.failed_at + interval '10 seconds' * 4 ^ least(f.attempts, 6) end
returning attempts
"""
DELETE_FAILURES = "delete from job_failure where job = $1 and item = any($2::text[])"


def due(job: str, column: str) -> str:
    """Return an SQL condition: the item in `column` is not waiting after a failure."""
    return f"""not exists (select from job_failure f where f.job = '{job}' and f.item = ({column})::text
      and (f.retry_at is null or f.retry_at > clock_timestamp()))"""


async def each(
    job: str,
    items: Iterable[Item],
    work: Callable[[Item], Awaitable[Result]],
    *,
    key: Callable[[Item], object] = str,
    in_transaction: bool = True,
    most: int | None = None,
    seconds: float = inf,
) -> list[Result]:
    """Do `work` for each due item in its own transaction, and return the results of those that did not fail.

    `key` identifies an item; the first `most` due items are taken, and no further one once `seconds` have passed.
    Raises errors of the database connection, since they are not the fault of an item.
    """
    done, results, began = [], [], monotonic()
    for item in (await _due(job, list(items), key))[:most]:
        try:
            async with db.atomic() if in_transaction else nullcontext():
                results.append(await work(item))
        except (Unavailable, *LOST):
            raise
        except Exception as error:  # noqa: BLE001 the other items go on
            await record_failure(job, str(key(item)), error)
        else:
            done.append(str(key(item)))
        if monotonic() - began > seconds:
            break
    await clear(job, done)
    return results


class Claimed(Protocol):
    """An item that a worker has claimed in PostgreSQL."""

    @property
    def id(self) -> int: ...


ClaimedItem = TypeVar("ClaimedItem", bound=Claimed)


async def each_claimed(
    job: str,
    claim: Callable[[], Awaitable[ClaimedItem | None]],
    work: Callable[[ClaimedItem], Awaitable[None]],
    *,
    most: float = inf,
) -> int:
    """Claim up to `most` items one after another and do `work` for each. Return how many there were."""
    count = 0
    while count < most and (item := await claim()) is not None:
        start_another()
        await each(job, [item], work, key=lambda claimed: claimed.id, in_transaction=False)
        count += 1
    return count


async def in_halves(
    job: str,
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], Awaitable[None]],
    *,
    key: Callable[[Item], object] = str,
) -> None:
    """Do `work` for all items at once. If it fails, do it for each half, until the failing items are found."""
    items = await _due(job, list(items), key)
    if not items:
        return
    try:
        async with db.atomic():
            await work(items)
    except (Unavailable, *LOST):
        raise
    except Exception as error:  # noqa: BLE001 as above
        if len(items) == 1:
            await record_failure(job, str(key(items[0])), error)
            return
        half = len(items) // 2
        await in_halves(job, items[:half], work, key=key)
        await in_halves(job, items[half:], work, key=key)
    else:
        await clear(job, [str(key(item)) for item in items])


async def record_failure(job: str, item: str, error: Exception) -> None:
    """Record that an item failed, and when it is tried again."""
    words = repr(error).replace("\0", "")[:ERROR_LENGTH]
    attempts = await db.value(RECORD_FAILURE, job, item, words, MOST_ATTEMPTS, isinstance(error, TOO_MUCH))
    log.error("job item failed", job=job, item=item, attempts=attempts, exc_info=error)


async def _due(job: str, items: list[Item], key: Callable[[Item], object]) -> list[Item]:
    if not items:
        return []
    waiting = set(await db.values(SELECT_WAITING_ITEMS, job, [str(key(item)) for item in items]))
    return [item for item in items if str(key(item)) not in waiting]


async def clear(job: str, items: list[str]) -> None:
    """Delete the recorded failures of items that are done."""
    if items:
        await db.execute(DELETE_FAILURES, job, items)
