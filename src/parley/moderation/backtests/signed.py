"""The signatures of earlier comments, in memory: what `earlier` in matching/facts.py finds in the database."""

from collections import defaultdict, deque
from collections.abc import Iterator

import msgspec

from parley.discussion.commenting.drafts import Signature
from parley.moderation.matching.facts import MOST_EARLIER
from parley.moderation.matching.post import EarlierPost

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
        post = SignedPost(self.number, author, at, signature)
        keys: list[int | str] = [*post.signature.bands, *post.signature.hosts]
        for key in keys:
            self.by_key[key].append(post)

    def earlier(self, author: int, at: float, signature: Signature) -> Iterator[EarlierPost]:
        """Yield the posts that may be near-copies, and those of the last hour that link to the same host."""
        posts = {post.number: post for key in signature.bands for post in self.by_key.get(key, ())}
        linked = (post for host in signature.hosts for post in self.by_key.get(host, ()))
        posts |= {post.number: post for post in linked if at - post.at < HOUR}
        for post in posts.values():
            if at - post.at < DAYS_30:
                yield EarlierPost(
                    post.author, post.author == author, at - post.at, post.signature.sketch, post.signature.hosts
                )
