"""WordPress: the file of *Tools, Export* (WXR), with the comments of its posts."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import msgspec

from parley.discussion.other_sites.formats.foreign import DELETED, REMOVED, ForeignComment, timestamp
from parley.discussion.other_sites.formats.markup import BLOCKS, as_markdown
from parley.discussion.other_sites.formats.xml_files import elements, text_of

GONE = {"spam": REMOVED, "trash": DELETED, "post-trashed": DELETED}

CODE = re.compile(r"(<pre\b.*?</pre>)", re.IGNORECASE | re.DOTALL)
BLOCK = re.compile(rf"(</?(?:{BLOCKS})\b[^<>]*>)", re.IGNORECASE)
PARAGRAPHS = re.compile(r"\n\s*\n")


def read(file: Path) -> Iterator[ForeignComment]:
    """Yield the comments of public posts, without pingbacks; their discussion is the address of the post."""
    for item in elements(file, "item"):
        if not _is_public(item):
            continue
        address = text_of(item, "link") or text_of(item, "post_id")
        for comment in item.iterfind("{*}comment"):
            if text_of(comment, "comment_type") in ("", "comment"):
                yield msgspec.structs.replace(_comment(comment, address), title=text_of(item, "title"))


def _is_public(item: Any) -> bool:
    # An attachment inherits the status of its post.
    return text_of(item, "status") in ("", "publish", "inherit") and not text_of(item, "post_password")


def _comment(comment: Any, address: str) -> ForeignComment:
    parent, approved = text_of(comment, "comment_parent"), text_of(comment, "comment_approved")
    # "0": one that waits for a moderator there was never published.
    gone = REMOVED if approved == "0" else GONE.get(approved)
    return ForeignComment(
        discussion=address,
        id=f"wordpress:{text_of(comment, 'comment_id')}",
        parent_id=f"wordpress:{parent}" if parent not in ("", "0") else None,
        # WordPress stores names as HTML.
        author=unescape(text_of(comment, "comment_author")) or None,
        # Imports of old sites left the time in UTC empty ("0000-00-00 00:00:00").
        created_utc=timestamp(text_of(comment, "comment_date_gmt")) or timestamp(text_of(comment, "comment_date")),
        body=gone or as_markdown(_with_lines(text_of(comment, "comment_content"))),
        email=text_of(comment, "comment_author_email"),
    )


def _with_lines(text: str) -> str:
    """Return the text of a comment with its lines and paragraphs as HTML: WordPress adds the tags when it shows it."""
    parts = CODE.split(text.replace("\r\n", "\n"))
    parts[::2] = ["".join(map(str.strip, BLOCK.split(part))) for part in parts[::2]]
    parts[::2] = [PARAGRAPHS.sub("<p>", part).replace("\n", "<br>") for part in parts[::2]]
    return "".join(parts)
