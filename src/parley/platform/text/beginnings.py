"""The first part of a long comment's HTML, which pages show until the reader asks for all of it."""

import re

# Raise the number of the migration's index with it (discussion/comments/tables.py: comment_long).
MOST_BYTES = 64_000
# For the tags that are still to be closed: at most 20 levels (markdown.py), and the marks within a block.
CLOSING_BYTES = 1_000
# A cut between two words is searched among the last characters.
LONGEST_WORD = 200
# As nh3 writes them. The value of an attribute may contain `<` and `>`.
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)>')
PART_OF_REFERENCE = re.compile(r"&[#a-zA-Z0-9]{0,10}$")
VOID = {"br", "hr"}
BLOCKS = {"p", "pre", "blockquote", "ul", "ol", "li", "table", "thead", "tr", "h3", "h4", "h5", "h6", "hr"}


def beginning(html: str, most: int = MOST_BYTES) -> str | None:
    """Return well-formed HTML of at most `most` bytes with which rendered `html` begins; None if it is not longer.

    It ends with a block, unless that would leave out half of what fits: then with a word.
    """
    data = html.encode()
    if len(data) <= most:
        return None
    start = data[: most - CLOSING_BYTES].decode(errors="ignore")
    opened: list[str] = []
    end_of_block, open_at_block, end_of_tag = 0, list(opened), 0
    for tag in TAG.finditer(start):
        end_of_tag = tag.end()
        _follow(opened, tag[2], is_end=bool(tag[1]))
        if tag[2] in BLOCKS and (tag[1] or tag[2] in VOID):
            end_of_block, open_at_block = end_of_tag, opened.copy()
    if end_of_block >= len(start) // 2:
        return _closed(start[:end_of_block], open_at_block)
    return _closed(_whole_words(start, end_of_tag), opened)


def _follow(opened: list[str], name: str, *, is_end: bool) -> None:
    if is_end and opened and opened[-1] == name:
        opened.pop()
    elif not is_end and name not in VOID:
        opened.append(name)


def _whole_words(start: str, end_of_tag: int) -> str:
    """`start` without a tag, a character reference or, if a space is near, a word that is cut at its end."""
    unfinished = start.find("<", end_of_tag)
    text = start[:unfinished] if unfinished >= 0 else start
    text = PART_OF_REFERENCE.sub("", text)
    last_space = max(text.rfind(" "), text.rfind("\n"))
    return text[:last_space] if last_space >= max(end_of_tag, len(text) - LONGEST_WORD) else text


def _closed(html: str, opened: list[str]) -> str:
    return html + "".join(f"</{name}>" for name in reversed(opened))
