"""Disqus: the XML file of *Moderate, Export* (https://help.disqus.com/en/articles/1717164), also compressed."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
from lxml import etree

from parley.discussion.other_sites.formats.foreign import DELETED, REMOVED, ForeignComment, timestamp
from parley.discussion.other_sites.formats.markup import as_markdown
from parley.discussion.other_sites.formats.xml_files import elements, text_of

# Links lead through Disqus: the address there, and a check sum after a colon.
REDIRECT = re.compile(r"https?://disq\.us/url\?url=([^\s\"'&<>]+?)(?:%3A[\w-]{20,40})?&amp;cuid=\d+")
MENTION = re.compile(r"(@\w+):disqus\b")


def read(file: Path) -> Iterator[ForeignComment]:
    """Yield the comments. Their discussion is the address of the page, as several threads may have the same."""
    pages: dict[str, str] = {}
    titles: dict[str, str] = {}
    deleted: set[str] = set()
    for element in elements(file, "thread", "post"):
        if element.tag.endswith("thread"):
            number = _id(element)
            pages[number] = text_of(element, "link") or number
            titles[pages[number]] = text_of(element, "title")
            if text_of(element, "isDeleted") == "true":
                deleted.add(number)
        else:
            comment = _comment(element, pages, deleted)
            yield msgspec.structs.replace(comment, title=titles.get(comment.discussion, ""))


def _comment(post: Any, pages: dict[str, str], deleted: set[str]) -> ForeignComment:
    thread, author = _reference(post, "thread"), post.find("{*}author")
    parent = _reference(post, "parent")
    return ForeignComment(
        discussion=pages.get(thread, thread),
        id=f"disqus:{_id(post)}",
        parent_id=f"disqus:{parent}" if parent else None,
        author=text_of(author, "name") or None if author is not None else None,
        created_utc=timestamp(text_of(post, "createdAt")),
        body=REMOVED if thread in deleted else _body(post),
        email=text_of(author, "email") if author is not None else "",
    )


def _id(element: Any) -> str:
    """Return the attribute `dsq:id`, whatever its prefix stands for in the file."""
    return next((value for name, value in element.attrib.items() if etree.QName(name).localname == "id"), "")


def _reference(post: Any, name: str) -> str:
    reference = post.find(f"{{*}}{name}")
    return "" if reference is None else _id(reference)


def _body(post: Any) -> str:
    if text_of(post, "isDeleted") == "true":
        return DELETED
    if text_of(post, "isSpam") == "true" or text_of(post, "isApproved") == "false":
        return REMOVED
    html = REDIRECT.sub(lambda link: escape(unquote(link[1])), text_of(post, "message"))
    return as_markdown(MENTION.sub(r"\1", html))
