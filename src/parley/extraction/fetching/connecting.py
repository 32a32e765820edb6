"""Connections to addresses that others name: checked, without proxies, and within a deadline."""

import functools
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from urllib.parse import urljoin

import anyio
import httpcore
import httpx

from parley.extraction.errors import CannotImport, SiteUnreachable
from parley.extraction.fetching.addresses import GuardedNetwork, Network, Resolve, resolve
from parley.platform.text.messages import N_

PASTE = N_("Open it in your browser, copy the text, and paste it here.")
LATER = N_("Try again later, or open it in your browser, copy the text, and paste it here.")


@asynccontextmanager
async def connecting(
    allow: Iterable[Network], deadline: float, resolver: Resolve = resolve
) -> AsyncIterator[tuple[httpcore.AsyncConnectionPool, anyio.CancelScope]]:
    """Yield a pool that connects to public addresses (or those in `allow`), and the scope of the deadline.

    `deadline` is in seconds, for everything including name resolution. Raises CannotImport when it is over, and for
    connections that cannot be made or are lost.
    """
    try:
        with anyio.fail_after(deadline) as scope:
            async with httpcore.AsyncConnectionPool(_tls(), network_backend=GuardedNetwork(allow, resolver)) as pool:
                yield pool, scope
    except TimeoutError:
        raise SiteUnreachable(N_("The site took longer than {deadline:g} seconds."), LATER, deadline=deadline) from None
    except httpcore.ConnectError as error:
        raise _why_not_connected(error) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError):
        raise CannotImport(N_("The connection to the site was lost."), LATER) from None


def target_of(url: str, base: str = "") -> httpx.URL:
    """Resolve `url` against `base`. Raises CannotImport for an address that may not be asked."""
    try:
        target = httpx.URL(urljoin(base, url)).copy_with(fragment=None)
        host = target.host  # decodes international names, which may be malformed
    except (httpx.InvalidURL, ValueError, TypeError):
        raise CannotImport(N_("This is not a web address. It should look like https://example.org/article.")) from None
    if target.scheme not in ("http", "https") or not host:
        raise CannotImport(N_("This is not a web address. It should look like https://example.org/article."))
    if target.userinfo:
        raise CannotImport(N_("The address has a name or a password in it. Remove everything up to the @ sign."))
    return target


def wire(target: httpx.URL) -> httpcore.URL:
    """Return an address as it is sent."""
    return httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path)


def _why_not_connected(error: httpcore.ConnectError) -> CannotImport:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None:
        return CannotImport(N_("The site offers no secure connection: its certificate may have expired."), PASTE)
    return SiteUnreachable(N_("The site cannot be reached. Check the address."), LATER)


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
