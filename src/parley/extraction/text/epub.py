"""Books as .epub: the chapters in their order as one page, and what the package states about them."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urldefrag, urlsplit

import lxml.html
from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from parley.extraction.metadata.dates import as_date
from parley.extraction.metadata.names import names_in
from parley.extraction.text.front_matter import FrontMatter

# Parts that are no text of the book, by their names in `epub:type` and in the guide of older books.
_AROUND = {"cover", "toc", "landmarks", "titlepage", "title-page", "halftitlepage", "copyright-page", "index"}
_LARGEST_PART = 20_000_000  # bytes
_FACTS = ("title", "language", "date", "creator", "meta")
_AUTHOR, _ROLE = {"", "aut"}, "{http://www.idpf.org/2007/opf}role"
_NAVIGATION = ".//nav | .//*[@role = 'navigation']"
_MOSTLY = 0.5  # of the letters


def read_epub(archive: zipfile.ZipFile, keep: Callable[[bytes], str]) -> tuple[str, FrontMatter]:
    """The markup of all chapters, and what the book states. `keep` takes a picture and returns its new address."""
    container = _xml(archive.read("META-INF/container.xml"))
    path = str(next(container.iterfind(".//{*}rootfile"), container).get("full-path", ""))
    package = _xml(archive.read(path))
    chapters = [(name, tree) for name in _spine(package, path) if not _is_around(tree := _part(archive, name))]
    numbers = {name: number for number, (name, _) in enumerate(chapters)}
    parts: list[str] = []
    for name, tree in chapters:
        _join(tree, name, numbers)
        for picture in list(tree.iter("img")):
            _take_picture(picture, archive, name, keep)
        parts += [lxml.html.tostring(part, encoding="unicode") for part in tree]
    return "".join(parts), _stated(package)


def _xml(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def _part(archive: zipfile.ZipFile, name: str) -> HtmlElement:
    data = archive.read(name)[:_LARGEST_PART]
    tree = lxml.html.document_fromstring(data, parser=HTMLParser(encoding="utf-8", remove_comments=True))
    return tree if tree.body is None else tree.body


def _spine(package: etree._Element, path: str) -> Iterator[str]:
    """The names of the chapters' files in the archive."""
    items = {item.get("id"): item for item in package.iterfind(".//{*}manifest/{*}item")}
    guide = {
        _beside(path, reference.get("href", ""))
        for reference in package.iterfind(".//{*}guide/{*}reference")
        if reference.get("type") in _AROUND
    }
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and "nav" not in item.get("properties", "").split():
            name = _beside(path, item.get("href", ""))
            if name not in guide:
                yield name


def _beside(path: str, address: str) -> str:
    """The name in the archive of what a file at `path` calls `address`."""
    return normpath(join(dirname(path), unquote(urldefrag(address).url)))


def _is_around(tree: HtmlElement) -> bool:
    """Whether a part as a whole is a cover, a contents list or the like. Links for turning pages are taken out."""
    boxes = [tree, *tree.iterchildren("section", "div", "nav")][:2]
    if any(_AROUND & set(box.get("epub:type", "").split()) for box in boxes):
        return True
    for box in tree.xpath(_NAVIGATION):
        box.drop_tree()
    linked = sum(len(link.text_content()) for link in tree.iter("a") if link.get("href"))
    return linked > _MOSTLY * len(tree.text_content().strip()) > 0


def _join(tree: HtmlElement, name: str, numbers: dict[str, int]) -> None:
    """Make ids, and links between chapters, those of one page."""
    for element in tree.iter():
        if element.get("id"):
            element.set("id", f"{numbers[name]}-{element.get('id')}")
        address = element.get("href", "") if element.tag == "a" else ""
        if address and not urlsplit(address).scheme:
            target, fragment = urldefrag(address)
            number = numbers.get(_beside(name, target) if target else name)
            element.set("href", f"#{number}-{fragment}" if fragment and number is not None else "")


def _take_picture(picture: HtmlElement, archive: zipfile.ZipFile, name: str, keep: Callable[[bytes], str]) -> None:
    address = ""
    with suppress(KeyError):
        address = keep(archive.read(_beside(name, picture.get("src", ""))))
    picture.set("src", address)


def _stated(package: etree._Element) -> FrontMatter:
    described = {name: list(package.iterfind(f".//{{*}}metadata/{{*}}{name}")) for name in _FACTS}
    roles = {meta.get("refines"): meta.text for meta in described["meta"] if meta.get("property") == "role"}
    authors = [one for one in described["creator"] if (roles.get(f"#{one.get('id')}") or one.get(_ROLE, "")) in _AUTHOR]
    title, lang, day = (
        next((" ".join(one.text.split()) for one in described[name] if one.text), None) for name in _FACTS[:3]
    )
    return FrontMatter(
        title=title,
        byline=tuple(dict.fromkeys(name for author in authors for name in names_in(author.text or "", single=True))),
        lang=lang,
        published_at=as_date(day),
    )
