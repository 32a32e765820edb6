"""Comparing the addresses of articles and their sites."""

from urllib.parse import urlsplit, urlunsplit

from tld import get_fld

from parley.platform.text.hosts import bare_host

TRACKING = ("utm_", "fbclid", "gclid", "mc_")


def canonical(url: str) -> str:
    """The address without fragment and tracking parameters, with its scheme and host in lower case."""
    parts = urlsplit(url)
    query = "&".join(part for part in parts.query.split("&") if part and not part.startswith(TRACKING))
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", query, ""))


def same_site(one: str, other: str) -> bool:
    """Whether two addresses have the same host, or one is a subdomain of the other with the same owner."""
    short, long = sorted((bare_host(one), bare_host(other)), key=len)
    if short == long:
        return bool(short)
    return long.endswith(f".{short}") and registered_domain(short) == registered_domain(long)


def registered_domain(host: str) -> str:
    """The registered domain of a host. By the public suffix list, some subdomains have owners of their own."""
    domain = get_fld(f"https://{host}", fail_silently=True, search_private=True)
    return str(domain or ".".join(host.split(".")[-2:]))
