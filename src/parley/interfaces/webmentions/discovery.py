"""Finding where a page takes webmentions: in its `Link` header, else in its first `<link>` or `<a>` that says so."""

import re
from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import urljoin

REL = "webmention"
# Characters of a page that are parsed.
LONGEST_PARSED = 200_000
PARAMETER = re.compile(r'(?:^|;)\s*rel\s*=\s*"?([^";]*)', re.IGNORECASE)


def endpoint(header: str, html: str, page: str) -> str | None:
    """Return the address to which webmentions of `page` go, or None if it takes none.

    `header` is the value of `Link`, `html` the page; addresses in them are relative to `page`. One that is malformed
    takes none.
    """
    address = _in_header(header)
    if address is None:
        address = _in_page(html)
    try:
        return None if address is None else urljoin(page, address)
    except ValueError:
        return None


def _in_header(header: str) -> str | None:
    """Return the first address that a `Link` header names, or None."""
    for link in re.split(r",\s*<", header):
        address, _, parameters = link.partition(">")
        rel = PARAMETER.search(parameters)
        if rel is not None and REL in rel[1].lower().split():
            return address.strip().removeprefix("<")
    return None


class _LinkParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.address: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in {"link", "a"} and self.address is None and REL in (values.get("rel") or "").lower().split():
            # An empty address is the page itself; an element without one does not count.
            self.address = values.get("href")


def _in_page(html: str) -> str | None:
    parser = _LinkParser()
    # The parser fails on a malformed declaration, such as `<![![`. What stands before it counts.
    with suppress(AssertionError):
        parser.feed(html[:LONGEST_PARSED])
    return parser.address
