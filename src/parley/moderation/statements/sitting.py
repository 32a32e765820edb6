"""A sitting: up to ten statements asked one after the other. A signed token keeps it, and nothing is stored."""

import hmac

import msgspec

from parley.moderation.statements.rules import MOST_OPEN, MOST_SKIPPED, SITTING
from parley.platform.signing import sign
from parley.platform.text.cleaning import as_id


class Sitting(msgspec.Struct, frozen=True):
    """The number of the turn, from 1, and the statements that were skipped."""

    turn: int = 1
    skipped: tuple[int, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.turn > SITTING

    @property
    def may_count_as_asked(self) -> bool:
        """False after many skips, so that nobody skips up to the statement that they want to answer as asked."""
        return len(self.skipped) <= MOST_SKIPPED

    def total(self, left: int) -> int:
        """How many statements this sitting asks if `left` can still be asked."""
        return min(SITTING, self.turn - 1 + left)

    def after(self, skipped: int | None = None) -> "Sitting":
        """The next turn, after a statement was answered or skipped."""
        return Sitting(self.turn + 1, self.skipped if skipped is None else (*self.skipped, skipped))


def token_of(sitting: Sitting, member: int, thread: int) -> str:
    """Return the token by which a member continues a sitting. It is signed, so that no link can make one up."""
    plain = "-".join(map(str, (sitting.turn, *sitting.skipped)))
    return f"{plain}.{_signature(plain, member, thread)}"


def read(token: str, member: int, thread: int) -> Sitting:
    """Return the sitting of a token; a new one if it is not this member's in this thread."""
    plain, _, signature = token.partition(".")
    expected = _signature(plain, member, thread)
    if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
        return Sitting()
    turn, *skipped = (as_id(part) or 0 for part in plain.split("-")[: MOST_OPEN + 1])
    return Sitting(turn, tuple(skipped))


def _signature(plain: str, member: int, thread: int) -> str:
    return sign("sitting", f"{member}|{thread}|{plain}".encode(errors="replace")).hex()
