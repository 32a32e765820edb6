"""Discourse: posts as its API returns them (`/t/{id}.json`, `/t/{id}/posts.json`, `/posts.json`), a response a file."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from parley.discussion.other_sites.formats.files import decode_file
from parley.discussion.other_sites.formats.foreign import DELETED, REMOVED, ForeignComment, timestamp
from parley.discussion.other_sites.formats.markup import as_markdown

# Ordinary posts; the others say that somebody was invited, or are only for staff. The site counts them with the rest.
REGULAR = 1
# Markup of Discourse that Markdown does not have: brackets, pictures, HTML. Then the post's HTML is read instead.
OWN_MARKUP = re.compile(r"\[[^][\n]*\](?!\()|!\[|</?[a-z]|upload://", re.IGNORECASE)
# A link to an address within the forum.
INNER_LINK = re.compile(r"\]\(/(?!/)")


class DiscoursePost(msgspec.Struct, frozen=True):
    topic_id: int
    post_number: int
    username: str
    created_at: str
    cooked: str = ""
    raw: str | None = None
    reply_to_post_number: int | None = None
    post_type: int = REGULAR
    hidden: bool = False
    user_deleted: bool = False
    deleted_at: str | None = None
    posts_count: int = 0
    topic_title: str = ""


class PostStream(msgspec.Struct, frozen=True):
    posts: list[DiscoursePost]


class DiscourseTopic(msgspec.Struct, frozen=True):
    """A page of a topic, which has 20 posts unless more are asked for, or the newest posts of all topics."""

    post_stream: PostStream | None = None
    latest_posts: list[DiscoursePost] = []
    posts_count: int = 0
    title: str = ""


def read(file: Path) -> Iterator[ForeignComment]:
    """Yield the posts. Their numbers count from 1 in each topic, so that replies are found in other files too."""
    response = decode_file(file, DiscourseTopic)
    for post in response.post_stream.posts if response.post_stream else response.latest_posts:
        yield _comment(post, response)


def of_forum(
    comments: Iterable[ForeignComment], address: str
) -> tuple[dict[str, ForeignComment], list[ForeignComment]]:
    """Return the first post of each topic, by the topic's address in the forum at `address`, and all other posts."""
    first: dict[str, ForeignComment] = {}
    replies: list[ForeignComment] = []
    forum = address.rstrip("/")
    for comment in comments:
        topic, body = f"{forum}/t/{comment.discussion}", INNER_LINK.sub(lambda _: f"]({forum}/", comment.body)
        if comment.id.endswith("/1"):
            first[topic] = msgspec.structs.replace(comment, body=body)
        else:
            total = max(comment.total - 1, 0)
            replies.append(msgspec.structs.replace(comment, discussion=topic, body=body, total=total))
    return first, replies


def _comment(post: DiscoursePost, topic: DiscourseTopic) -> ForeignComment:
    answered = post.reply_to_post_number
    return ForeignComment(
        discussion=str(post.topic_id),
        id=f"discourse:{post.topic_id}/{post.post_number}",
        parent_id=f"discourse:{post.topic_id}/{answered}" if answered else None,
        author=post.username,
        created_utc=timestamp(post.created_at),
        body=_body(post),
        title=topic.title or post.topic_title,
        total=topic.posts_count or post.posts_count,
    )


def _body(post: DiscoursePost) -> str:
    if post.user_deleted or post.deleted_at or post.post_type != REGULAR:
        return DELETED
    if post.hidden:
        return REMOVED
    if post.raw is None or (post.cooked and OWN_MARKUP.search(post.raw)):
        return as_markdown(post.cooked)
    return post.raw
