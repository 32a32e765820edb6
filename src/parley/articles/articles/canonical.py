"""The form in which addresses of articles are compared."""

from urllib.parse import urlsplit, urlunsplit

TRACKING = ("utm_", "fbclid", "gclid", "mc_")


def canonical(url: str) -> str:
    """The address without fragment and tracking parameters, with its scheme and host in lower case."""
    parts = urlsplit(url)
    query = "&".join(part for part in parts.query.split("&") if part and not part.startswith(TRACKING))
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", query, ""))
