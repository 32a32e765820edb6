"""Differences between two texts, as a person reads them."""

import html
import re
from time import thread_time

from hypothesis import given
from hypothesis import strategies as st

from parley.platform.text.diff import LARGEST, mark_changes

TEXTS = st.text(st.sampled_from("ab<&\n "), max_size=40)


def without(tag: str, markup: str) -> str:
    """The text that `markup` shows without what stands in elements `tag`."""
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(rf"<{tag}>.*?</{tag}>", "", markup, flags=re.DOTALL)))


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_their_difference(old: str, new: str) -> None:
    markup = str(mark_changes(old, new))

    if not markup.startswith(f"<del>{html.escape(old)}</del> <ins>"):
        assert (without("ins", markup), without("del", markup)) == (old, new)


def test_changed_white_space_is_marked() -> None:
    assert mark_changes("one two three", "one\n\ntwo three") == "one<del> </del><ins>\n\n</ins>two three"


def test_a_difference_of_repeated_words_takes_no_longer_than_another() -> None:
    """A visitor who looked at the history of one such comment held a web process for 35 seconds.

    curl --data-urlencode "body=$(python3 -c 'print("a b " * 350)')" ... /t/1/comments
    curl --data-urlencode "body=$(python3 -c 'print("a b c " * 230)')" ... /c/1/edit
    curl -w '%{time_total}\n' -o /dev/null http://localhost:8000/c/1/history
    """
    started = thread_time()
    mark_changes("a b " * 350, "a b c " * 230)

    assert thread_time() - started < 0.1


def test_very_long_texts_are_compared_by_lines() -> None:
    lines = [f"line {number} has a few words" for number in range(int(LARGEST**0.5) // 5)]
    old, new = "\n".join([*lines, "the last"]), "\n".join(["the first", *lines])

    markup = mark_changes(old, new)

    assert markup.count("<ins>") == 2 and "<del>\nthe last</del>" in markup
    assert html.escape("\n".join(lines)) in markup


def test_an_added_word_is_marked_alone() -> None:
    assert mark_changes("The cat sat here.", "The black cat sat here.") == "The<ins> black</ins> cat sat here."


def test_words_that_two_rewritings_share_by_chance_change_with_them() -> None:
    before = "The last point by cost more than the large one. I was willing to pay."
    after = "Compared note by note, that is the large one. I was wrong to pay."

    html = mark_changes(before, after)

    assert html == (
        "<del>The last point by cost more than</del><ins>Compared note by note, that is</ins> the large one. "
        "I was <del>willing</del><ins>wrong</ins> to pay."
    )


def test_a_rewritten_text_is_shown_whole_before_and_after() -> None:
    html = mark_changes("The cat sat on the mat.", "Nothing of this stayed as it was.")

    assert html == "<del>The cat sat on the mat.</del> <ins>Nothing of this stayed as it was.</ins>"


def test_markup_in_a_text_stays_text() -> None:
    assert "<b>" not in mark_changes("<b>one two three</b>", "<b>one two four</b>")
