"""The formulas of the ranks as their sources have them, beside which the database's are held."""

from math import sqrt

Z = 1.281551565545


def best(ups: int, downs: int) -> float:
    """Wilson's lower bound (1927), with one imagined vote each way."""
    n = ups + downs + 2
    share = (ups + 1) / n
    middle = share + Z * Z / (2 * n)
    spread = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return (middle - spread) / (1 + Z * Z / n)


def controversial(ups: int, downs: int) -> float:
    """Old Reddit's formula: votes to the power of the balance."""
    if ups <= 0 or downs <= 0:
        return 0.0
    return float((ups + downs) ** (min(ups, downs) / max(ups, downs)))
