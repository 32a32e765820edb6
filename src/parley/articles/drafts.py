"""An imported text that is not published yet, as bytes."""

import msgspec

from parley.articles.text import ArticleText


def encode(text: ArticleText) -> bytes:
    return msgspec.json.encode(text)


def decode(data: bytes) -> ArticleText:
    return msgspec.json.decode(data, type=ArticleText)


def with_title(text: ArticleText, *, title: str, byline: str | None) -> ArticleText:
    """`text` with the title and byline from the form. An empty byline removes it, and None leaves it unchanged."""
    return msgspec.structs.replace(text, title=title, byline=text.byline if byline is None else byline or None)
