"""What an OpenID provider publishes about itself: its addresses and its keys (OpenID Connect Discovery 1.0)."""

from time import monotonic
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from parley.core.concurrency import KeyedSemaphore
from parley.core.providers import Provider, is_secure
from parley.sso import http
from parley.sso.http import NoAnswer

LASTS_SECONDS = 3_600
# After a failure the provider is not asked for so long: whoever signs in meanwhile is told at once.
PAUSE_SECONDS = 10


class ProviderMetadata(msgspec.Struct, frozen=True):
    """The part of the document that a sign-in needs."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class ProviderDocuments(msgspec.Struct):
    """What a process read about a provider, and when."""

    metadata: ProviderMetadata
    keys: KeySet
    read_at: float


_known: dict[str, ProviderDocuments] = {}
_paused_until: dict[str, float] = {}
_reading = KeyedSemaphore(1)


async def of(provider: Provider, *, again: bool = False) -> ProviderDocuments:
    """Return what the provider publishes, read within the last hour; or `again`, when it uses a key that is unknown.

    Many who sign in at once wait for one reading. Raises NoAnswer.
    """
    oldest = monotonic() - (0 if again else LASTS_SECONDS)
    if known := _read_since(provider, oldest):
        return known
    async with _reading.hold(provider.issuer):
        if known := _read_since(provider, oldest):
            return known
        if monotonic() < _paused_until.get(provider.issuer, 0):
            raise NoAnswer(f"{provider.issuer} did not answer a moment ago")
        try:
            known = _known[provider.issuer] = await _read(provider)
        except BaseException:
            # NoAnswer, or the time of the request was over.
            _paused_until[provider.issuer] = monotonic() + PAUSE_SECONDS
            raise
    return known


def _read_since(provider: Provider, oldest: float) -> ProviderDocuments | None:
    known = _known.get(provider.issuer)
    return known if known is not None and known.read_at >= oldest else None


def address_of(provider: Provider) -> str:
    """The address of the provider's configuration document."""
    return f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"


def forget() -> None:
    _known.clear()
    _paused_until.clear()


async def _read(provider: Provider) -> ProviderDocuments:
    address = address_of(provider)
    try:
        metadata = msgspec.convert(await http.get(address), ProviderMetadata)
    except msgspec.ValidationError as error:
        raise NoAnswer(f"{address} is not complete: {error}") from None
    # Another issuer could answer in the name of this one.
    if metadata.issuer != provider.issuer:
        raise NoAnswer(f"{address} names the issuer {metadata.issuer!r}; if that is right, set it as `issuer`")
    asked = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri)
    if not all(map(is_secure, asked)):
        raise NoAnswer(f"{address} names an address without https")
    return ProviderDocuments(metadata, _keys(metadata.jwks_uri, await http.get(metadata.jwks_uri)), monotonic())


def _keys(address: str, document: Any) -> KeySet:
    try:
        listed = [key for key in document["keys"] if key.get("use", "sig") == "sig" and key.get("kty") != "oct"]
        return KeySet.import_key_set({"keys": listed})
    except (JoseError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoAnswer(f"{address} lists no usable keys: {error}") from None
