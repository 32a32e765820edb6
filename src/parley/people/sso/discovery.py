"""What an OpenID provider publishes about itself: its addresses and its keys (OpenID Connect Discovery 1.0)."""

from time import monotonic
from typing import Any

import msgspec

from parley.people.sso import http
from parley.people.sso.http import NoAnswer
from parley.platform.concurrency import KeyedSemaphore
from parley.platform.http import fair_share
from parley.platform.providers import Provider, is_secure

LASTS_SECONDS = 3_600
# A provider that gave no answer is not asked again for this long.
PAUSE_SECONDS = 5.0


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
    # The key set of `joserfc`, which only those who sign in elsewhere need.
    keys: Any
    read_at: float


_known: dict[str, ProviderDocuments] = {}
# Why a provider gave no answer, and until when it is not asked again.
_failures: dict[str, tuple[str, float]] = {}
# All who sign in at once wait for one request.
_reading = KeyedSemaphore(1)


async def of(provider: Provider, *, again: bool = False) -> ProviderDocuments:
    """Return what the provider publishes, read within the last hour; or `again`, when it uses a key that is unknown.

    All who sign in at once wait for one request. Raises NoAnswer.
    """
    since = monotonic() - (0 if again else LASTS_SECONDS)
    async with fair_share.pause(), _reading.hold(provider.issuer):
        known = _known.get(provider.issuer)
        if known is None or known.read_at < since:
            known = _known[provider.issuer] = await _read_unless_failed(provider)
    return known


async def _read_unless_failed(provider: Provider) -> ProviderDocuments:
    reason, until = _failures.get(provider.issuer, ("", 0.0))
    if monotonic() < until:
        raise NoAnswer(reason)
    try:
        return await _read(provider)
    except BaseException as error:
        # NoAnswer, or the time of the request was over.
        _failures[provider.issuer] = str(error) or f"{provider.issuer} is slow", monotonic() + PAUSE_SECONDS
        raise


def address_of(provider: Provider) -> str:
    """The address of the provider's configuration document."""
    return f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"


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


def _keys(address: str, document: Any) -> Any:
    from joserfc.errors import JoseError  # noqa: PLC0415 52 modules that few requests need
    from joserfc.jwk import KeySet  # noqa: PLC0415

    try:
        listed = [key for key in document["keys"] if key.get("use", "sig") == "sig" and key.get("kty") != "oct"]
        return KeySet.import_key_set({"keys": listed})
    except (JoseError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoAnswer(f"{address} lists no usable keys: {error}") from None
