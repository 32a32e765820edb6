"""An imported text that is not published yet, as bytes."""

from datetime import UTC, date, datetime, time

import msgspec

from parley.articles.articles.text import ArticleText
from parley.articles.imports.forms import PublishForm


def encode(text: ArticleText) -> bytes:
    return msgspec.json.encode(text)


def decode(data: bytes) -> ArticleText:
    return msgspec.json.decode(data, type=ArticleText)


def with_facts(text: ArticleText, form: PublishForm) -> ArticleText:
    """`text` with the facts from the form. An empty field removes a fact, one that was not sent leaves it unchanged."""
    facts: dict[str, object] = {"title": form.title, **form.about}
    if form.byline is not None:
        facts["byline"] = form.byline or None
    if "lang" in form.values:
        facts["lang"] = form.lang
    if "published" in form.values:
        facts["published_at"] = _on(form.published, text.published_at)
    if "updated" in form.values:
        facts["updated_at"] = _on(form.updated, text.updated_at)
    return msgspec.structs.replace(text, **facts)


def _on(day: date | None, known: datetime | None) -> datetime | None:
    """Midnight UTC of a day, or the `known` time if that is on this day."""
    if day is None or (known is not None and known.date() == day):
        return known if day else None
    return datetime.combine(day, time(), tzinfo=UTC)
