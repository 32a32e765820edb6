import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.extraction.errors import CannotImport
from parley.extraction.html.passages import ImportedPassage, cut_passages
from parley.extraction.text.plain import extract_text


def kinds(html: str) -> list[tuple[str, int | None, str]]:
    return [
        (passage.kind, passage.level, passage.text) for passage in cut_passages(html, base_url="https://a.example/b/c")
    ]


def only(html: str) -> ImportedPassage:
    (passage,) = cut_passages(html, base_url="https://a.example/b/c")
    return passage


def test_blocks_become_passages_in_reading_order() -> None:
    html = "<div><h2>One</h2>loose words<p>Two</p><section><p>Three</p></section>more</div>"
    assert kinds(html) == [
        ("heading", 2, "One"), ("paragraph", None, "loose words"), ("paragraph", None, "Two"),
        ("paragraph", None, "Three"), ("paragraph", None, "more"),
    ]  # fmt: skip


def test_two_line_breaks_end_a_paragraph_and_one_does_not() -> None:
    assert kinds("One<br>still one<br> <br>Two<br>") == [
        ("paragraph", None, "One still one"), ("paragraph", None, "Two"),
    ]  # fmt: skip


def test_every_list_item_is_a_passage_nested_ones_too() -> None:
    html = "<ol start=3><li>One<ul><li>inner</li></ul></li><li><p>Two</p><p>more</p></li></ol>"
    passages = cut_passages(html, base_url=None)
    assert [(passage.level, passage.text) for passage in passages] == [
        (1, "One"),
        (2, "inner"),
        (1, "Two more"),
    ]
    assert passages[0].html == '<ol start="3"><li>One</li></ol>'
    assert passages[1].html == "<ul><li>inner</li></ul>"
    assert passages[2].html.startswith('<ol start="4">')


def test_a_quote_is_cut_by_paragraphs_each_in_its_quotation() -> None:
    passages = cut_passages(
        "<blockquote><p>One</p><ul><li>two</li></ul><blockquote>deep</blockquote></blockquote>", base_url=None
    )
    assert [(passage.kind, passage.html) for passage in passages] == [
        ("quote", "<blockquote><p>One</p></blockquote>"),
        ("quote", "<blockquote><ul><li>two</li></ul></blockquote>"),
        ("quote", "<blockquote><blockquote><p>deep</p></blockquote></blockquote>"),
    ]


def test_code_keeps_its_lines() -> None:
    passage = only("<pre><code class=x>a = 1\n  b &lt; 2\n</code></pre>")
    assert (passage.kind, passage.text) == ("code", "a = 1 b < 2")
    assert "a = 1\n  b &lt; 2\n" in passage.html


def test_a_table_of_data_stays_whole_and_a_table_of_boxes_does_not() -> None:
    table = only("<table><tr><td>1</td><td colspan=2>2</td></tr><tr><td>3</td><td>4</td></tr></table>")
    assert (table.kind, table.text) == ("table", "1 2 3 4")
    assert 'colspan="2"' in table.html
    assert [kind for kind, *_ in kinds("<table><tr><td><p>One</p></td><td>Two</td></tr></table>")] == ["paragraph"] * 2


def test_a_picture_in_running_text_becomes_a_figure_beside_it() -> None:
    html = '<p><img src="x.jpg" alt="First">One <a href="y"><img src="/y.jpg" alt="Second"></a> two</p>'
    assert kinds(html) == [
        ("figure", None, "First"), ("paragraph", None, "One two"), ("figure", None, "Second"),
    ]  # fmt: skip
    assert (
        '<img src="https://a.example/b/x.jpg" alt="First">'
        in cut_passages(html, base_url="https://a.example/b/c")[0].html
    )


def test_a_figure_keeps_its_caption_and_a_gallery_is_one_figure_a_picture() -> None:
    html = "<div><img src=a.jpg><img src=b.jpg></div><figcaption>Two <b>cups</b></figcaption>A credit"
    first, last = cut_passages(f"<figure>{html}</figure>", base_url="https://a.example/")
    assert "figcaption" not in first.html
    assert last.text == "Two cups A credit"
    assert "<b>cups</b>" in last.html


def test_a_tiny_picture_is_read_as_its_words() -> None:
    assert only('<p>Well done <img src="s.png" width="16" height="16" alt="(smile)">.</p>').text == "Well done (smile)."


def test_terms_are_passages_with_their_explanations() -> None:
    assert kinds("<dl><dt>One</dt><dd>first</dd><dt>Two</dt><dd>second</dd></dl>") == [
        ("item", 1, "One first"), ("item", 1, "Two second"),
    ]  # fmt: skip


def test_the_title_is_not_said_twice() -> None:
    assert [p.text for p in cut_passages("<h1>The Kettle?</h1><p>x</p>", base_url=None, title="The kettle")] == ["x"]
    assert len(cut_passages("<h1>Another</h1><p>x</p>", base_url=None, title="The kettle")) == 2


@pytest.mark.parametrize(
    "above", ["<p>Hearth News</p>", "<ul><li>Economy</li></ul>", '<img src="/logo.png" alt="Logo">', "<h3>Essays</h3>"]
)
def test_what_a_page_has_above_the_title_is_left_out_with_it(above: str) -> None:
    html = f"{above}<h1>The kettle</h1><p>x</p>"
    assert [p.text for p in cut_passages(html, base_url="https://a.example", title="The kettle")] == ["x"]


@pytest.mark.parametrize(
    "above", ["<p>It begins here.</p>", "<blockquote>Tea first</blockquote>", "<pre>x = 1</pre>", f"<p>{'w ' * 9}</p>"]
)
def test_words_of_the_article_above_a_heading_like_its_title_stay(above: str) -> None:
    assert len(cut_passages(f"{above}<h1>The kettle</h1><p>x</p>", base_url=None, title="The kettle")) == 3


def test_the_picture_above_the_title_stays_with_its_caption() -> None:
    html = '<figure><img src="/k.jpg"><figcaption>Steam</figcaption></figure><h1>The kettle</h1><p>x</p>'
    assert [p.text for p in cut_passages(html, base_url="https://a.example", title="The kettle")] == ["Steam", "x"]


@pytest.mark.parametrize(("text", "kept"), [("\u200d", 0), ("·", 0), (" | ", 0), ("*", 1), ("§", 1), ("📱", 1)])
def test_what_cannot_be_seen_or_is_between_links_is_no_passage(text: str, kept: int) -> None:
    assert len(cut_passages(f"<p>{text}</p>", base_url=None)) == kept


def test_links_are_completed_and_marked() -> None:
    link = '<a href="https://a.example/b/d?x=1" rel="nofollow ugc noopener">d</a>'
    assert (
        only('<p><a href="d?x=1" class=k id=i style=s data-x=1 hx-get=/ onclick=f()>d</a></p>').html == f"<p>{link}</p>"
    )


@pytest.mark.parametrize("tag", ["div", "blockquote", "ul><li", "b", "table><tr><td"])
def test_no_nesting_is_too_deep(tag: str) -> None:
    begun = time.thread_time()
    assert "words" in " ".join(text for *_, text in kinds(f"<{tag}>" * 3000 + "words"))
    assert time.thread_time() - begun < 2


def test_nothing_is_lost_and_nothing_doubled() -> None:
    html = """<div>w1<p>w2 <b>w3</b> w4<br>w5</p><ul><li>w6<ol><li>w7</li></ol>w8</li><p>w9</p></ul>
    <table><tr><th>w10<td>w11</table><blockquote>w12<footer>w13</footer></blockquote>
    <figure><img src=a.jpg alt=no>w14</figure><dl><dd>w15<dt>w16</dl><h3>w17</h3><a href=x><div>w18</div></a>
    <details><summary>w19</summary>w20</details>w21</div>w22"""
    words = " ".join(text for *_, text in kinds(html)).split()
    assert sorted(words, key=lambda word: int(word[1:])) == [f"w{n}" for n in range(1, 23)]


@given(st.text())
def test_no_text_breaks_the_cut(html: str) -> None:
    assert all(passage.text or passage.kind == "figure" for passage in cut_passages(html, base_url=None))


@given(st.text(alphabet="Ab. \n-1#>“”:"))
def test_no_pasted_text_breaks_the_reading(text: str) -> None:
    with suppress(CannotImport):
        assert extract_text(text).title


def test_words_of_two_blocks_in_an_item_stay_apart() -> None:
    assert kinds("<ul><li><h3>Kettles</h3><p>They boil.</p></li></ul>")[0][-1] == "Kettles They boil."
