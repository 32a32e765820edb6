"""A message's text as blocks for its HTML, so that both parts say the same."""

from collections.abc import Container

import msgspec


class MailBlock(msgspec.Struct, frozen=True):
    """A paragraph, or the words of a button and the address that it opens."""

    words: str
    link: str = ""


def blocks(text: str, links: Container[str]) -> list[MailBlock]:
    """The blocks of `text`, which an empty line separates.

    A line of words above one of `links` becomes a button. No other address does: it may be what a person wrote.
    """
    return [_block(one.strip("\n"), links) for one in text.split("\n\n") if one.strip()]


def _block(text: str, links: Container[str]) -> MailBlock:
    words, _, link = text.rpartition("\n")
    return MailBlock(words.strip().removesuffix(":"), link) if words and link in links else MailBlock(text)
