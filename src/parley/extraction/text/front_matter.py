"""Front matter: the block of YAML, TOML or JSON with which a Markdown file may begin."""

import json
import re
import tomllib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import msgspec
import yaml

from parley.extraction.limits import LONGEST_SECTION
from parley.extraction.metadata.dates import LONGEST_LINE, as_date, day_in
from parley.extraction.metadata.licences import LONGEST_LICENCE
from parley.extraction.metadata.names import MOST_NAMES, names_in

_TITLE = ("title", "headline")
_BYLINE = ("author", "authors", "byline", "by", "creator")
_PUBLISHED = ("date", "published", "published_at", "publishdate", "pubdate", "created")
_UPDATED = ("updated", "modified", "lastmod", "last_modified", "updated_at", "last_modified_at")
_LANGUAGE = ("lang", "language", "locale")
_LICENCE = ("license", "licence")
_SECTION = ("section", "category")
_ADDRESS = ("canonical", "canonical_url", "canonicalurl", "url", "link", "source")
# A block of YAML needs a key: without one, "---" is a line between paragraphs. In JSON the braces belong to the block.
_YAML_KEY = r"""(?=\s*(?:#[^\n]*\n\s*)*[\w"'-]+[ \t]*:)"""
_BLOCKS: dict[str, re.Pattern[str]] = {
    "yaml": re.compile(rf"\A---[ \t]*\n(?P<block>{_YAML_KEY}.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL),
    "toml": re.compile(r"\A\+\+\+[ \t]*\n(?P<block>.*?)\n\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL),
    "json": re.compile(r"\A(?:;;;\n)?(?P<block>\{\s*\"(?:[^\n]*|.*?\n)\})[ \t]*(?:\n;;;)?(?:\n|\Z)", re.DOTALL),
}
_PARSERS: dict[str, Callable[[str], Any]] = {
    # Every scalar as it is written: a date without a time must not become midnight somewhere.
    "yaml": lambda block: yaml.load(block, Loader=yaml.CBaseLoader),  # noqa: S506 makes texts, lists and mappings only
    "toml": tomllib.loads,
    "json": json.loads,
}
_LONGEST = 20_000


class FrontMatter(msgspec.Struct, frozen=True):
    """What a file states about its article. `where` names the fields that were found."""

    title: str | None = None
    byline: tuple[str, ...] = ()
    lang: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    canonical_url: str | None = None
    licence: str | None = None
    section: str | None = None

    @property
    def where(self) -> dict[str, str]:
        return {name: "front matter" for name, value in msgspec.structs.asdict(self).items() if value}


def read_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Return what the front matter states, and the text after it. A block that cannot be parsed is part of the text."""
    text = text.replace("\r\n", "\n").lstrip("\ufeff\n")
    for kind, pattern in _BLOCKS.items():
        if (block := pattern.match(text[:_LONGEST])) and isinstance(fields := _parse(kind, block["block"]), dict):
            return _facts({str(name).lower(): value for name, value in fields.items()}), text[block.end() :]
    return FrontMatter(), text


def _parse(kind: str, block: str) -> object:
    try:
        return _PARSERS[kind](block)
    except (ValueError, yaml.YAMLError, RecursionError):
        return None


def _facts(fields: dict[str, Any]) -> FrontMatter:
    return FrontMatter(
        title=_first_value(fields, _TITLE),
        byline=_byline(fields),
        lang=_first_value(fields, _LANGUAGE),
        published_at=_date(fields, _PUBLISHED),
        updated_at=_date(fields, _UPDATED),
        canonical_url=_first_value(fields, _ADDRESS),
        licence=_short(fields, _LICENCE, LONGEST_LICENCE),
        section=_short(fields, _SECTION, LONGEST_SECTION),
    )


def _byline(fields: dict[str, Any]) -> tuple[str, ...]:
    value: object = next((fields[name] for name in _BYLINE if fields.get(name)), [])
    each = value[:MOST_NAMES] if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(name for value in each for name in names_in(_text(value), single=True)))[:MOST_NAMES]


def _first_value(fields: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := _text(fields.get(name)))), None)


def _date(fields: dict[str, Any], names: tuple[str, ...]) -> datetime | None:
    stated = _first_value(fields, names)
    return as_date(stated) or (day_in(stated) if stated and len(stated) < LONGEST_LINE else None)


def _short(fields: dict[str, Any], names: tuple[str, ...], most: int) -> str | None:
    text = _first_value(fields, names)
    return text if text and len(text) <= most else None


def _text(value: object) -> str:
    """A value in one line; of a mapping, such as an author with an address, its name."""
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(value.split()) if isinstance(value, str) else ""
