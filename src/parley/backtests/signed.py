"""The signatures of earlier comments, in memory: what `earlier` in matching/facts.py finds in the database."""

from collections import defaultdict, deque
from collections.abc import Iterator

import msgspec

from parley.comments.drafts import Signature
from parley.matching.facts import MOST_EARLIER
from parley.matching.post import EarlierPost

HOUR, DAYS_30 = 3_600.0, 30 * 86_400.0


class SignedPost(msgspec.Struct, frozen=True):
    """A comment that was judged, `at` seconds since 1970."""

    number: int
    author: int
    at: float
    signature: Signature


class SignedPosts:
    """Comments by the bands of their signatures and by the hosts that they link to, the newest of each."""

    def __init__(self) -> None:
        self.number = 0
        self.by_key: defaultdict[int | str, deque[SignedPost]] = defaultdict(lambda: deque(maxlen=MOST_EARLIER))

    def add(self, author: int, at: float, signature: Signature) -> None:
        self.number += 1
        one = SignedPost(self.number, author, at, signature)
        keys: list[int | str] = [*one.signature.bands, *one.signature.hosts]
        for key in keys:
            self.by_key[key].append(one)

    def earlier(self, author: int, at: float, signature: Signature) -> Iterator[EarlierPost]:
        """Yield the posts that may be near-copies, and those of the last hour that link to the same host."""
        found = {one.number: one for key in signature.bands for one in self.by_key.get(key, ())}
        linked = (one for host in signature.hosts for one in self.by_key.get(host, ()))
        found |= {one.number: one for one in linked if at - one.at < HOUR}
        for one in found.values():
            if at - one.at < DAYS_30:
                yield EarlierPost(
                    one.author, one.author == author, at - one.at, one.signature.sketch, one.signature.hosts
                )
