"""Discussions as other sites export them. Each format reads a file and yields its comments by discussion.

Ids are prefixed with the name of the format (`disqus:299619020`), so that discussions of several sites fit into one
thread. Authors are only names: an account of the same name may belong to somebody else.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from parley.discussion.other_sites.formats import (
    annotations,
    coral,
    discourse,
    disqus,
    hacker_news,
    hypothesis,
    parley,
    wordpress,
)
from parley.discussion.other_sites.formats.foreign import ForeignComment

FORMATS: dict[str, Callable[[Path], Iterator[ForeignComment]]] = {
    "annotations": annotations.read,
    "coral": coral.read,
    "discourse": discourse.read,
    "disqus": disqus.read,
    "hackernews": hacker_news.read,
    "hypothesis": hypothesis.read,
    "parley": parley.read,
    "wordpress": wordpress.read,
}
__all__ = ["FORMATS", "ForeignComment"]
