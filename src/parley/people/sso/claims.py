"""An account at another site, as that site describes it."""

import msgspec

from parley.people.accounts import addresses, names
from parley.platform.errors import Refused
from parley.platform.providers import Provider
from parley.platform.text.messages import N_
from parley.platform.text.normal_forms import normalize

LONGEST_SUBJECT = 255
FAILED = N_(
    "The sign-in at {provider} was cancelled or could not be verified, so nothing was changed. Please try again."
)


class NotTrusted(Refused):
    """The answer of a provider failed a check. `reason` is for the log."""

    def __init__(self, provider: Provider, reason: str) -> None:
        super().__init__(FAILED, provider=provider.name)
        self.reason = reason


class Claims(msgspec.Struct, frozen=True):
    """An account at another site."""

    subject: str
    name: str = ""
    email: str = ""
    # Whether the site says that they own the address, and that they gave a second factor.
    email_verified: bool = False
    second_factor: bool = False


def claims(
    provider: Provider, *, subject: object, name: object, email: object, verified: bool, second_factor: bool = False
) -> Claims:
    """Return the usable part of a provider's claims. Raises NotTrusted without a subject."""
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise NotTrusted(provider, "no subject")
    address = _address(email)
    return Claims(subject, _name(name), address, verified and bool(address), second_factor)


def _address(email: object) -> str:
    try:
        return addresses.address(email) if isinstance(email, str) else ""
    except Refused:
        return ""


def _name(raw: object) -> str:
    """The provider's name, changed to one that a member may have here; empty if that is not possible."""
    if not isinstance(raw, str):
        return ""
    typed = normalize("NFKC", raw[:200]).partition("@")[0]
    bare = "".join(char if char.isalnum() or char in names.SEPARATORS else "-" for char in typed)
    try:
        return names.name(bare[: names.LONGEST_NAME].strip(names.SEPARATORS))
    except Refused:
        return ""
