"""Which pages a site may show discussions on, and which threads are its own."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from parley.platform.http.security_headers import CSP
from parley.platform.text.hosts import host_of

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]|[a-z0-9]")
# Characters of an address.
LONGEST_URL = 2_000


class SiteRow(msgspec.Struct, frozen=True):
    """A publisher's site."""

    key: str
    origins: list[str]
    topic: str
    provider: str = ""

    @property
    def name(self) -> str:
        """Its host, as readers know it."""
        return host_of(self.origins[0])

    def has(self, url: str | None) -> bool:
        """Whether the page at `url` is one of the site's."""
        return url is not None and host_of(url) in {host_of(origin) for origin in self.origins}


def framed_by(origins: Sequence[str]) -> str:
    """The content security policy of a page that only pages of these origins may show in a frame."""
    return CSP.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins)}")


def origin(text: str) -> str | None:
    """Return `text` as an origin such as `https://pub.example:8443`; None if it is not an http or https address.

    Origins are written into a content security policy, so nothing else may be among them.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in {"http", "https"} or not re.fullmatch(r"[a-z0-9.-]+|\[[0-9a-f:]+\]", host):
        return None
    default = port is None or (parts.scheme, port) in {("http", 80), ("https", 443)}
    return f"{parts.scheme}://{host}" + ("" if default else f":{port}")
