"""Signing in at a publisher's site by Discourse's protocol "DiscourseConnect", which many publishers support.

We send a nonce, signed with the secret that both know; the site answers with the nonce and the account, signed too.
Its roles and groups are ignored.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode

from parley.people.sso.claims import Claims, NotTrusted, claims
from parley.people.sso.pending import PendingSignIn
from parley.platform.providers import Provider

LONGEST_PAYLOAD = 8_000
MOST_FIELDS = 50


def address(provider: Provider, attempt: PendingSignIn, redirect_uri: str) -> str:
    """Where to send the browser."""
    payload = base64.b64encode(urlencode({"nonce": attempt.nonce, "return_sso_url": redirect_uri}).encode()).decode()
    signed = urlencode({"sso": payload, "sig": signature(provider.secret, payload)})
    return f"{provider.address}{'&' if '?' in provider.address else '?'}{signed}"


def signature(secret: str, payload: str) -> str:
    """HMAC-SHA-256 of the payload as it stands in the address, in hexadecimal."""
    return hmac.digest(secret.encode(), payload.encode(errors="replace"), hashlib.sha256).hex()


def is_answer(provider: Provider, attempt: PendingSignIn, query: Mapping[str, str]) -> bool:
    """Whether a request is an answer of this site to the sign-in that this browser began."""
    fields = _signed_fields(provider, query)
    return fields is not None and hmac.compare_digest(
        fields.get("nonce", "").encode(errors="replace"), attempt.nonce.encode()
    )


def read(provider: Provider, query: Mapping[str, str]) -> Claims:
    """Return who signed in. Raises NotTrusted."""
    fields = _signed_fields(provider, query)
    if fields is None:
        raise NotTrusted(provider, "the signature is wrong")
    return claims(
        provider,
        subject=fields.get("external_id"),
        name=fields.get("username") or fields.get("name"),
        email=fields.get("email"),
        # In this protocol an address is confirmed unless the site asks us to confirm it.
        verified=fields.get("require_activation", "false") == "false",
    )


def _signed_fields(provider: Provider, query: Mapping[str, str]) -> dict[str, str] | None:
    """The fields of the payload, None if the signature is wrong."""
    payload, given = query.get("sso", ""), query.get("sig", "")
    expected = signature(provider.secret, payload)
    if len(payload) > LONGEST_PAYLOAD or not hmac.compare_digest(expected.encode(), given.encode(errors="replace")):
        return None
    try:
        text = base64.b64decode(payload).decode()
        fields = parse_qs(text, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    return {name: values[0] for name, values in fields.items()}
