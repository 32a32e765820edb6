"""How threads are ordered on the home page."""

from datetime import datetime
from math import log10

# Ten times as many comments and votes weigh as much as being four days younger: articles are discussed for days.
HOT_SECONDS = 345_600


def hot(score: int, created_at: datetime) -> float:
    """Reddit's former "hot" formula: the logarithm of `score` (comments and votes) plus the date in four days."""
    return log10(max(score, 1)) + created_at.timestamp() / HOT_SECONDS
