"""The worker's sweep over held comments."""

from parley.automod import holds
from parley.core.events import attempts


async def look_after_holds() -> int:
    """Pass on what has waited for too long, give back what nobody came to, and return how much either is."""
    return await holds.pass_on() + sum(await attempts.each(holds.EXPIRING, await holds.due(), holds.expire))
