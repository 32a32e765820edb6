"""Footnotes become passages, with links that work both ways."""

import re
from pathlib import Path

import pytest

from parley.articles.articles.versions import number_passages
from parley.articles.revisions.editing import as_markdown, read_markdown
from parley.extraction.html.extract import extract_html
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.sandbox.reading import read_article
from parley.extraction.text.markdown import extract_markdown

URL = "https://a.example/essay"
WORDS = (
    " goes on for so many words that every reader of pages would take it for the text of the article, and rightly so."
)
LINK = re.compile(r'<a id="(fnref-[\w-]+)" href="#(fn-[\w-]+)" role="doc-noteref" aria-label="\w+"></a>')


def passages(html: str) -> list[ImportedPassage]:
    page = f"<html><head><title>On notes</title></head><body><article><h1>On notes</h1>{html}</article></body></html>"
    return read_article(extract_html(page, url=URL), URL).passages


def assert_linked(found: list[ImportedPassage], notes: list[str]) -> None:
    """Every reference leads to a note, every note back to its first reference, and the texts have no markers."""
    html = "".join(one.html for one in found)
    footnotes = [one for one in found if one.kind == "footnote"]
    assert [one.text for one in footnotes] == notes
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    assert {target for _, target in LINK.findall(html)} == {ids for ids in ids if ids.startswith("fn-")}
    for one in footnotes:
        label = re.search(r'id="fn-([\w-]+)"', one.html)
        assert label is not None
        assert f'href="#fnref-{label[1]}" role="doc-backlink"' in one.html


STYLES = sorted(file.stem for file in (Path(__file__).parent / "pages" / "notes").iterdir())


@pytest.mark.parametrize("style", STYLES)
def test_notes_of_all_styles_are_linked(pages: Path, style: str) -> None:
    found = passages((pages / "notes" / f"{style}.html").read_text("utf-8"))
    assert_linked(found, ["See Smith.", "Or not."])
    assert found[0].text == f"The first claim{WORDS} The second."
    assert "Notes" not in [one.text for one in found] or style == "lines"


def test_several_references_lead_to_one_note() -> None:
    link = '<sup><a href="#n">1</a></sup>'
    found = passages(f'<p>One{link}{WORDS}</p><p>Two{link}{WORDS}</p><p id="n">1. See Smith.</p>')
    assert_linked(found, ["See Smith."])
    assert [target for _, target in LINK.findall("".join(one.html for one in found))] == ["fn-1", "fn-1"]


@pytest.mark.parametrize(
    "html",
    [
        '<p><sup><a href="#nowhere">1</a></sup>{words}</p>',
        '<ol><li><a href="#s1">1</a> Introduction</li></ol><h2 id="s1">Introduction</h2><p>It{words}</p>',
        '<p>See<a class="note" href="#a">2</a>{words}</p><section id="a"><h2>More</h2><p>And this{words}</p></section>',
        '<p>Up<sup><a href="https://b.example/#n1">1</a></sup>{words}</p><p id="n1">A paragraph of its own.</p>',
    ],
)
def test_other_links_make_no_notes(html: str) -> None:
    found = passages(html.format(words=WORDS))
    assert all(one.kind != "footnote" and "doc-noteref" not in one.html for one in found)


MARKDOWN = """# On notes

The first claim[^smith] and again[^smith], and the second.^[Or *not*.]

- One
    - Two[^2]

[^smith]: See Smith.
[^2]: First part.

    Second part.
"""


def test_notes_of_markdown_are_numbered_and_linked() -> None:
    found = read_article(extract_markdown(MARKDOWN)).passages
    assert_linked(found, ["See Smith.", "Or not.", "First part. Second part."])
    assert [one.level for one in found if one.kind == "item"] == [1, 2]


def test_an_edit_keeps_notes_and_formulas_and_adds_new_ones() -> None:
    before = tuple(number_passages(read_article(extract_markdown(MARKDOWN + "\n\nSo $x = 1$.\n")).passages))
    text = as_markdown(before, None)
    assert "[^1]: See Smith." in text
    assert "$x = 1$" in text
    assert read_markdown(text, before, None) == [one.passage for one in before]
    edited = read_markdown(f"{text.replace('claim', 'claim[^new]')}\n\n[^new]: A new one.", before, None)
    assert_linked(edited, ["See Smith.", "Or not.", "First part. Second part.", "A new one."])


def test_a_reference_without_a_note_stays_as_it_was_typed() -> None:
    (passage,) = read_markdown("A claim[^9].", (), None)
    assert passage.html == "<p>A claim[^9].</p>"
    assert passage.text == "A claim[^9]."


def test_a_note_that_nothing_refers_to_has_no_link() -> None:
    (passage,) = read_markdown("[^9]: Lonely.", (), None)
    assert (passage.kind, passage.text) == ("footnote", "Lonely.")
    assert "href" not in passage.html
