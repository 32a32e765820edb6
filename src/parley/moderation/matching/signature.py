"""Signatures of texts, by which near-copies are found among many without comparing all of them.

Min-hash with one permutation: each run of five letters is hashed once, and each of 64 bins keeps its least hash (P. Li,
A. Owen, C.-H. Zhang, "One Permutation Hashing", 2012). An empty bin takes the hash of the next one (A. Shrivastava,
P. Li, "Densifying One Permutation Hashing via Rotation", 2014). The share of equal bins estimates the share of common
runs. Eight bands of four bins are the keys of the index: texts with 80 % of their runs in common share one with 98 %.
"""

import re
from operator import eq
from zlib import crc32

from parley.discussion.commenting.drafts import Signature

BINS, BANDS = 64, 8
APART = BINS // 4
RUN = 5
# Shorter texts are often alike by chance ("Thank you!").
SHORTEST_COMPARED = 40
LONGEST_COMPARED = 500
MOST_HOSTS = 10
WORD = re.compile(r"\w+")
# In UTF-16 each letter has two bytes.
BYTES = 2
# Knuth's multiplier: the hashes of alike runs must not be alike.
SPREAD, MASK = 0x9E3779B1, 0xFFFFFFFF


def signature(text: str, hosts: tuple[str, ...]) -> Signature:
    """The signature of a folded text (folding.py) that links to `hosts`; a short text has no sketch."""
    least = _least_hashes(" ".join(WORD.findall(text[:LONGEST_COMPARED])))
    named = sorted({host.removeprefix("www.") for host in hosts})[:MOST_HOSTS]
    return Signature(bytes(least_hash & 0xFF for least_hash in least), _bands(least), named)


def likeness(one: bytes, other: bytes) -> float:
    """The estimated share of common runs of two sketches, from 0 to 1; 0 where a text was too short for one."""
    equal: float = sum(map(eq, one, other)) / BINS
    # Two different hashes end in the same byte in one of 256 cases.
    return max(0.0, (equal - 1 / 256) / (1 - 1 / 256))


def _least_hashes(words: str) -> list[int]:
    if len(words) < SHORTEST_COMPARED:
        return []
    data, size = words.encode("utf-16-le", "surrogatepass"), RUN * BYTES
    least = [-1] * BINS
    for run in {data[at : at + size] for at in range(0, len(data) - size + 1, BYTES)}:
        hashed = crc32(run) * SPREAD & MASK
        place, rest = hashed % BINS, hashed // BINS
        if rest < least[place] or least[place] < 0:
            least[place] = rest
    return _fill(least)


def _fill(least: list[int]) -> list[int]:
    following = next(least_hash for least_hash in least if least_hash >= 0)
    for place in reversed(range(BINS)):
        following = least[place] = least[place] if least[place] >= 0 else following
    return least


def _bands(least: list[int]) -> list[int]:
    """The keys, as signed numbers of 32 bits. The bins of a band are apart, since neighbours may have the same hash."""
    if not least:
        return []
    bands = (least[number::APART] for number in range(BANDS))
    return [crc32(repr((number, *bins)).encode()) - (1 << 31) for number, bins in enumerate(bands)]
