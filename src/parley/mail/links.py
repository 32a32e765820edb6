"""Addresses that hold a proof: who has one can stop a list or report a bounce, and nobody can make one up."""

import base64
import hashlib
import hmac

import msgspec

from parley.core.settings import settings

PROOF = 16
LONGEST_NUMBER = 19


class Off(msgspec.Struct, frozen=True):
    """What a link of the unsubscribe page stops: letters of a list to a member; with an argument, those only."""

    member: int
    list: str
    argument: str = ""


def off_link(member: int, list_name: str, argument: str = "") -> str:
    """The address that stops `list_name` for a member; with `argument`, that part of it only. It never expires."""
    return f"{settings().base_url}/mail/off/{off_token(Off(member, list_name, argument))}"


def off_token(off: Off) -> str:
    plain = f"{off.member}|{off.list}|{off.argument}".encode()
    return f"{_letters(plain)}.{_letters(proof('off', plain))}"


def read_off(token: str) -> Off | None:
    """What `token` stops, or None for a token that is none of ours."""
    said, _, proven = (_bytes(part) for part in token.partition("."))
    if not said or not proven or not hmac.compare_digest(proof("off", said), proven):
        return None
    member, name, argument = said.decode().split("|", 2)
    return Off(int(member), name, argument)


def envelope(mail: int) -> str:
    """The address that a mail comes back to where it cannot be delivered: it names the mail."""
    name, _, domain = settings().bounces.partition("@")
    return f"{name}+{proven(mail)}@{domain}"


def proven(mail: int) -> str:
    """The number of a mail with its proof."""
    return f"{mail}.{_proof_of_mail(mail)}"


def returned(address: str) -> int | None:
    """The mail that `address` names, or None for an address that is none of ours, or that somebody made up."""
    local, _, _ = address.partition("@")
    number, _, said = local.rpartition("+")[2].partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER):
        return None
    # Some servers write all of an address small or large on its way.
    return int(number) if hmac.compare_digest(_proof_of_mail(int(number)).encode(), said.lower().encode()) else None


def proof(purpose: str, said: bytes) -> bytes:
    """What only we can add to `said`; for one purpose it proves nothing for another."""
    return hmac.digest(settings().secret.encode(), f"{purpose}|".encode() + said, hashlib.sha256)[:PROOF]


def _proof_of_mail(mail: int) -> str:
    return proof("bounce", str(mail).encode()).hex()


def _letters(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def _bytes(letters: str) -> bytes | None:
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
