"""What an import would make of a page or a file, as JSON and for people."""

from typing import Any

from parley.extraction.html.passages import ImportedPassage
from parley.extraction.notes.linking import label_of, labels_in
from parley.extraction.sandbox.reading import ReadArticle

_SHOWN = 90  # characters of a passage, for people


def as_record(read: ReadArticle) -> dict[str, Any]:
    """The article for programs. `where` says for each field where it was found."""
    article = read.extracted
    notes = {label: passage.text for passage in read.passages if (label := label_of(passage.html))}
    return {
        "title": article.title,
        "byline": list(article.byline),
        "site": article.site,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "updated_at": article.updated_at.isoformat() if article.updated_at else None,
        "language": article.lang,
        "direction": article.dir,
        "canonical": article.canonical_url,
        "section": article.section,
        "bio": article.bio,
        "licence": article.licence,
        "reservations": list(article.reservations),
        "where": article.where,
        "passages": [_passage(passage, notes) for passage in read.passages],
    }


def _passage(passage: ImportedPassage, notes: dict[str, str]) -> dict[str, Any]:
    """A passage; `footnotes` are those that it refers to."""
    referred = [{"label": label, "text": notes.get(label, "")} for label in labels_in(passage.html)]
    return {
        "kind": passage.kind,
        "level": passage.level,
        "text": passage.text,
        "page": passage.page,
        "footnotes": referred,
    }


def as_text(read: ReadArticle) -> str:
    """The article for people: a fact a line, then the beginning of each passage."""
    record = as_record(read)
    where = record.pop("where")
    passages = record.pop("passages")
    facts = [(name, ", ".join(value) if isinstance(value, list) else value) for name, value in record.items()]
    lines = [f"{name:<13} {value or '-'}{_place_note(where.get(name))}" for name, value in facts]
    return "\n".join([*lines, "", *(f"{passage['kind']:<10} {_short(passage['text'])}" for passage in passages)])


def _place_note(where: str | None) -> str:
    return f"  ({where})" if where else ""


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
