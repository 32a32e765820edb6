"""Reads catalogues of translations: the PO files of gettext, which people edit."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

# `msgid "…"`, `msgstr[1] "…"`, or a line that goes on with the text before it.
LINE = re.compile(r'(?:(msgid|msgid_plural|msgstr)(?:\[(\d)\])? )?(".*")')
ESCAPE, ESCAPES = re.compile(r"\\(.)"), {"n": "\n", "t": "\t"}
FUZZY = re.compile(r"#,.*\bfuzzy\b")


class Entry(msgspec.Struct):
    """A message, its plural if it counts, and its translations. An empty one is none."""

    line: int
    one: str = ""
    many: str | None = None
    translations: list[str] = []
    # It was guessed, and waits for a person.
    fuzzy: bool = False

    @property
    def is_translated(self) -> bool:
        return not self.fuzzy and bool(self.translations) and all(self.translations)


def read(file: Path) -> Iterator[Entry]:
    """Yield the entries of a PO file. The one of the empty message is its header."""
    entry, key = Entry(1), ""
    for number, line in enumerate(file.read_text().splitlines(), 1):
        found = LINE.fullmatch(line)
        if found is None:
            # Between two entries stand an empty line or comments.
            if key:
                yield entry
                entry, key = Entry(number), ""
            entry.fuzzy = entry.fuzzy or bool(FUZZY.match(line))
            continue
        word, _, text = found.groups()
        key = word or key
        if word == "msgid":
            entry.line = number
        _add(entry, key, _unescaped(text[1:-1]), begins=word is not None)
    if key:
        yield entry


def _unescaped(text: str) -> str:
    return ESCAPE.sub(lambda found: ESCAPES.get(found[1], found[1]), text) if "\\" in text else text


def _add(entry: Entry, key: str, text: str, *, begins: bool) -> None:
    match key:
        case "msgid":
            entry.one += text
        case "msgid_plural":
            entry.many = (entry.many or "") + text
        case "msgstr" if begins:
            entry.translations.append(text)
        case "msgstr":
            entry.translations[-1] += text
