"""Text for XML documents."""

import re

from lxml import etree

# What XML 1.0 cannot hold, however it is escaped; text of imported articles may.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """Return `value` without characters that XML cannot hold."""
    return UNWRITABLE.sub("", value)


def add(parent: etree._Element, name: str, value: str | None = None, **attributes: str) -> etree._Element:
    """Add an element to `parent`, with text and attributes."""
    element = etree.SubElement(parent, name, {key: text(attribute) for key, attribute in attributes.items()})
    element.text = None if value is None else text(value)
    return element


def document(root: etree._Element) -> bytes:
    """Return the document with this root, in UTF-8."""
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)
