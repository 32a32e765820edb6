"""The networks by which clients are counted, since one person has many addresses."""

import ipaddress

from parley.platform.cache import by_text

SMALLEST_IPV6 = "/64"


@by_text("networks", most_bytes=4 * 2**20)
def network(address: str) -> str:
    """Return the network of a client's address: its /24, or its /64 for IPv6; `address` itself if it is not one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 64), strict=False))  # noqa: PLR2004


def host(address: str) -> str:
    """Return what one household or company has: an IPv4 address, or the /64 of an IPv6 address."""
    of = network(address)
    return of if of.endswith(SMALLEST_IPV6) else address


def site(of: str) -> str:
    """Return the /48 of a /64, and any other network itself: what one person may have."""
    return str(ipaddress.ip_network(of).supernet(new_prefix=48)) if of.endswith(SMALLEST_IPV6) else of
