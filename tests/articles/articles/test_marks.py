"""The words of a passage that comments are about are marked in its HTML."""

from hypothesis import given
from hypothesis import strategies as st

from parley.articles.articles.marks import mark


def test_words_are_marked_by_the_number_of_comments() -> None:
    quoted = (("a model", 1), ("the answer", 2), ("question", 9))
    assert mark("<p>a model, the answer, a question</p>", quoted) == (
        '<p><mark data-said="1">a model</mark>, <mark data-said="2">the answer</mark>, '
        'a <mark data-said="3">question</mark></p>'
    )


def test_marks_are_split_at_tags() -> None:
    assert mark("<p>so <em>it</em> is &amp; was</p>", (("so it is & was", 1),)) == (
        '<p><mark data-said="1">so </mark><em><mark data-said="1">it</mark></em>'
        '<mark data-said="1"> is &amp; was</mark></p>'
    )


def test_marks_that_overlap_are_stronger_where_both_are() -> None:
    assert mark("<p>one two three</p>", (("one two", 1), ("two three", 1))) == (
        '<p><mark data-said="1">one </mark><mark data-said="2">two</mark><mark data-said="1"> three</mark></p>'
    )


def test_white_space_makes_no_difference() -> None:
    assert mark("<p>one\n  two</p>", (("one two", 1),)) == '<p><mark data-said="1">one\n  two</mark></p>'


def test_words_that_are_not_there_or_twice_are_not_marked() -> None:
    html = "<p>one two one</p>"
    assert mark(html, (("one", 1), ("three", 4), ("", 2))) == html


def test_nothing_is_marked_in_code_and_formulas() -> None:
    for html in ("<pre>one two</pre>", "<p><math><mi>one</mi></math></p>"):
        assert mark(html, (("one", 1),)) == html
    assert mark("<p>one <math><mi>x</mi></math> two</p>", (("one", 1), ("x", 1))) == (
        '<p><mark data-said="1">one</mark> <math><mi>x</mi></math> two</p>'
    )


@given(st.text("ab &<>\"'é", max_size=40), st.lists(st.tuples(st.text("ab &<é", max_size=6), st.integers(1, 9))))
def test_marks_change_nothing_else(text: str, quoted: list[tuple[str, int]]) -> None:
    html = f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>"
    marked = str(mark(html, tuple(quoted)))
    for strength in "123":
        marked = marked.replace(f'<mark data-said="{strength}">', "")
    assert marked.replace("</mark>", "") == html


def test_a_passage_of_a_whole_book_is_not_marked() -> None:
    """It took half a second of the processor for a page with 300 quotes, and stayed in memory for each of them."""
    html = f"<p>{'word ' * 100_000}one</p>"
    assert mark(html, (("one", 1),)) == html
