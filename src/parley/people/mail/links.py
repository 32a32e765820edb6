"""Signed links and addresses for unsubscribing and for bounces, which nobody can forge."""

import base64

import msgspec

from parley.platform.settings import settings
from parley.platform.signing import is_signature, sign

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
    return f"{_letters(plain)}.{_letters(sign('off', plain))}"


def read_unsubscribe_token(token: str) -> Unsubscription | None:
    """Return what `token` stops, or None if it is not valid."""
    payload, _, signature = (_bytes(part) for part in token.partition("."))
    if not payload or not signature or not is_signature("off", payload, signature.hex()):
        return None
    member, name, argument = payload.decode().split("|", 2)
    return Unsubscription(int(member), name, argument)


def envelope(mail: int) -> str:
    """Return the envelope sender of a mail, which identifies the mail when it bounces."""
    name, _, domain = settings().bounces.partition("@")
    return f"{name}+{signed_id(mail)}@{domain}"


def signed_id(mail: int) -> str:
    return f"{mail}.{sign('bounce', str(mail).encode()).hex()}"


def returned_mail(address: str) -> int | None:
    """Return the id of the mail in a bounce address, or None if the address is not ours or is forged."""
    local, _, _ = address.partition("@")
    number, _, signature = local.rpartition("+")[2].partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER):
        return None
    # Some servers change the case of addresses.
    return int(number) if is_signature("bounce", str(int(number)).encode(), signature.lower()) else None


def _letters(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def _bytes(letters: str) -> bytes | None:
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
