"""Which addresses the importer may connect to (SSRF protection), checked when the connection is made.

The host is resolved once, all its addresses are checked, and the connection goes to a checked address. So neither DNS
rebinding (a name that resolves differently a moment later) nor an unusual spelling of an address evades the check.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import httpcore

from parley.extraction.errors import CannotImport, SiteUnreachable
from parley.platform.text.messages import N_

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

# A name server that does not answer holds a thread for up to half a minute, also after its import was given up. These
# are not the threads in which the names of other servers are looked up, such as the mail server's.
_LOOKUPS = ThreadPoolExecutor(max_workers=32, thread_name_prefix="lookup")
_PORTS = (80, 443)
# Of the addresses of a host. A name may have a thousand, each of which belongs to somebody else.
_MOST_TRIED = 8
# The most that is read at once. httpcore handles all of it before anything else runs: 64 kB in chunks of one byte each
# take more than half a second.
_READ_BYTES = 4_096
_IPV6_GLOBAL = ip_network("2000::/3")
# Networks that `ipaddress` calls global, at least in some Python releases: translation and tunnelling (which contain an
# unchecked IPv4 address), documentation, benchmarks, anycast relays.
_NEVER = tuple(map(ip_network, (
    "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/3",
    "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)))  # fmt: skip


def is_public(address: Address) -> bool:
    """Whether an address is an ordinary address of the public internet."""
    if isinstance(address, IPv6Address) and address not in _IPV6_GLOBAL:
        return False
    if _is_inside(address, _NEVER):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_inside(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


async def resolve(host: str, port: int) -> Sequence[Address]:
    """All addresses of a host, from the operating system's resolver."""
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    answers = await asyncio.get_running_loop().run_in_executor(_LOOKUPS, look_up)
    # A Python that was built without IPv6 returns these addresses as numbers.
    return list(dict.fromkeys(ip_address(name) for *_, (name, *_) in answers if isinstance(name, str)))


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses on the web's ports, and to any port inside the networks in `allow`."""

    def __init__(self, allow: Iterable[Network] = (), resolver: Resolve = resolve) -> None:
        self._allow = tuple(allow)
        self._resolve = resolver
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._checked_addresses(host, port)
        failure: Exception | None = None
        for address in addresses[:_MOST_TRIED]:
            try:
                stream = await self._network.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _SmallReads(stream)
        assert failure is not None
        raise failure

    async def connect_unix_socket(self, *_args: object, **_options: object) -> httpcore.AsyncNetworkStream:
        raise CannotImport(N_("This is not a web address. It should look like https://example.org/article."))

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)

    async def _checked_addresses(self, host: str, port: int) -> Sequence[Address]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError, ValueError):
            addresses = ()
        if not addresses:
            raise SiteUnreachable(
                N_("There is no site called {host}. Check the address for a typing mistake."), host=host
            )
        for address in addresses:
            allowed = _is_inside(address, self._allow)
            if not allowed and not is_public(address):
                raise CannotImport(
                    N_("{host} is not on the public internet, so we do not fetch from it."),
                    N_("Paste the text instead."),
                    host=host,
                )
            if not allowed and port not in _PORTS:
                raise CannotImport(
                    N_("We fetch only from the usual web ports, not from {port}."),
                    N_("Paste the text instead."),
                    port=str(port),
                )
        return addresses


class _SmallReads(httpcore.AsyncNetworkStream):
    """A connection of which little is read at once."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 httpcore's signature
        return await self._stream.read(min(max_bytes, _READ_BYTES), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 httpcore's signature
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        return _SmallReads(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
