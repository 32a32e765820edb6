"""Signing in by OpenID Connect 1.0: the code flow, with PKCE (RFC 7636), `state`, `nonce` and the exact issuer."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from parley.people.sso import discovery, http
from parley.people.sso.claims import Claims, NotTrusted, claims
from parley.people.sso.discovery import ProviderDocuments
from parley.people.sso.http import NoAnswer
from parley.people.sso.pending import PendingSignIn
from parley.platform.providers import Provider

if TYPE_CHECKING:
    from joserfc.jwt import Token

# Only signatures by a private key: with HS256, anybody who knows our secret could sign, and `none` signs nothing.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
# How far clocks may differ, in seconds.
LEEWAY = 60
# What providers call an authentication with several factors: RFC 8176, and the OpenID EAP profile.
SECOND_FACTOR = {"mfa"}
SECOND_FACTOR_CLASSES = {"phr", "phrh"}


async def address(provider: Provider, attempt: PendingSignIn, redirect_uri: str) -> str:
    """Where to send the browser. Raises NoAnswer."""
    known = await discovery.of(provider)
    fields = {
        "response_type": "code",
        "client_id": provider.client,
        "redirect_uri": redirect_uri,
        "scope": "openid email profile",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge_of(attempt.verifier),
        "code_challenge_method": "S256",
    }
    endpoint = known.metadata.authorization_endpoint
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(fields)}"


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def is_answer(attempt: PendingSignIn, query: Mapping[str, str]) -> bool:
    """Whether a request comes from the sign-in that this browser began."""
    return hmac.compare_digest(query.get("state", "").encode(errors="replace"), attempt.state.encode())


async def read(provider: Provider, attempt: PendingSignIn, query: Mapping[str, str], redirect_uri: str) -> Claims:
    """Return who signed in, from the request with which the provider sent the browser back.

    Raises NotTrusted, and NoAnswer when the provider cannot be asked.
    """
    known = await discovery.of(provider)
    _check_issuer(provider, known, query)
    if not query.get("code"):
        raise NotTrusted(provider, f"the provider refused: {query.get('error', 'no code')[:200]}")
    answer = await _exchange(provider, known, attempt, query["code"], redirect_uri)
    verified = await _verified_claims(provider, known, attempt, str(answer.get("id_token", "")))
    more = verified if "email" in verified else await _user_info(provider, known, verified, answer)
    return claims(
        provider,
        subject=verified["sub"],
        name=more.get("preferred_username") or more.get("nickname") or more.get("name"),
        email=more.get("email"),
        # Some providers send the string `true`.
        verified=more.get("email_verified") in (True, "true"),
        second_factor=_has_second_factor(verified),
    )


def _check_issuer(provider: Provider, known: ProviderDocuments, query: Mapping[str, str]) -> None:
    """Refuse an answer of a provider that was not asked (RFC 9207)."""
    issuer = query.get("iss")
    is_needed = known.metadata.authorization_response_iss_parameter_supported
    if (issuer is None and is_needed) or (issuer is not None and issuer != provider.issuer):
        raise NotTrusted(provider, f"the answer names the issuer {issuer!r}")


async def _exchange(
    provider: Provider, known: ProviderDocuments, attempt: PendingSignIn, code: str, redirect_uri: str
) -> dict[str, Any]:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": attempt.verifier,
    }
    metadata = known.metadata
    if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
        return await http.post(metadata.token_endpoint, fields, client=provider.client, secret=provider.secret)
    own = {"client_id": provider.client, "client_secret": provider.secret}
    return await http.post(metadata.token_endpoint, fields | own)


async def _verified_claims(
    provider: Provider, known: ProviderDocuments, attempt: PendingSignIn, token: str
) -> dict[str, Any]:
    """Return the claims of an ID token that is signed by the provider, for us, now, and for this sign-in."""
    from joserfc.errors import JoseError  # noqa: PLC0415 52 modules that few requests need
    from joserfc.jwt import JWTClaimsRegistry  # noqa: PLC0415

    now = int(time())
    rules = JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": provider.client},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": attempt.nonce},
    )
    try:
        claims: dict[str, Any] = (await _decode(provider, known, token)).claims
        rules.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise NotTrusted(provider, f"the ID token: {error}") from None
    parties = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims.get("azp", provider.client) != provider.client or (len(parties) > 1 and "azp" not in claims):
        raise NotTrusted(provider, "the ID token is for another client")
    return claims


async def _decode(provider: Provider, known: ProviderDocuments, token: str) -> "Token":
    from joserfc import jwt  # noqa: PLC0415 as above
    from joserfc.errors import InvalidKeyIdError  # noqa: PLC0415

    try:
        return jwt.decode(token, known.keys, algorithms=ALGORITHMS)
    except InvalidKeyIdError:
        # The provider may have new keys.
        known = await discovery.of(provider, again=True)
        return jwt.decode(token, known.keys, algorithms=ALGORITHMS)


async def _user_info(
    provider: Provider, known: ProviderDocuments, claims: dict[str, Any], answer: dict[str, Any]
) -> dict[str, Any]:
    """Return the claims with those of the user info, where some providers alone name the address.

    They count only for the same subject (OpenID Connect 5.3.2).
    """
    token, endpoint = answer.get("access_token"), known.metadata.userinfo_endpoint
    if not endpoint or not isinstance(token, str) or not token.isascii() or not token.isprintable():
        return claims
    try:
        more = await http.get(endpoint, token=token)
    except NoAnswer:
        return claims
    if more.get("sub") != claims["sub"]:
        raise NotTrusted(provider, "the user info is about somebody else")
    return claims | more


def _has_second_factor(claims: dict[str, Any]) -> bool:
    methods = claims.get("amr")
    named = {method for method in methods if isinstance(method, str)} if isinstance(methods, list) else set()
    return not named.isdisjoint(SECOND_FACTOR) or str(claims.get("acr")) in SECOND_FACTOR_CLASSES
