"""Parsing a web page and preparing it: absolute addresses, lazily loaded pictures, templates."""

import re
from urllib.parse import urljoin

import lxml.html
from lxml.etree import ParserError
from lxml.html import HtmlElement, HTMLParser

from parley.extraction.errors import EMPTY, TOO_LARGE, CannotImport
from parley.extraction.text.decoding import printable_markup

_MOST_ELEMENTS = 60_000
_MOST_ATTRIBUTES = 500
_TEMPLATES = ("text/template", "text/x-template", "text/html")
_LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-srcset",
    "data-lazy-srcset",
    "srcset",
    "data-url",
)
_ALIGNED = re.compile(r"text-align:\s*(right|end|center)")
_PICTURE = re.compile(r"^(?:https?:|/|\.|[^\s:]+\.(?:jpe?g|png|gif|webp|avif))\S*$", re.IGNORECASE)


def parse(text: str, url: str | None) -> HtmlElement:
    """Return the page's tree. `url` is its address. Raises CannotImport when it is empty or too large."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(printable_markup(text).encode(), parser=parser)
    except ParserError:
        raise CannotImport(EMPTY) from None
    for number, element in enumerate(tree.iter()):
        if number == _MOST_ELEMENTS or len(element.attrib) > _MOST_ATTRIBUTES:
            raise CannotImport(TOO_LARGE)
    _open_templates(tree)
    _keep_sources_of_quotes(tree)
    _keep_alignments(tree)
    _show_pictures(tree)
    if base := _base(tree, url):
        tree.make_links_absolute(base, resolve_base_href=False, handle_failures="ignore")
    return tree


def _base(tree: HtmlElement, url: str | None) -> str | None:
    declared = tree.find(".//base[@href]")
    if declared is None:
        return url
    try:
        return urljoin(url or "", (declared.get("href") or "").strip())
    except ValueError:
        return url


def _open_templates(tree: HtmlElement) -> None:
    """Replace templates by their content: some pages have their article in one, for a script to render."""
    for script in list(tree.iter("script")):
        if script.get("type") in _TEMPLATES and (markup := (script.text or "").strip()):
            script.addprevious(lxml.html.fragment_fromstring(markup, create_parent="div"))
            script.drop_tree()


def _keep_sources_of_quotes(tree: HtmlElement) -> None:
    """Make the source under a quotation a paragraph of it. Readers of pages drop what is in a footer."""
    for quotation in tree.iter("blockquote"):
        for source in quotation.iter("footer"):
            source.tag = "p"
            _wrap(source, "cite")


def _wrap(element: HtmlElement, tag: str) -> None:
    """Put all that is in an element into one of another tag."""
    inside = element.makeelement(tag)
    inside.text, element.text = element.text, None
    inside.extend(list(element))
    element.append(inside)


def _keep_alignments(tree: HtmlElement) -> None:
    """State where the words of table cells stand in the attribute that the sanitiser keeps."""
    for cell in tree.iter("td", "th"):
        cell.attrib.pop("data-align", None)
        if match := _ALIGNED.search(f"text-align:{cell.get('align', '')};{cell.get('style', '')}".lower()):
            cell.set("data-align", "center" if match[1] == "center" else "end")


def _show_pictures(tree: HtmlElement) -> None:
    """Set the addresses of lazily loaded pictures, and use the pictures in noscript elements."""
    for hidden in list(tree.iter("noscript")):
        if hidden.find(".//img") is not None and (before := hidden.getprevious()) is not None:
            if before.tag in ("img", "picture"):
                before.drop_tree()
            hidden.tag = "div"
    for picture in tree.iter("img"):
        if not _is_real(picture.get("src")) and (address := _lazy_address(picture)):
            picture.set("src", address)


def _is_real(address: str | None) -> bool:
    return address is not None and bool(address) and not address.startswith(("data:", "about:", "blob:"))


def _lazy_address(picture: HtmlElement) -> str | None:
    sources = [picture]
    for choice in picture.iterancestors("picture"):
        sources += choice.iter("source")
    for source in sources:
        for name in _LAZY:
            address = source.get(name, "").strip().split(",")[-1].split()[:1]
            if address and _PICTURE.match(address[0]):
                return str(address[0])
    return None
