"""W3C Web Annotations, a page of them as `/t/{thread}/annotations.jsonld` is (https://www.w3.org/TR/annotation-model/)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec

from parley.discussion.other_sites.formats.files import decode_file
from parley.discussion.other_sites.formats.foreign import ForeignComment, timestamp
from parley.discussion.other_sites.formats.markup import as_markdown
from parley.discussion.other_sites.loading import Stance
from parley.platform.text.markdown import literal


class WebAnnotation(msgspec.Struct, frozen=True):
    """Bodies, targets and creators are an address, an object, or a list of them."""

    id: str
    target: Any = None
    body: Any = None
    motivation: Any = None
    created: str = ""
    creator: Any = None
    body_value: str = msgspec.field(default="", name="bodyValue")


class AnnotationPage(msgspec.Struct, frozen=True):
    items: list[WebAnnotation]


def read(file: Path) -> Iterator[ForeignComment]:
    """Yield the annotations. An annotation of another one is a reply to it, in the same discussion.

    A reply to one that is not in the file, for example a removed comment, is at the top level.
    """
    items = decode_file(file, AnnotationPage).items
    targets = {item.id: _source(item) for item in items}
    roots = {item.id for item in items if item.motivation != "replying" and targets[item.id] not in targets}
    first = next((targets[item.id] for item in items if item.id in roots), "")
    for annotation in items:
        above = _top_annotation(annotation.id, targets)
        parent = targets[annotation.id] if targets[annotation.id] in targets else None
        yield msgspec.structs.replace(
            _comment_from(annotation),
            discussion=targets[above] if above in roots else first,
            parent_id=f"annotation:{parent}" if parent else None,
        )


def _top_annotation(id_: str, targets: dict[str, str]) -> str:
    """Return the annotation at the top of a chain of replies; any of the chain if it is a circle."""
    seen: set[str] = set()
    while targets[id_] in targets and id_ not in seen:
        seen.add(id_)
        id_ = targets[id_]
    return id_


def _comment_from(annotation: WebAnnotation) -> ForeignComment:
    bodies = [body for body in _list(annotation.body) if isinstance(body, dict)]
    tags = [str(body.get("value", "")) for body in bodies if body.get("purpose") == "tagging"]
    texts = [_text(body) for body in bodies if body.get("purpose") != "tagging"]
    [creator, *_] = [*_list(annotation.creator), None]
    return ForeignComment(
        discussion="",
        id=f"annotation:{annotation.id}",
        parent_id=None,
        author=creator.get("name") if isinstance(creator, dict) else creator,
        created_utc=timestamp(annotation.created),
        body="\n\n".join(texts) or literal(annotation.body_value),
        stance=next((tag for tag in tags if tag in get_args(Stance)), None),
        quote=_quote(annotation),
    )


def _text(body: dict[str, Any]) -> str:
    value = str(body.get("value", ""))
    match body.get("format"):
        case "text/html":
            return as_markdown(value)
        case "text/plain":
            return literal(value)
        case _:
            return value


def _source(annotation: WebAnnotation) -> str:
    [target, *_] = [*_list(annotation.target), ""]
    return str(target.get("source") or target.get("id") or "") if isinstance(target, dict) else str(target)


def _quote(annotation: WebAnnotation) -> str:
    selectors = [
        selector
        for target in _list(annotation.target)
        if isinstance(target, dict)
        for selector in _list(target.get("selector"))
    ]
    exact = [
        selector.get("exact")
        for selector in selectors
        if isinstance(selector, dict) and selector.get("type") == "TextQuoteSelector"
    ]
    return str(next(filter(None, exact), ""))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
