"""The two signed tokens of the answering page. Nothing of them is stored, and members cannot make them up.

An offer says which statement we asked a member. A sitting is up to ten statements asked one after the other.
"""

from time import time

import msgspec

from parley.discussion.statements.rules import MOST_OPEN, MOST_SKIPPED, SITTING
from parley.platform.signing import is_signature, sign
from parley.platform.text.cleaning import as_id

# An answer that comes later is stored, but does not count as asked.
OFFER_SECONDS = 3_600
KINDS = {True: "random", False: "chosen"}
LONGEST_NUMBER = 19


class Offer(msgspec.Struct, frozen=True):
    """A statement as it was offered. `is_random` says that it did not depend on the member's earlier answers."""

    member: int
    comment: int
    wording: int
    is_random: bool


def offer_token(offer: Offer) -> str:
    """Return the token of an offer: its kind, wording, end and signature."""
    plain = f"{KINDS[offer.is_random]}.{offer.wording}.{int(time()) + OFFER_SECONDS}"
    return f"{plain}.{sign('offer', _signed(offer, plain)).hex()}"


def read_offer(token: str, member: int, comment: int) -> Offer | None:
    """Return the offer in a token, or None if we did not sign it for this member and statement, or it has expired."""
    plain, _, signature = token.rpartition(".")
    kind, _, numbers = plain.partition(".")
    wording, _, end = numbers.partition(".")
    if kind not in KINDS.values() or not (_is_number(wording) and _is_number(end)):
        return None
    offer = Offer(member, comment, int(wording), is_random=kind == KINDS[True])
    is_ours = is_signature("offer", _signed(offer, plain), signature)
    return offer if is_ours and int(end) >= time() else None


def _signed(offer: Offer, plain: str) -> bytes:
    return f"{offer.member}|{offer.comment}|{plain}".encode()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER


class Sitting(msgspec.Struct, frozen=True):
    """The number of the statement that is asked, from 1, and the statements that were skipped."""

    number: int = 1
    skipped: tuple[int, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.number > SITTING

    @property
    def may_count_as_asked(self) -> bool:
        """False after many skips, so that nobody skips up to the statement that they want to answer as asked."""
        return len(self.skipped) <= MOST_SKIPPED

    def total(self, left: int) -> int:
        """How many statements this sitting asks if `left` can still be asked."""
        return min(SITTING, self.number - 1 + left)

    def after(self, skipped: int | None = None) -> "Sitting":
        """The sitting after a statement was answered or skipped."""
        return Sitting(self.number + 1, self.skipped if skipped is None else (*self.skipped, skipped))


def sitting_token(sitting: Sitting, member: int, thread: int) -> str:
    """Return the token by which a member continues a sitting."""
    plain = "-".join(map(str, (sitting.number, *sitting.skipped)))
    return f"{plain}.{sign('sitting', _signed_sitting(plain, member, thread)).hex()}"


def read_sitting(token: str, member: int, thread: int) -> Sitting:
    """Return the sitting of a token; a new one if it is not this member's in this thread."""
    plain, _, signature = token.partition(".")
    if not is_signature("sitting", _signed_sitting(plain, member, thread), signature):
        return Sitting()
    number, *skipped = (as_id(part) or 0 for part in plain.split("-")[: MOST_OPEN + 1])
    return Sitting(number, tuple(skipped))


def _signed_sitting(plain: str, member: int, thread: int) -> bytes:
    return f"{member}|{thread}|{plain}".encode(errors="replace")
