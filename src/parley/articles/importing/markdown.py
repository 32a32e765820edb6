"""An article written in Markdown, with or without front matter."""

import re
from collections.abc import Iterator
from datetime import datetime

import lxml.html

from parley.articles.importing.errors import CannotImport
from parley.articles.importing.extract import Extracted
from parley.articles.importing.metadata import as_date, direction_of, tidy_byline
from parley.articles.importing.passages import same_words
from parley.articles.importing.plain import may_be_heading
from parley.articles.importing.rendering import to_html
from parley.articles.importing.sanitiser import sanitise
from parley.core.text.messages import N_

_FRONT_MATTER = re.compile(r"\A---\n(?P<fields>.*?)\n(?:---|\.\.\.)(?:\n|\Z)", re.DOTALL)
_PUBLISHED = ("date", "published", "published_at")
_UPDATED = ("updated", "modified", "lastmod", "last_modified")


def extract_markdown(text: str, title: str = "") -> Extracted:
    """Read an article. Its title is that of the front matter, else the first heading, else `title`.

    Without any of these, it is the first line if that looks like a title. A heading or line that became the title is
    removed from the text. Raises CannotImport when there is no text.
    """
    text = text.replace("\r\n", "\n").lstrip("\ufeff\n")
    front = _FRONT_MATTER.match(text)
    fields = dict(_fields(front["fields"])) if front else {}
    html = sanitise(to_html(text[front.end() :] if front else text), boxes=True)
    article = lxml.html.fragment_fromstring(html, create_parent="div")
    words = article.text_content()
    if not any(map(str.isalnum, words)):
        raise CannotImport(N_("There is no text in it. Paste the article's text, or give its address."))
    first = article.find("h1")
    if first is not None and not fields.get("title"):
        fields["title"] = " ".join(first.text_content().split())
    if not fields.get("title") and _begins_with_title(article, title):
        fields["title"] = title or " ".join(article[0].text_content().split())
        article.remove(article[0])
        html = "".join(lxml.html.tostring(part, encoding="unicode") for part in article)
    return Extracted(
        title=fields.get("title") or title or None,
        html=html,
        byline=tidy_byline(fields.get("author") or fields.get("byline")),
        lang=fields.get("lang"),
        dir=direction_of(words),
        published_at=_date(fields, _PUBLISHED),
        updated_at=_date(fields, _UPDATED),
        canonical_url=fields.get("url") or fields.get("canonical"),
        images=tuple(dict.fromkeys(src for picture in article.iter("img") if (src := picture.get("src")))),
    )


def _begins_with_title(article: lxml.html.HtmlElement, title: str) -> bool:
    words = article[0].text_content().strip()
    if len(article) == 1 or article[0].tag != "p" or not words:
        return False
    return same_words(words, title) if title else may_be_heading(words)


def _fields(front: str) -> Iterator[tuple[str, str]]:
    for line in front.split("\n"):
        key, colon, value = line.partition(":")
        if colon and value.strip():
            yield key.strip().lower(), value.strip().strip("\"'")


def _date(fields: dict[str, str], names: tuple[str, ...]) -> datetime | None:
    return next((date for name in names if (date := as_date(fields.get(name)))), None)
