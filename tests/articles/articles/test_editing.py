"""An article as Markdown and back: what was not touched stays byte for byte, what was is exactly what was typed."""

import re
from time import thread_time

import pytest

from parley.articles.articles.versions import StoredPassage
from parley.articles.revisions.editing import as_markdown, read_markdown
from parley.extraction.errors import CannotImport
from parley.extraction.html.extract import extract_html
from parley.extraction.html.passages import MOST_PASSAGES, ImportedPassage, cut_passages
from parley.platform.errors import Refused
from parley.platform.text.cleaning import clean
from tests.conftest import SHARED

URL = "https://review.example/wager"
HASH = "a" * 64
FIGURE = f'<figure><img src="/media/{HASH}" alt="A curve" width="640" height="400" loading="lazy"></figure>'
CAPTIONED = FIGURE.replace("A curve", "A graph").replace(
    "</figure>", "<figcaption>The <em>graph</em>, up close.</figcaption></figure>"
)
RICH = """
<h2>Costs * and _limits_</h2>
<p>It costs <b>a lot</b>, says <a href="https://a.example/x?a=1&amp;b=2" title="The source">the source</a>; 3 &lt; 4
&amp; AT&amp;T, x<sup>2</sup> and H<sub>2</sub>O, <i>really</i><br>next line. [1] # not a heading</p>
<p>1986. A year that looks like a list.</p>
<p>- a dash that looks like an item</p>
<ul><li>One</li><li>Two <code>x * y</code><ul><li>Two and a half</li></ul></li></ul>
<ol start="3"><li>Three</li><li>Four</li></ol>
<blockquote><p>They said <em>so</em>.</p><p>And again.</p></blockquote>
<pre>def f(x):

    return "`" * x
</pre>
<table><thead><tr><th>Model</th><th>Cost</th></tr></thead><tbody><tr><td>A</td><td>1</td></tr></tbody></table>
<table><thead><tr><th>Model</th><th data-align="end">Cost</th><th data-align="center">Sort</th></tr></thead>
<tbody><tr><td>A</td><td data-align="end">1</td><td data-align="center">x</td></tr></tbody></table>
<table><tr><th colspan="2">Both</th></tr><tr><td>A</td><td>1</td></tr></table>
<dl><dt>Term</dt><dd>What it means.</dd></dl>
<p dir="rtl" lang="he">שלום עולם</p>
<p>The end.</p>
"""


def kept(html: str = RICH, *more: ImportedPassage) -> list[StoredPassage]:
    passages = [*cut_passages(html, base_url=URL), *more]
    return [StoredPassage(at, one.kind, one.level, one.html, one.text) for at, one in enumerate(passages, start=1)]


def with_pictures() -> list[StoredPassage]:
    return kept(
        RICH,
        ImportedPassage("figure", None, FIGURE, "A curve"),
        ImportedPassage("figure", None, CAPTIONED, "The graph, up close."),
    )


def sent(text: str) -> str:
    """As a browser sends it and a form reads it."""
    return clean(text.replace("\n", "\r\n"), lines=True)


def test_an_unedited_article_stays_byte_for_byte() -> None:
    passages = with_pictures()

    back = read_markdown(sent(as_markdown(passages, URL)), passages, URL)

    assert back == [one.passage for one in passages]


@pytest.mark.parametrize("at", range(20))
def test_only_the_edited_passage_changes_and_html_without_markdown_is_kept(at: int) -> None:
    passages = with_pictures()
    assert len(passages) == 20
    word, instead = re.findall(r"[^\W_]+", passages[at].text)[-1], "otherwise"
    lines = as_markdown(passages, URL).split("\n")
    where = max(place for place, line in enumerate(lines) if re.search(rf"\b{word}\b", line.replace("_", " ")))
    lines[where] = instead.join(lines[where].rsplit(word, 1))

    back = read_markdown(sent("\n".join(lines)), passages, URL)

    changed = [place for place, one in enumerate(passages) if back[place] != one.passage]
    assert len(back) == len(passages)
    assert len(changed) == 1
    [place] = changed
    assert back[place].kind == passages[place].kind
    assert back[place].level == passages[place].level
    before, after = passages[place].html, back[place].html
    for tag in ("<sup>", "<sub>", "<blockquote>", "colspan", "figcaption", f"/media/{HASH}", "<dl>", 'dir="rtl"'):
        assert (tag in before) == (tag in after), (before, after)
    assert "otherwise" in after


def test_the_columns_of_a_table_keep_their_alignment_as_markdown() -> None:
    typed = "| Year | Cost | Sort |\n| --- | ---: | :---: |\n| 2024 | 1 | x |"
    [table] = read_markdown(typed, kept(), URL)
    assert table.html.count('data-align="end"') == table.html.count('data-align="center"') == 2

    stored = StoredPassage(1, table.kind, table.level, table.html, table.text)
    assert as_markdown([stored], URL) == typed


def test_moved_passages_are_the_same_passages() -> None:
    passages = kept("<p>One.</p><p>Two <sup>2</sup>.</p><p>Three.</p>")
    one, two, three = as_markdown(passages, URL).split("\n\n")

    back = read_markdown(f"{three}\n\n{one}\n\n{two}", passages, URL)

    assert back == [passages[2].passage, passages[0].passage, passages[1].passage]


def test_new_text_is_read_as_markdown() -> None:
    passages = kept("<p>One.</p>")
    text = "One.\n\n## A heading\n\nWith *weight*.\n- first\n- second\n    - deeper\n- third\n\n"
    text += "```\na\n\nb\n```\n\n> quoted"

    back = read_markdown(text, passages, URL)

    assert [(one.kind, one.level) for one in back] == [
        ("paragraph", None), ("heading", 2), ("paragraph", None), ("item", 1), ("item", 1), ("item", 2), ("item", 1),
        ("code", None), ("quote", None),
    ]  # fmt: skip
    assert back[7].text == "a b"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        "[x](javascript:alert(1))",
        '<p style="position:fixed" hx-get="/logout">x</p>',
        "<svg><script>1</script></svg>",
    ],
)
def test_typed_html_is_sanitised_like_imported_html(hostile: str) -> None:
    html = "".join(one.html for one in read_markdown(f"Before.\n\n{hostile}", kept(), URL))

    for banned in ("<script", "onerror", '="javascript:', "style=", "hx-get", "<svg"):
        assert banned not in html


def test_pictures_come_from_the_article_only() -> None:
    passages = with_pictures()
    text = f"![Ours](/media/{HASH})\n\n![Theirs](https://tracker.example/p.png)\n\n![Nobody's](/media/{'b' * 64})"

    [ours] = read_markdown(text, passages, URL)

    assert f'src="/media/{HASH}"' in ours.html
    assert 'width="640"' in ours.html
    assert 'alt="Ours"' in ours.html


@pytest.mark.parametrize(("base", "led"), [(URL, "https://review.example/about"), (None, None)])
def test_a_relative_link_is_completed_from_the_article_or_removed(base: str | None, led: str | None) -> None:
    [made] = read_markdown("See [this](/about).", [], base)

    assert (f'href="{led}"' in made.html) == (led is not None)
    assert "invalid" not in made.html
    assert made.text == "See this."


def test_too_many_markdown_characters_are_refused() -> None:
    with pytest.raises(Refused, match="at once"):
        read_markdown("[" * 30_000, kept(), URL)


@pytest.mark.parametrize("sample", ["lwn-1", "wapo-1", "rtl-1", "links-in-tables", "google-sre-book-1", "qq"])
def test_real_articles_are_unchanged_after_editing(sample: str) -> None:
    page = SHARED / "article-readability" / sample / "source.html"
    if not page.is_file():
        pytest.skip("the real material is not here: no ../shared/data/article-readability beside the project")
    try:
        found = extract_html(page.read_bytes(), url=URL)
    except CannotImport:
        pytest.skip("no article is found on it")
    passages = kept(found.html)

    assert read_markdown(sent(as_markdown(passages, URL)), passages, URL) == [one.passage for one in passages]


def test_a_text_of_more_paragraphs_than_a_page_can_hold_is_refused() -> None:
    with pytest.raises(Refused, match="more than 10,000 paragraphs"):
        read_markdown("a\n\n" * (MOST_PASSAGES + 1), (), None)
    with pytest.raises(CannotImport, match="more than 10,000 paragraphs"):
        cut_passages("<p>a</p>" * (MOST_PASSAGES + 1), base_url=None)


@pytest.mark.parametrize(
    "html",
    [
        "<p>" + '<a href="https://a.example/">a</a> ' * 50_000 + "</p>",
        "<p>" + "<em>a</em> " * 50_000 + "</p>",
        "<p>" + "[a](b) " * 70_000 + "</p>",
    ],
)
def test_a_passage_of_too_many_elements_is_edited_as_html_which_takes_no_time(html: str) -> None:
    passages = [
        StoredPassage(1, "paragraph", None, html, "a"),
        StoredPassage(2, "paragraph", None, "<p><b>b</b></p>", "b"),
    ]

    started = thread_time()
    text = as_markdown(passages, None)
    again = read_markdown(text, passages, None)

    assert thread_time() - started < 2
    assert text.endswith("\n\n**b**")
    assert [passage.html for passage in again] == [passage.html for passage in passages]


@pytest.mark.parametrize("text", ["$a$ " * 100_000, "a [a](b) " * 4_000])
def test_an_edit_with_too_many_formulas_or_too_much_markup_in_one_paragraph_is_refused_at_once(text: str) -> None:
    started = thread_time()

    with pytest.raises(Refused, match="changes too much"):
        read_markdown(text, [], None)

    assert thread_time() - started < 1
