"""The host of an address."""

from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """The host of an address in lower case, or "" without one."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def bare_host(url: str) -> str:
    """The host of an address without `www.`, or "" without one."""
    return host_of(url).removeprefix("www.")
