"""A feed and its entries, as Atom and JSON Feed both write them."""

from datetime import datetime

import msgspec


class Reply(msgspec.Struct, frozen=True):
    """The comment or thread that an entry answers."""

    id: str
    url: str


class SyndicationEntry(msgspec.Struct, frozen=True):
    """A thread or a comment. `id` is a `tag:` URI, `url` and those in `html` are absolute."""

    id: str
    url: str
    title: str
    html: str
    author: str
    author_url: str | None
    published: datetime
    updated: datetime
    stance: str | None = None
    topic: str | None = None
    # The address of the article that a thread is about.
    source: str | None = None
    reply: Reply | None = None
    # To leave out members whom a viewer blocked; never written.
    author_id: int | None = None


class Deleted(msgspec.Struct, frozen=True):
    """An entry that readers may have, and that is gone."""

    id: str
    at: datetime


class Feed(msgspec.Struct, frozen=True):
    """A feed: `url` is the page that it follows, `path` its own path without the ending of a format."""

    id: str
    title: str
    url: str
    path: str
    updated: datetime
    entries: list[SyndicationEntry]
    deleted: list[Deleted] = []
    # What follows the ending, such as `?passage=4`.
    query: str = ""
