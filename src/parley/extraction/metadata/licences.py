"""Under which licence a page publishes its article, and what it reserves for itself."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from parley.extraction.metadata.page_data import PageData, text_of

LONGEST_LICENCE = 200
_META = ("dcterms.license", "dcterms.rights", "dc.rights", "dc.rights.license", "license", "og:license")
# A text without an address is a licence only where it names one: "All rights reserved" is the lack of one.
_NAMED = re.compile(
    r"\bCC0\b|\bCC[ -]BY\b|creative\s*commons|public domain|\bGFDL\b|"
    r"open (?:government|data) licen[cs]e|licence ouverte",
    re.IGNORECASE,
)
_CREATIVE_COMMONS = re.compile(
    r"/(?:licenses/(?P<kind>[a-z-]+)|publicdomain/(?P<public>zero|mark))/(?P<version>[\d.]+)"
)

# What a page reserves: `robots` directives, and the reservation of the TDM Reservation Protocol (W3C, 2024).
RESERVATIONS = ("noarchive", "nosnippet", "max-snippet", "noai", "noimageai", "tdm-reservation")
# Those that allow other sites an excerpt at most.
EXCERPT_ONLY = frozenset({"noarchive", "nosnippet", "max-snippet"})
# Those that concern models and text and data mining.
MINING = frozenset({"noai", "noimageai", "tdm-reservation"})
_ROBOTS = ("robots", "googlebot")


def find_licence(page: PageData) -> tuple[str, str]:
    """The address or the name of the licence, and where it was found; empty if there is none."""
    licences = ((_licence(value, page.url), where) for value, where in _stated_licences(page))
    return next((licence for licence in licences if licence[0]), ("", ""))


def _stated_licences(page: PageData) -> Iterator[tuple[str, str]]:
    for value in page.values("license"):
        yield (
            (text_of(value.get("url") or value.get("@id") or value) if isinstance(value, dict) else text_of(value)),
            "json-ld",
        )
    for link in page.tree.xpath(".//link[@rel][@href] | .//a[@rel][@href][not(ancestor::figure)]"):
        if "license" in link.get("rel").lower().split():
            yield link.get("href"), "rel=license"
    yield from ((text, f"meta {name}") for name in _META for text in page.meta.get(name, []))


def _licence(value: str, url: str | None) -> str:
    value = value.strip()
    try:
        whole = urljoin(url or "", value)
        parts = urlsplit(whole)
    except ValueError:
        return ""
    if whole.partition("#")[0] == (url or "").partition("#")[0]:
        return ""  # the page itself, which an empty address means
    if len(whole) <= LONGEST_LICENCE and " " not in value and parts.scheme in ("http", "https") and "." in parts.netloc:
        return whole if parts.path.strip("/") else ""
    return value if len(value) <= LONGEST_LICENCE and _NAMED.search(value) else ""


def licence_name(licence: str) -> str:
    """A short name: `CC BY-SA 4.0`, else the host of an address, else the name that was given."""
    parts = urlsplit(licence)
    if parts.scheme not in ("http", "https"):
        return licence
    host = (parts.hostname or "").removeprefix("www.")
    if host != "creativecommons.org" or not (match := _CREATIVE_COMMONS.match(parts.path)):
        return host
    public = {"zero": "CC0", "mark": "PDM"}.get(match["public"] or "")
    return f"{public or 'CC ' + match['kind'].upper()} {match['version']}"


def find_reservations(page: PageData) -> tuple[str, ...]:
    """Which of RESERVATIONS the page's meta elements state."""
    return reservations(
        (text for name in _ROBOTS for text in page.meta.get(name, [])), page.first_meta("tdm-reservation")
    )


def reservations(robots: Iterable[str], tdm: str | None) -> tuple[str, ...]:
    """Which of RESERVATIONS robots directives such as `noai, max-snippet:50` and a TDM reservation of `1` state.

    `max-snippet:-1` sets no limit. Directives to one robot, such as `otherbot: noarchive`, do not concern us.
    """
    directives = [part.strip().lower() for text in robots for part in text.split(",")]
    reserved = {
        directive.partition(":")[0].strip()
        for directive in directives
        if not directive.replace(" ", "").endswith(":-1")
    }
    reserved |= {"tdm-reservation"} if (tdm or "").strip() == "1" else set()
    return tuple(name for name in RESERVATIONS if name in reserved)
