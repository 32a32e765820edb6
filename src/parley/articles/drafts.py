"""An article's text between being read and being published, as bytes."""

import msgspec

from parley.articles.ops import Text


def encode(text: Text) -> bytes:
    return msgspec.json.encode(text)


def decode(data: bytes) -> Text:
    return msgspec.json.decode(data, type=Text)
