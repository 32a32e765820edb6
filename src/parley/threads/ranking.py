"""How threads are ordered on the home page."""

from datetime import datetime
from math import log10

# Ten times the size weighs as much as this many seconds of youth: four days, since an article is argued over for days.
HOT_SECONDS = 345_600


def hot(score: int, created_at: datetime) -> float:
    """Size on a log scale plus youth: old Reddit's formula, slower, with comments and votes together as the size."""
    return log10(max(score, 1)) + created_at.timestamp() / HOT_SECONDS
