"""What the API answers. Times are UTC (RFC 3339), ids are numbers, texts are Markdown unless they are called `html`."""

from datetime import datetime
from typing import Literal

import msgspec

Stance = Literal["supports", "challenges", "adds", "asks"]


class Topic(msgspec.Struct, frozen=True):
    slug: str
    name: str


class Topics(msgspec.Struct, frozen=True):
    items: list[Topic]


class Rule(msgspec.Struct, frozen=True):
    """A published rule, as reports and decisions name it."""

    code: str
    title: str
    text: str
    illegal: bool


class Rules(msgspec.Struct, frozen=True):
    items: list[Rule]


class Balance(msgspec.Struct, frozen=True):
    """How many top-level comments take each stance."""

    supports: int
    challenges: int
    adds: int
    asks: int
    none: int


class ThreadSummary(msgspec.Struct, frozen=True):
    """A thread in a list."""

    id: int
    url: str
    title: str
    topic: str
    # `open`, `locked` or `archived`.
    state: str
    site: str | None
    byline: str | None
    excerpt: str
    comment_count: int
    people: int
    balance: Balance
    created_at: datetime
    last_activity_at: datetime


class ThreadPage(msgspec.Struct, frozen=True):
    items: list[ThreadSummary]
    next: str | None


class Passage(msgspec.Struct, frozen=True):
    """A passage of the article; `lineage` stays the same when the article is edited."""

    lineage: int
    kind: str
    text: str
    html: str


class Article(msgspec.Struct, frozen=True):
    """The newest version of an article. If its publisher allows only an excerpt, its passages have no more.

    `display` is `full`, `parts` (moderators removed single passages), `excerpt` or `none`.

    `reservations` are what its page forbids, such as `tdm-reservation` (text and data mining): they hold for you too.
    """

    url: str | None
    site: str | None
    title: str
    byline: str | None
    lang: str | None
    display: str
    licence: str | None
    reservations: list[str]
    revision: int
    published_at: datetime | None
    updated_at: datetime | None
    words: int
    passages: list[Passage]


class Thread(msgspec.Struct, frozen=True):
    """A thread with its article. `last_seq` is the number of its newest event."""

    id: int
    url: str
    title: str
    topic: str
    state: str
    reason: str | None
    slow_seconds: int
    starter: str | None
    comment_count: int
    people: int
    last_seq: int
    created_at: datetime
    last_activity_at: datetime
    article: Article


class Author(msgspec.Struct, frozen=True):
    """The author of a comment. One of an imported comment is a name, not a member."""

    name: str
    title: str
    is_member: bool
    is_articles_author: bool


class Anchor(msgspec.Struct, frozen=True):
    """The passage that a comment is about, and the quoted words; `words` are what they read now, if they changed.

    `state` is `same`, `changed`, `moved`, `kept` or `lost`.
    """

    passage: int | None
    state: str | None
    quote: str | None
    words: str | None


class Comment(msgspec.Struct, frozen=True):
    """A comment. `state` is `visible`, `deleted`, `removed`, or `blocked` for a member who blocked its author.

    Without being visible it is only a place in the tree: its texts are empty and it has no author.
    """

    id: int
    thread: int
    parent: int | None
    depth: int
    url: str
    state: str
    author: Author | None
    stance: str | None
    statement: str | None
    anchor: Anchor | None
    body: str
    html: str
    # Why it is collapsed, if it is.
    collapsed: str | None
    assisted: bool
    version: int
    score: int
    ups: int
    downs: int
    reply_count: int
    created_at: datetime
    edited_at: datetime | None


class CommentPage(msgspec.Struct, frozen=True):
    items: list[Comment]
    next: str | None


class CommentVersion(msgspec.Struct, frozen=True):
    """A version of the text of a comment; the highest number is the present one."""

    number: int
    body: str
    statement: str | None
    written_at: datetime


class CommentVersions(msgspec.Struct, frozen=True):
    items: list[CommentVersion]
    next: str | None


class Member(msgspec.Struct, frozen=True):
    """A member. `role` is `member`, `moderator` or `admin`."""

    name: str
    url: str
    role: str
    title: str
    bio: str
    comment_count: int
    karma: int
    created_at: datetime


class Me(msgspec.Struct, frozen=True):
    """The member whose token it is, and what the token may do."""

    name: str
    role: str
    verified: bool
    scopes: list[str]
    expires_at: datetime


class SearchHit(msgspec.Struct, frozen=True):
    """Something that a search found. `kind` is `article`, `passage`, `comment` or `member`."""

    kind: str
    url: str
    title: str
    excerpt: str
    thread: int | None = None
    comment: int | None = None


class SearchResults(msgspec.Struct, frozen=True):
    """Hits of all kinds, the first of each; or, with `kind`, a page of that kind. `spelling` may have been meant."""

    items: list[SearchHit]
    spelling: str | None
    next: str | None


class OwnVotes(msgspec.Struct, frozen=True):
    """My votes on a comment, or null where I have none."""

    quality: Literal[-1, 1] | None
    agreement: Literal[-1, 0, 1] | None


class QueueItem(msgspec.Struct, frozen=True):
    """Something that needs a moderator. `version` is that of a decision; `holder` has claimed it."""

    id: int
    # `comment`, `member` or `article`, and the id of that comment or member, or of the article's thread.
    kind: str
    target: int
    version: int
    risk: float
    escalated: bool
    opened_at: datetime
    holder: str | None
    title: str | None
    author: str | None
    excerpt: str
    sensitive: bool
    # How often each rule was named, such as `civility 2`.
    grounds: list[str]
    people: int


class QueuePage(msgspec.Struct, frozen=True):
    items: list[QueueItem]
    next: str | None
