"""An article's text between being read and being published, as bytes."""

import msgspec

from parley.articles.text import Text


def encode(text: Text) -> bytes:
    return msgspec.json.encode(text)


def decode(data: bytes) -> Text:
    return msgspec.json.decode(data, type=Text)


def mended(text: Text, *, title: str, byline: str | None) -> Text:
    """`text` under the title and byline that its member gave it: an empty one names nobody, None leaves it as read."""
    return msgspec.structs.replace(text, title=title, byline=text.byline if byline is None else byline or None)
