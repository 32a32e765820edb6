"""A whole thread in one file: JSON, Markdown, or W3C Web Annotations. Written piece by piece, whatever its length."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from parley.interfaces.api.discussion import comments
from parley.interfaces.api.discussion.schemas import Comment, Thread
from parley.people.accounts.viewer import Viewer
from parley.platform.text.formats import iso
from parley.platform.text.markdown import literal, without_embeds

# Comments that are in memory at once.
BATCH = 50
CONTEXT = "http://www.w3.org/ns/anno.jsonld"


async def _all(thread: int, viewer: Viewer | None) -> AsyncIterator[Comment]:
    """Yield all comments of a thread, the oldest first."""
    last: int | None = None
    while batch := await comments.in_thread(thread, "old", last, BATCH, viewer):
        for comment in batch:
            yield comment
        last = batch[-1].id


async def _list(items: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    """Yield items as the elements of a JSON list."""
    comma = b""
    async for item in items:
        yield comma + msgspec.json.encode(item)
        comma = b",\n"


async def as_json(thread: Thread, viewer: Viewer | None) -> AsyncIterator[bytes]:
    """Yield an object with the `thread` and all its `comments`, as the API answers them."""
    yield b'{"thread":' + msgspec.json.encode(thread) + b',"comments":[\n'
    async for part in _list(_all(thread.id, viewer)):
        yield part
    yield b"\n]}\n"


async def as_markdown(thread: Thread, viewer: Viewer | None) -> AsyncIterator[bytes]:
    """Yield the visible comments as Markdown, the oldest first."""
    yield f"# {literal(thread.title)}\n\n{thread.article.url or thread.url}\n".encode()
    async for comment in _all(thread.id, viewer):
        if comment.state == "visible":
            yield _as_text(comment).encode()


def _as_text(comment: Comment) -> str:
    author = literal(comment.author.name) if comment.author else ""
    answered = f", answering [{comment.parent}](#c{comment.parent})" if comment.parent else ""
    stance = f" · {comment.stance}" if comment.stance else ""
    head = f'\n## <a id="c{comment.id}"></a>{author}{stance}\n\n{iso(comment.created_at)}, <{comment.url}>{answered}\n'
    quoted = f"\n> {literal(comment.anchor.quote)}\n" if comment.anchor and comment.anchor.quote else ""
    return f"{head}{quoted}\n{without_embeds(comment.body)}\n"


async def as_annotations(thread: Thread, viewer: Viewer | None) -> AsyncIterator[bytes]:
    """Yield an AnnotationPage (https://www.w3.org/TR/annotation-model/) of the visible comments."""
    address = msgspec.json.encode(f"{thread.url.rpartition('/')[0]}/annotations.jsonld")
    yield b'{"@context":"%s","id":%s,"type":"AnnotationPage","items":[\n' % (CONTEXT.encode(), address)
    source = thread.article.url or thread.url
    async for part in _list(_annotations(thread.id, source, viewer)):
        yield part
    yield b"\n]}\n"


async def _annotations(thread: int, source: str, viewer: Viewer | None) -> AsyncIterator[dict[str, Any]]:
    async for comment in _all(thread, viewer):
        if comment.state == "visible":
            yield annotation(comment, source)


def annotation(comment: Comment, source: str) -> dict[str, Any]:
    """Return a comment as an annotation of the article at `source`, or of the comment that it answers."""
    purpose = "replying" if comment.parent else "commenting"
    bodies = [{"type": "TextualBody", "value": comment.body, "format": "text/markdown", "purpose": purpose}]
    if comment.stance:
        bodies.append({"type": "TextualBody", "value": comment.stance, "format": "text/plain", "purpose": "tagging"})
    fields = {
        "id": comment.url,
        "type": "Annotation",
        "motivation": purpose,
        "created": iso(comment.created_at),
        "modified": iso(comment.edited_at or comment.created_at),
        "body": bodies,
        "target": _target(comment, source),
    }
    if comment.author:
        fields["creator"] = {"type": "Person", "name": comment.author.name}
    return fields


def _target(comment: Comment, source: str) -> Any:
    if comment.parent:
        return f"{comment.url.rpartition('/')[0]}/{comment.parent}"
    if comment.anchor is None or not comment.anchor.quote:
        return source
    return {"source": source, "selector": {"type": "TextQuoteSelector", "exact": comment.anchor.quote}}
