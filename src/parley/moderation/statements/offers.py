"""Offers: signed tokens that say which statement we asked a member, so that members cannot make that up."""

import hmac
from time import time

import msgspec

from parley.platform.signing import sign

# An answer that comes later is stored, but does not count as asked.
LASTS_SECONDS = 3_600
KINDS = {True: "random", False: "chosen"}
LONGEST_NUMBER = 19


class Offer(msgspec.Struct, frozen=True):
    """A statement as it was offered. `is_random` says that it did not depend on the member's earlier answers."""

    member: int
    comment: int
    wording: int
    is_random: bool


def token_of(offer: Offer) -> str:
    """Return the token of an offer: its kind, wording, end and signature."""
    plain = f"{KINDS[offer.is_random]}.{offer.wording}.{int(time()) + LASTS_SECONDS}"
    return f"{plain}.{_signature(offer, plain)}"


def read(token: str, member: int, comment: int) -> Offer | None:
    """Return the offer in a token, or None if we did not sign it for this member and statement, or it has expired."""
    plain, _, signature = token.rpartition(".")
    kind, _, numbers = plain.partition(".")
    wording, _, end = numbers.partition(".")
    if kind not in KINDS.values() or not (_is_number(wording) and _is_number(end)):
        return None
    offer = Offer(member, comment, int(wording), is_random=kind == KINDS[True])
    is_ours = hmac.compare_digest(_signature(offer, plain).encode(), signature.encode(errors="replace"))
    return offer if is_ours and int(end) >= time() else None


def _signature(offer: Offer, plain: str) -> str:
    return sign("offer", f"{offer.member}|{offer.comment}|{plain}".encode()).hex()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER
