"""Reading OPML, the list of feeds that feed readers export; only in the child process (sandbox.py)."""

from itertools import islice
from typing import Any

from lxml import etree

from parley.interfaces.inbound_feeds.documents import address, feed_address

MOST_FEEDS = 500
# Of more outlines, the rest is not read.
MOST_OUTLINES = 5_000


def addresses(data: bytes) -> list[str]:
    """The addresses of at most MOST_FEEDS feeds in an OPML file, each once; empty if the file is not OPML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if root is None or etree.QName(root).localname.lower() != "opml":
        return []
    links = (feed_address(_link(outline)) for outline in islice(root.iter("{*}outline"), MOST_OUTLINES))
    return list(dict.fromkeys(feed for link in links if (feed := address(link, ""))))[:MOST_FEEDS]


def _link(outline: Any) -> str:
    """The attribute `xmlUrl`, which programs write in capital and small letters as they like."""
    return next((str(value) for name, value in outline.attrib.items() if name.lower() == "xmlurl"), "")
