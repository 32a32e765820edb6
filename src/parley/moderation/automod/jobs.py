"""The worker's jobs: held comments, and the training of the score."""

from parley.moderation.automod import holds, training
from parley.platform.events import attempts


async def review_holds() -> int:
    """Escalate and expire comments that were held for too long; return their number."""
    return await holds.escalate() + sum(await attempts.each(holds.EXPIRING, await holds.due(), holds.expire))


async def train_score() -> int:
    """Train the score of advertising on the decisions so far; return whether it was trained."""
    return await training.train()
