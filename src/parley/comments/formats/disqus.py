"""Disqus: the XML file of *Moderate, Export* (https://help.disqus.com/en/articles/1717164)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from parley.comments.formats.foreign import DELETED, REMOVED, ForeignComment, elements, text_of, timestamp
from parley.comments.formats.markup import as_markdown

ID = "{http://disqus.com/disqus-internals}id"


def read(file: Path) -> Iterator[ForeignComment]:
    """Yield the comments. Their discussion is the address of the page, as several threads may have the same."""
    pages: dict[str, str] = {}
    for element in elements(file, "thread", "post"):
        if element.tag.endswith("}thread"):
            number = element.get(ID, "")
            pages[number] = text_of(element, "link") or number
        else:
            yield _comment(element, pages)


def _comment(post: Any, pages: dict[str, str]) -> ForeignComment:
    thread, author = _reference(post, "thread"), post.find("{*}author")
    parent = _reference(post, "parent")
    return ForeignComment(
        discussion=pages.get(thread, thread),
        id=f"disqus:{post.get(ID, '')}",
        parent_id=f"disqus:{parent}" if parent else None,
        author=text_of(author, "name") or None if author is not None else None,
        created_utc=timestamp(text_of(post, "createdAt")),
        body=_body(post),
        email=text_of(author, "email") if author is not None else "",
    )


def _reference(post: Any, name: str) -> str:
    found = post.find(f"{{*}}{name}")
    return "" if found is None else str(found.get(ID, ""))


def _body(post: Any) -> str:
    if text_of(post, "isDeleted") == "true":
        return DELETED
    if text_of(post, "isSpam") == "true":
        return REMOVED
    return as_markdown(text_of(post, "message"))
