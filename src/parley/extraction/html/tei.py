"""Converting trafilatura's markup (a subset of TEI) to HTML."""

import lxml.html
from lxml.etree import _Element, tostring
from lxml.html import HtmlElement

_TAGS = {
    "cell": "td", "code": "pre", "graphic": "img", "item": "li", "lb": "br", "list": "ul",
    "quote": "blockquote", "ref": "a", "row": "tr",
}  # fmt: skip
_RENDERED = {"#b": "strong", "#i": "em", "#t": "code", "#u": "u", "#sub": "sub", "#sup": "sup"}


def as_html(body: _Element) -> HtmlElement:
    """Return the same words, links, pictures, lists and tables as a div."""
    for element in body.iter():
        rend = element.get("rend", "")
        match element.tag:
            case "head":
                element.tag = rend if rend in {"h1", "h2", "h3", "h4", "h5", "h6"} else "h2"
            case "hi":
                element.tag = _RENDERED.get(rend, "em")
            case "list" if rend == "ol":
                element.tag = "ol"
            case "code" if "\n" not in "".join(element.itertext()):
                pass
            case "ref":
                element.tag = "a"
                element.set("href", element.get("target", ""))
            case tag if tag in _TAGS:
                element.tag = _TAGS[tag]
    body.tag = "div"
    return lxml.html.fragment_fromstring(tostring(body, encoding="unicode", method="html"))
