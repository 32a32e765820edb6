"""Which addresses belong to the same site."""

from urllib.parse import urlsplit

from tld import get_fld


def same_site(one: str, other: str) -> bool:
    """Whether two addresses have the same host, or one is a subdomain of the other with the same owner."""
    hosts = sorted((host_of(one), host_of(other)), key=len)
    if hosts[0] == hosts[1]:
        return bool(hosts[0])
    return hosts[1].endswith(f".{hosts[0]}") and registered_domain(hosts[0]) == registered_domain(hosts[1])


def registered_domain(host: str) -> str:
    """The registered domain of a host by the public suffix list, by which a subdomain can have an owner of its own."""
    found = get_fld(f"https://{host}", fail_silently=True, search_private=True)
    return str(found or ".".join(host.split(".")[-2:]))


def host_of(url: str) -> str:
    """The host of an address without `www.`, or "" if it has none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return ""
