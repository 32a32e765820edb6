"""Who sends a request, as limits count it: its host, and the network around it.

One person has many addresses, and a network has many people. So each limit counts the host first, and gives the network
several times as much: what one host does leaves room for its neighbours.
"""

import ipaddress
from collections import Counter

import msgspec

from parley.platform.cache import by_text

# How many times as much as one host a network may have, do or take.
NETWORK_HOSTS = 4


class Source(msgspec.Struct, frozen=True):
    """The host is an IPv4 address or an IPv6 /64: a household's, or a company's. The network is a /24 or a /48.

    A provider gives one customer up to a /48, and one address of IPv4.
    """

    host: str
    network: str


@by_text("networks", most_bytes=4 * 2**20)
def source(address: str) -> Source:
    """Return the source of what an address sends. What is no address is a host and a network of its own."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return Source(address, address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None:
            return Source(_around(ip, 64), _around(ip, 48))
        ip = ip.ipv4_mapped
    return Source(str(ip), _around(ip, 24))


def _around(ip: ipaddress.IPv4Address | ipaddress.IPv6Address, prefix: int) -> str:
    return str(ipaddress.ip_network((ip, prefix), strict=False))


class Holdings:
    """Counts what sources hold, such as connections: a host at most `most`, and a network NETWORK_HOSTS times as much.

    A host gets one more only while it holds less than its network has left: of `n` hosts that take all they can, each
    has one part in `n + 1`. So they do not lock out their neighbours either. (The dynamic threshold of Choudhury and
    Hahne, 1998.)
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.of_host: Counter[str] = Counter()
        self.of_network: Counter[str] = Counter()

    def may_add(self, of: Source) -> bool:
        left = NETWORK_HOSTS * self.most - self.of_network[of.network]
        return self.of_host[of.host] < min(self.most, left)

    def add(self, of: Source) -> None:
        self.of_host[of.host] += 1
        self.of_network[of.network] += 1

    def remove(self, of: Source) -> None:
        for held, key in ((self.of_host, of.host), (self.of_network, of.network)):
            held[key] -= 1
            if not held[key]:
                del held[key]
