"""How comments are ordered. Quality votes rank; agreement votes appear in no formula here."""

from math import sqrt

# One imagined vote each way: a single first vote neither crowns nor buries a comment.
PRIOR_UPS = 1
PRIOR_DOWNS = 1
# The one-sided 90 % quantile of the normal distribution, as old Reddit and Lobsters use it.
Z = 1.281551565545
# Below this many voted comments an order by votes would look random, so `best` is by time (Talkyard's finding).
FEWEST_VOTED = 8


def best(ups: int, downs: int) -> float:
    """Lower bound of the share of readers who find a comment worth reading (Wilson 1927), from 0 to 1."""
    up, down = ups + PRIOR_UPS, downs + PRIOR_DOWNS
    n = up + down
    share = up / n
    middle = share + Z * Z / (2 * n)
    spread = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return (middle - spread) / (1 + Z * Z / n)


def controversial(ups: int, downs: int) -> float:
    """High when many voted and they are split (old Reddit's formula): votes to the power of the balance."""
    if ups <= 0 or downs <= 0:
        return 0.0
    balance = min(ups, downs) / max(ups, downs)
    return float((ups + downs) ** balance)
