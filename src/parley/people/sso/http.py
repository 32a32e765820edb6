"""Asking a provider's servers: only public addresses, no redirects, and little time and text."""

from base64 import b64encode
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpcore
import msgspec

from parley.extraction.errors import CannotImport
from parley.extraction.fetching.connecting import connecting, target_of, wire
from parley.extraction.fetching.fetch import PRODUCT
from parley.platform.http import fair_share
from parley.platform.providers import is_secure
from parley.platform.settings import settings

SECONDS = 10.0
LARGEST = 256_000  # bytes
OK = 200


class NoAnswer(Exception):
    """The server gave no usable answer; the text says why, for operators."""


async def get(address: str, *, token: str = "") -> dict[str, Any]:
    """Return the JSON object at an address. Raises NoAnswer."""
    return await _request("GET", address, {"Authorization": f"Bearer {token}"} if token else {})


async def post(address: str, fields: dict[str, str], *, client: str = "", secret: str = "") -> dict[str, Any]:
    """Return the JSON object that answers a form; with `client`, both are sent as RFC 6749 (2.3.1) says."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if client:
        pair = f"{quote_plus(client)}:{quote_plus(secret)}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return await _request("POST", address, headers, urlencode(fields).encode())


async def _request(method: str, address: str, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
    if not is_secure(address):
        raise NoAnswer(f"{address} is not an address with https")
    headers |= {"User-Agent": f"{PRODUCT} (sign-in)", "Connection": "close"}
    headers |= {"Accept": "application/json", "Accept-Encoding": "identity"}
    try:
        async with (
            # Few wait at once: PROVIDER_NETWORK limits each network.
            fair_share.pause(),
            connecting(settings().fetch_allow, SECONDS) as (pool, _),
            pool.stream(method, wire(target_of(address)), headers=[*headers.items()], content=body) as answer,
        ):
            return await _read(address, answer)
    except CannotImport as error:
        raise NoAnswer(
            f"{address} does not answer or is refused: {error} PARLEY_FETCH_ALLOW lists networks of your own."
        ) from None


async def _read(address: str, answer: httpcore.Response) -> dict[str, Any]:
    text = bytearray()
    async for chunk in answer.aiter_stream():
        text += chunk
        if len(text) > LARGEST:
            raise NoAnswer(f"{address} answers with too much text")
    if answer.status != OK:
        raise NoAnswer(f"{address} answers {answer.status}: {bytes(text[:200])!r}")
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise NoAnswer(f"{address} answers with no JSON object") from None
