"""Front matter as static site generators write it."""

from datetime import UTC, datetime

import pytest

from parley.extraction.text.front_matter import read_front_matter

DAY = datetime(2026, 2, 3, tzinfo=UTC)
BLOCKS = {
    "YAML": "---\ntitle: The kettle\nauthors:\n  - name: Ada Osei\n  - Ben Lund\ndate: 2026-02-03\nlang: en\n---\n",
    "folded YAML": (
        "---\n# A comment\ntitle: >\n  The\n  kettle\nauthor: Ada Osei, Ben Lund\ndate: 2026-02-03\n"
        "language: en\nparams:\n  title: Not this one\n  date: 1999-01-01\n---\n"
    ),
    "TOML": '+++\ntitle = "The kettle"\nauthors = ["Ada Osei", "Ben Lund"]\ndate = 2026-02-03\nlang = "en"\n+++\n',
    "JSON in a line": (
        '{"title": "The kettle", "authors": [{"name": "Ada Osei"}, "Ben Lund"], "date": "2026-02-03", "lang": "en"}\n'
    ),
    "JSON": '{\n"title": "The kettle", "author": "Ada Osei and Ben Lund",\n"date": "2026-02-03", "lang": "en"\n}\n',
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_a_block_states_the_facts(block: str) -> None:
    found, rest = read_front_matter(f"{block}\nWords.\n")
    assert (found.title, found.byline) == ("The kettle", ("Ada Osei", "Ben Lund"))
    assert (found.published_at, found.lang, rest.strip()) == (DAY, "en", "Words.")
    assert found.where["title"] == "front matter"


@pytest.mark.parametrize(("date", "day"), [('"February 3, 2026"', DAY), ("3 February 2026", DAY), ("today", None)])
def test_a_date_may_be_in_words(date: str, day: datetime | None) -> None:
    assert read_front_matter(f"---\ntitle: The kettle\ndate: {date}\n---\nWords.")[0].published_at == day


@pytest.mark.parametrize(
    "text",
    [
        "---\nA first line between lines\n---\nWords.",
        "---\ntitle: [never closed\n---\nWords.",
        "{braces}\nWords.",
        "Words.",
    ],
)
def test_what_is_no_front_matter_stays_in_the_text(text: str) -> None:
    found, rest = read_front_matter(text)
    assert (found.title, rest) == (None, text)


def test_aliases_that_grow_are_harmless() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    found, rest = read_front_matter("---\n" + "\n".join(lines) + "\nauthor: *a59\n---\nWords.")
    assert (found.byline, rest) == ((), "Words.")
