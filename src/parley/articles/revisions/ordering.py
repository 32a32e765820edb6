"""Which passages kept their order, when others were moved."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping


def in_order(old: Iterable[int], new: Mapping[int, int]) -> set[int]:
    """Return the largest set of keys that kept their order.

    `old` has the keys in their former order, and `new` the index that each has now, if any. The set is a longest
    increasing subsequence of these indexes; of several, an early one.
    """
    indexes = [(new[key], key) for key in old if key in new]
    lengths = _increasing(index for index, _ in indexes)
    wanted, stayed, last = max(lengths, default=0), set(), -1
    for (index, key), length in zip(indexes, lengths, strict=True):
        if length == wanted and index > last:
            stayed.add(key)
            last, wanted = index, wanted - 1
    return stayed


def _increasing(numbers: Iterable[int]) -> list[int]:
    """For each of distinct numbers, return the length of the longest increasing subsequence that begins with it."""
    # From the end and negated, this is the usual algorithm: `ends[n]` is the lowest number in which a subsequence of
    # n + 1 numbers ends.
    ends: list[int] = []
    lengths: list[int] = []
    for number in reversed(list(numbers)):
        at = bisect_left(ends, -number)
        ends[at : at + 1] = [-number]
        lengths.append(at + 1)
    return lengths[::-1]
