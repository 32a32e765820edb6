"""Splits a message's text into blocks for its HTML, so that both parts have the same content."""

from collections.abc import Container

import msgspec


class MailBlock(msgspec.Struct, frozen=True):
    """A paragraph, or the label of a button and its link."""

    words: str
    link: str = ""


def blocks(text: str, links: Container[str]) -> list[MailBlock]:
    """Return the blocks of `text`, which are separated by empty lines.

    A line above one of `links` becomes a button. Other URLs do not, since a person may have written them.
    """
    return [_block(part.strip("\n"), links) for part in text.split("\n\n") if part.strip()]


def _block(text: str, links: Container[str]) -> MailBlock:
    words, _, link = text.rpartition("\n")
    return MailBlock(words.strip().removesuffix(":"), link) if words and link in links else MailBlock(text)
