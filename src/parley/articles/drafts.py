"""An article's text between being read and being published, as bytes."""

import msgspec

from parley.articles.text import ArticleText


def encode(text: ArticleText) -> bytes:
    return msgspec.json.encode(text)


def decode(data: bytes) -> ArticleText:
    return msgspec.json.decode(data, type=ArticleText)


def mended(text: ArticleText, *, title: str, byline: str | None) -> ArticleText:
    """`text` under the title and byline that its member gave it: an empty one names nobody, None leaves it as read."""
    return msgspec.structs.replace(text, title=title, byline=text.byline if byline is None else byline or None)
