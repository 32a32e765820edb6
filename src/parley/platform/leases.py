"""Tokens that a process took from buckets in Redis ahead of their use, so that most uses need no round trip.

A lease is a twentieth of a bucket. Several processes together never spend more than the bucket had; what one does not
spend returns with its next round trip after LEASE_SECONDS. Until then the others may have that much less.
"""

from time import monotonic

from msgspec import Struct

# Nothing is leased from a bucket with less than this share left, so that a limit that may be reached is exact. Of a
# shared bucket, half is kept for others at most (token_buckets.py).
LEASED_ABOVE, LEASED_ABOVE_OF_SHARED = 0.3, 0.6
PARTS = 20
LEASE_SECONDS = 30.0
# As many as Redis takes back in one call without delaying others.
MOST_RETURNED = 64


class Lease(Struct):
    tokens: int
    left: int
    """The tokens left in the bucket itself when this was taken."""
    most: int
    until: float


class Leases:
    """The leases of one process, by the keys of their buckets, in the order in which they expire."""

    def __init__(self) -> None:
        self._leases: dict[str, Lease] = {}
        # Those to give back, though they have not expired.
        self._ended: dict[str, Lease] = {}

    def spend(self, costs: list[tuple[str, int]]) -> list[int] | None:
        """Take tokens from all these leases, and return what is left in each bucket; None if one has too few."""
        now, found = monotonic(), []
        for key, cost in costs:
            lease = self._leases.get(key)
            if lease is None or lease.tokens < cost or lease.until < now:
                return None
            found.append((lease, cost))
        for lease, cost in found:
            lease.tokens -= cost
        return [lease.left + lease.tokens for lease, _ in found]

    def give_back(self, key: str) -> bool:
        """Return a token to the lease that it may have come from. False if there is none."""
        lease = self._leases.get(key)
        if lease is None or lease.until < monotonic():
            return False
        lease.tokens += 1
        return True

    def due(self, key: str, most: int, cost: int) -> int:
        """Return how many tokens to lease from a bucket of which there may be a lease."""
        lease, share = self._leases.get(key), most // PARTS
        return 0 if share < cost or (lease is not None and lease.tokens >= cost) else share

    def add(self, key: str, most: int, tokens: int, left: int, least: float) -> None:
        """Add the tokens that Redis leased, if any.

        If the bucket has less left than the share `least`, all that is leased of it goes back.
        """
        if tokens:
            before = self._leases.pop(key, None)
            kept = before.tokens if before is not None else 0
            self._leases[key] = Lease(tokens + kept, left, most, monotonic() + LEASE_SECONDS)
        elif left < least * most:
            self.end(key)

    def end(self, key: str) -> bool:
        """Give back what is leased of a bucket with the next round trip. Return whether that is anything."""
        if (lease := self._leases.pop(key, None)) is not None:
            self._ended[key] = lease
        return lease is not None and lease.tokens > 0

    def pop_ended(self) -> list[tuple[str, int, int]]:
        """Remove the leases that ended, and return the key, size and tokens to give back of each bucket."""
        now = monotonic()
        for key, lease in self._leases.items():
            if lease.until > now or len(self._ended) >= MOST_RETURNED:
                break
            self._ended[key] = lease
        ended, self._ended = self._ended, {}
        for key, lease in ended.items():
            if self._leases.get(key) is lease:
                del self._leases[key]
        return [(key, lease.most, lease.tokens) for key, lease in ended.items() if lease.tokens]

    def clear(self) -> None:
        self._leases.clear()
        self._ended.clear()
