"""Other sites at which members can sign in, as the setting PARLEY_PROVIDERS describes them."""

import re
from typing import Literal
from urllib.parse import urlsplit

import msgspec

SHORTEST_SECRET = 16
KEY = re.compile(r"[a-z0-9]{1,20}")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A site that tells us who somebody is: by OpenID Connect (`issuer`), or as a publisher (`address`)."""

    # What members know it by.
    name: str
    secret: str
    # Of OpenID Connect: the provider's identifier, and ours there.
    issuer: str = ""
    client: str = ""
    # Of a publisher's site that speaks DiscourseConnect: where it asks people to sign in.
    address: str = ""
    # Whether an address that it calls confirmed needs no mail of ours, and whether its second factor replaces ours.
    trust: frozenset[Literal["email", "second-factor"]] = frozenset()

    @property
    def source(self) -> str:
        """What its accounts are known by here: it stays the same when the provider's key or name changes."""
        return self.issuer or self.address


def read(text: str) -> dict[str, Provider]:
    """Read the setting: a JSON object of providers by their key in addresses. Raises ValueError with what is wrong."""
    providers = msgspec.json.decode(text or "{}", type=dict[str, Provider])
    for key, provider in providers.items():
        _check(key, provider)
    if len({provider.source for provider in providers.values()}) < len(providers):
        raise ValueError("two providers have the same issuer or address")
    return providers


def _check(key: str, provider: Provider) -> None:
    if not KEY.fullmatch(key):
        raise ValueError(f"the key {key!r} must have up to 20 small letters and digits")
    if bool(provider.issuer) == bool(provider.address):
        raise ValueError(f"{key} needs either `issuer` or `address`")
    if not is_secure(provider.source):
        raise ValueError(f"{key}'s issuer or address must begin with https:// and be in ASCII")
    if provider.issuer and not provider.client:
        raise ValueError(f"{key} needs `client`, our identifier there")
    if not provider.name.strip():
        raise ValueError(f"{key} needs a name")
    if not provider.secret or (provider.address and len(provider.secret) < SHORTEST_SECRET):
        raise ValueError(f"{key}'s secret must have at least {SHORTEST_SECRET} characters")


def is_secure(address: str) -> bool:
    """Whether an address is https, or of this machine, and can be sent as it is."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not address.isascii() or not address.isprintable():
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
