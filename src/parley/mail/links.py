"""Signed links and addresses for unsubscribing and for bounces, which nobody can forge."""

import base64
import hashlib
import hmac

import msgspec

from parley.core.settings import settings

PROOF = 16
LONGEST_NUMBER = 19


class Unsubscription(msgspec.Struct, frozen=True):
    """What an unsubscribe link stops: letters of a list to a member; with an argument, only those with it."""

    member: int
    list: str
    argument: str = ""


def unsubscribe_link(member: int, list_name: str, argument: str = "") -> str:
    """Return the unsubscribe link of a list for a member, or of a part of it with `argument`. It never expires."""
    return f"{settings().base_url}/mail/off/{off_token(Unsubscription(member, list_name, argument))}"


def off_token(off: Unsubscription) -> str:
    plain = f"{off.member}|{off.list}|{off.argument}".encode()
    return f"{_letters(plain)}.{_letters(proof('off', plain))}"


def read_unsubscribe_token(token: str) -> Unsubscription | None:
    """Return what `token` stops, or None if it is not valid."""
    payload, _, signature = (_bytes(part) for part in token.partition("."))
    if not payload or not signature or not is_proof("off", payload, signature.hex()):
        return None
    member, name, argument = payload.decode().split("|", 2)
    return Unsubscription(int(member), name, argument)


def envelope(mail: int) -> str:
    """Return the envelope sender of a mail, which identifies the mail when it bounces."""
    name, _, domain = settings().bounces.partition("@")
    return f"{name}+{proven(mail)}@{domain}"


def proven(mail: int) -> str:
    """Return the id of a mail with its signature."""
    return f"{mail}.{_proof_of_mail(mail)}"


def returned(address: str) -> int | None:
    """Return the id of the mail in a bounce address, or None if the address is not ours or is forged."""
    local, _, _ = address.partition("@")
    number, _, signature = local.rpartition("+")[2].partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER):
        return None
    # Some servers change the case of addresses.
    return int(number) if is_proof("bounce", str(int(number)).encode(), signature.lower()) else None


def proof(purpose: str, payload: bytes) -> bytes:
    """Return our signature of `payload`. It is only valid for this purpose."""
    return _signed(settings().secret, purpose, payload)


def proofs(purpose: str, payload: bytes) -> list[bytes]:
    """Return the signatures of `payload` that are accepted: with the present secret and with the former one."""
    return [_signed(secret, purpose, payload) for secret in settings().secrets]


def is_proof(purpose: str, payload: bytes, signature: str) -> bool:
    """Whether `signature`, in hexadecimal digits, is ours."""
    given = signature.encode(errors="replace")
    return any(hmac.compare_digest(one.hex().encode(), given) for one in proofs(purpose, payload))


def _signed(secret: str, purpose: str, payload: bytes) -> bytes:
    return hmac.digest(secret.encode(), f"{purpose}|".encode() + payload, hashlib.sha256)[:PROOF]


def _proof_of_mail(mail: int) -> str:
    return proof("bounce", str(mail).encode()).hex()


def _letters(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def _bytes(letters: str) -> bytes | None:
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
