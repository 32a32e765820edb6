"""What other libraries read of a page, as `--beside NAME` compares them. All but trafilatura are installed by hand."""

from collections.abc import Callable, Iterable
from datetime import datetime
from importlib import import_module

import lxml.html

from bench.articles.sets import Page
from parley.extraction.html.extract import Extracted
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.sandbox.reading import ReadArticle

Reader = Callable[[Page], ReadArticle | None]


def _read(lines: Iterable[str], title: str | None, byline: Iterable[str], date: str | None) -> ReadArticle:
    passages = [ImportedPassage("paragraph", None, "", line) for line in lines if line.strip()]
    published = datetime.fromisoformat(date) if date else None
    return ReadArticle(Extracted(title=title, byline=tuple(byline), published_at=published, html=""), passages)


def trafilatura(page: Page) -> ReadArticle | None:
    found = import_module("trafilatura").bare_extraction(page.source, url=page.url, with_metadata=True)
    if found is None:
        return None
    return _read(found.text.splitlines(), found.title, filter(None, [found.author]), found.date)


def readability(page: Page) -> ReadArticle:
    document = import_module("readability").Document(page.source.decode("utf-8", "replace"), url=page.url)
    tree = lxml.html.fromstring(document.summary())
    return _read(tree.itertext(), document.short_title(), [], None)


def newspaper(page: Page) -> ReadArticle:
    article = import_module("newspaper").Article(page.url)
    article.download(input_html=page.source)
    article.parse()
    date = article.publish_date.isoformat() if article.publish_date else None
    return _read(article.text.splitlines(), article.title, article.authors, date)


PEERS: dict[str, Reader] = {one.__name__: one for one in (trafilatura, readability, newspaper)}
