"""The worker's job for held comments."""

from parley.automod import holds
from parley.core.events import attempts


async def review_holds() -> int:
    """Escalate and expire comments that were held for too long; return their number."""
    return await holds.escalate() + sum(await attempts.each(holds.EXPIRING, await holds.due(), holds.expire))
