"""The catalogues of translations: their placeholders, tags and plural forms are those of the messages.

A translation goes into a page as it is, so it may hold no other markup than its message.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from parley.platform.text import languages
from parley.platform.text.catalogues import Entry, read

LOCALES = Path(__file__).parents[2] / "locales"
FILES = sorted(LOCALES.glob("*/*.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+(?::\w+)?\}|%%")
TAG = re.compile(r"<[^>]*>|&\w+;")
HEADER = 'msgid ""\nmsgstr "Language: de\\n"\n\n'
BROKEN = {
    "a placeholder": 'msgid "Read %(title)s"\nmsgstr "%(titel)s lesen"',
    "a tag": 'msgid "<b>New</b>"\nmsgstr "<b>Neu"',
    "markup of its own": 'msgid "New"\nmsgstr "<script>Neu</script>"',
    "a plural form": 'msgid "one"\nmsgid_plural "{count}"\nmsgstr[0] "eins"',
    "the space around it": 'msgid "Last comment on "\nmsgstr "Letzter Kommentar am"',
}


def faults(file: Path) -> Iterator[str]:
    """What is wrong in a catalogue, with its line."""
    language = languages.known()[file.parent.name]
    for entry in read(file):
        if entry.one and entry.is_translated and (wrong := wrong_in(entry, len(language.plurals))):
            yield f"{file.relative_to(file.parents[2])}:{entry.line}: {wrong}: {entry.one}"


def wrong_in(entry: Entry, forms: int) -> str | None:
    if len(entry.translations) != (1 if entry.many is None else forms):
        return "another number of forms"
    known = {name for text in (entry.one, entry.many or "") for name in PLACEHOLDER.findall(text)}
    # A form for one number alone may do without it.
    needed = set(PLACEHOLDER.findall(entry.one if entry.many is None else entry.many)) - {"%(count)s", "{count}"}
    for text in entry.translations:
        found = set(PLACEHOLDER.findall(text))
        if not needed <= found <= known or (entry.many is None and found != known):
            return f"other placeholders ({text})"
        if Counter(TAG.findall(text)) not in (Counter(TAG.findall(entry.one)), Counter(TAG.findall(entry.many or ""))):
            return f"other markup ({text})"
        if (text[:1].isspace(), text[-1:].isspace()) != (entry.one[:1].isspace(), entry.one[-1:].isspace()):
            return f"other space around it ({text})"
    return None


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_translations_have_what_their_messages_have(file: Path) -> None:
    assert not (found := list(faults(file))), "\n".join(found)


@pytest.mark.parametrize("entry", BROKEN.values(), ids=BROKEN)
def test_a_broken_translation_is_found_with_its_line(entry: str, tmp_path: Path) -> None:
    file = tmp_path / "locales/de/public.po"
    file.parent.mkdir(parents=True)
    file.write_text(f"{HEADER}{entry}\n")

    assert [fault.split(": ")[0] for fault in faults(file)] == ["locales/de/public.po:4"]


def test_a_catalogue_has_every_message_of_its_template_and_no_other() -> None:
    for file in FILES:
        template = LOCALES / f"{file.stem}.pot"
        assert {entry.one for entry in read(file)} - {""} == {entry.one for entry in read(template)} - {""}, file


def test_a_guess_and_an_empty_translation_count_as_none(tmp_path: Path) -> None:
    file = tmp_path / "public.po"
    file.write_text(f'{HEADER}#, fuzzy\nmsgid "Old"\nmsgstr "Alt"\n\nmsgid "New"\nmsgstr ""\n\nmsgid "a"\nmsgstr "b"\n')

    assert [entry.one for entry in read(file) if entry.is_translated] == ["", "a"]


def test_texts_over_several_lines_and_escapes_are_read(tmp_path: Path) -> None:
    file = tmp_path / "public.po"
    file.write_text('msgid ""\n"one "\n"\\"two\\"\\n"\nmsgstr "ei\\\\ns"\n')

    assert list(read(file)) == [Entry(1, 'one "two"\n', None, ["ei\\ns"])]


@pytest.mark.parametrize("entries", [19, 18])
def test_a_language_is_offered_from_95_percent(entries: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "de").mkdir()
    texts = [f'msgid "{n}"\nmsgstr "{"x" if n < entries else ""}"\n' for n in range(20)]
    (tmp_path / "de/public.po").write_text("\n".join([HEADER, *texts]))
    monkeypatch.setattr(languages, "LOCALES", tmp_path)
    german = next(one for one in languages._others if one.code == "de")
    one = languages._with_catalogues(structs.replace(german, messages={}, counted={}, shares={}))

    assert one.has("public") == (entries == 19)


def test_each_catalogue_has_a_language_in_the_table_with_its_plural_rule() -> None:
    assert {file.parent.name for file in FILES} == languages.known().keys() - {"en"}, "run `make languages`"
    for file in FILES:
        rule = languages.known()[file.parent.name].plural_rule
        assert f"plural={rule};" in next(read(file)).translations[0], f"{file}: run `make languages`"
