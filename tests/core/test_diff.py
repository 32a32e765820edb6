"""Differences between two texts, as a person reads them."""

from parley.core.diff import marked


def test_an_added_word_is_marked_alone() -> None:
    assert marked("The cat sat here.", "The black cat sat here.") == "The<ins> black</ins> cat sat here."


def test_words_that_two_rewritings_share_by_chance_change_with_them() -> None:
    before = "The last point by cost more than the large one. I was willing to pay."
    after = "Compared note by note, that is the large one. I was wrong to pay."

    html = marked(before, after)

    assert html == (
        "<del>The last point by cost more than</del><ins>Compared note by note, that is</ins> the large one. "
        "I was <del>willing</del><ins>wrong</ins> to pay."
    )


def test_a_rewritten_text_is_shown_whole_before_and_after() -> None:
    html = marked("The cat sat on the mat.", "Nothing of this stayed as it was.")

    assert html == "<del>The cat sat on the mat.</del> <ins>Nothing of this stayed as it was.</ins>"


def test_markup_in_a_text_stays_text() -> None:
    assert "<b>" not in marked("<b>one two three</b>", "<b>one two four</b>")
