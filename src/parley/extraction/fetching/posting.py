"""Sending a message to an address that somebody named, with the checks of the importer."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

import httpx

from parley.extraction.fetching.addresses import Network
from parley.extraction.fetching.connecting import connecting, target_of, wire


async def post(
    url: str, body: bytes, headers: Mapping[str, str], *, allow: Iterable[Network] = (), deadline: float = 10.0
) -> int:
    """Post `body` to a public address (or one in `allow`), and return the status of the answer.

    The body of the answer is not read, and no redirect is followed: it could lead anywhere. `deadline` is in seconds.
    Raises CannotImport when there is no answer.
    """
    target = target_of(url)
    async with (
        connecting(allow, deadline) as (pool, _),
        pool.stream("POST", wire(target), headers=_headers(target, body, headers), content=body) as answer,
    ):
        return answer.status


async def post_form(url: str, fields: Mapping[str, str | Sequence[str]], *, allow: Iterable[Network] = ()) -> int:
    """Post the fields of a form, as `post` does. A list is a field that is repeated."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return await post(url, urlencode(fields, doseq=True).encode(), headers, allow=allow)


def _headers(target: httpx.URL, body: bytes, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    given = [(name.encode(), value.encode()) for name, value in headers.items()]
    return [
        (b"Host", target.netloc),
        (b"User-Agent", b"Parley/0.1"),
        (b"Content-Length", str(len(body)).encode()),
        (b"Connection", b"close"),
        *given,
    ]
