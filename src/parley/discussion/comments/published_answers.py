"""What may be published of members' answers. No other module decides this.

An answer can reveal a political opinion, and somebody who reads the counts again and again could learn what the last
member answered. So counts are published in steps, as shares rounded to 5 %, never as "all" or "nobody". Each step
doubles the answers (5, 10, 20, 40, …): with equal steps of five, a watcher guessed the answers to an even question ten
points better than from its total. If all answers of a step are the same, publishing it would reveal each of them, so it
waits for the next step.

Pages, the table, live events, the digest and the API show answers only as this module returns them.
"""

import msgspec

STEP = 5
# Shares are multiples of this many per cent, between the two limits.
ROUNDED = 5
LEAST, MOST = 5, 95


class Tally(msgspec.Struct, frozen=True):
    """Exact numbers of answers."""

    agrees: int = 0
    disagrees: int = 0
    unsure: int = 0

    @property
    def total(self) -> int:
        return self.agrees + self.disagrees + self.unsure


class PublishedTally(msgspec.Struct, frozen=True):
    """The answers of the last step that was published, and the total when it was last compared."""

    tally: Tally = Tally()
    total_compared: int = 0


class PublishedShares(msgspec.Struct, frozen=True):
    """Rounded per cent of the answers, and their number rounded down to a whole step."""

    agree: int
    disagree: int
    answers: int

    @property
    def unsure(self) -> int:
        return max(0, 100 - self.agree - self.disagree)


def publish(published: PublishedTally, now: Tally) -> PublishedTally:
    """Return what is published once the answers are `now`: unchanged until a step is full.

    If all answers that came or went are the same, only their number is noted, so that the next step is as long as any
    other. If it ended with the first different answer, it would reveal whose that was.
    """
    if not is_step(published.total_compared, now.total):
        return published
    before, after = msgspec.structs.astuple(published.tally), msgspec.structs.astuple(now)
    is_unanimous = sum(old != new for old, new in zip(before, after, strict=True)) < 2  # noqa: PLR2004
    return PublishedTally(published.tally if is_unanimous else now, now.total)


def is_step(before: int, now: int) -> bool:
    """Whether at least STEP answers or members came or went, and their number doubled or halved."""
    return abs(now - before) >= STEP and (now >= 2 * before or 2 * now <= before)


def shares(tally: Tally) -> PublishedShares | None:
    """Return the shares of a published tally, or None if fewer than a step answered."""
    if tally.total < STEP:
        return None
    agree, disagree = (rounded_share(count / tally.total) for count in (tally.agrees, tally.disagrees))
    return PublishedShares(agree, min(disagree, 100 - agree), rounded_down(tally.total))


def rounded_share(share: float) -> int:
    """Return a share in per cent, neither none nor all."""
    return min(max(round(share * 100 / ROUNDED) * ROUNDED, LEAST), MOST)


def rounded_down(count: int) -> int:
    return count // STEP * STEP


def round_members(count: int) -> int:
    """Return a number of members to the nearest step, 0 if there are fewer than one."""
    return 0 if count < STEP else (count + STEP // 2) // STEP * STEP
