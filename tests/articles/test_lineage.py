import time

from hypothesis import given
from hypothesis import strategies as st

from parley.articles.lineage import Former
from parley.articles.lineage import align as align_all

OLD = [
    (11, "The rota hangs beside the door and is older than anyone named on it."),
    (12, "Advertisement"),
    (13, "There are only three remedies, and each of them has been tried across the road."),
    (14, "I have brought my own flask, and I drink from it at my desk."),
]
TEXTS = [text for _, text in OLD]


def align(old: list[tuple[int, str]], new: list[str]) -> list[int | None]:
    return align_all([Former(*one) for one in old], new).lineages


def test_an_article_that_did_not_change_keeps_its_lineages() -> None:
    assert align(OLD, TEXTS) == [11, 12, 13, 14]


def test_a_new_passage_between_old_ones_has_none() -> None:
    assert align(OLD, [*TEXTS[:2], "Something nobody wrote before.", *TEXTS[2:]]) == [11, 12, None, 13, 14]


def test_a_removed_passage_is_simply_gone() -> None:
    assert align(OLD, TEXTS[1:]) == [12, 13, 14]


def test_an_edited_passage_keeps_its_lineage() -> None:
    edited = "There are only two remedies, and both of them have been tried across the road."
    assert align(OLD, [*TEXTS[:2], edited, TEXTS[3]]) == [11, 12, 13, 14]


def test_a_moved_passage_keeps_its_lineage() -> None:
    assert align(OLD, [TEXTS[3], *TEXTS[:3]]) == [14, 11, 12, 13]


def test_a_passage_moved_and_edited_keeps_its_lineage() -> None:
    edited = "I have brought my own flask and drink from it at my desk, quietly."
    assert align(OLD, [edited, *TEXTS[:3]]) == [14, 11, 12, 13]


def test_a_rewritten_passage_is_new() -> None:
    assert align(OLD, [TEXTS[0], "A different matter altogether, with other words.", *TEXTS[2:]])[1] is None


def test_equal_passages_keep_their_order() -> None:
    assert align([(1, "Yes."), (2, "No."), (3, "Yes.")], ["Yes.", "No.", "Yes."]) == [1, 2, 3]


def test_an_edit_is_found_in_a_script_without_spaces() -> None:
    old = [(1, "人工智能可能不需要人类来教它新知识"), (2, "这款产品意义重大")]
    assert align(old, ["人工智能也许不需要人类来教它新知识", "全新的段落"]) == [1, None]


def test_a_thousand_edited_passages_take_no_time() -> None:
    old = [(n, f"Passage {n} says that {n * 7} of the {n * 13} things it counts are new.") for n in range(1000)]
    new = [text.replace("says", "tells") for _, text in reversed(old)]
    begun = time.perf_counter()
    assert align(old, new) == [n for n, _ in reversed(old)]
    assert time.perf_counter() - begun < 2


@given(st.lists(st.text(max_size=12), max_size=12), st.lists(st.text(max_size=12), max_size=12))
def test_no_lineage_is_given_twice(old: list[str], new: list[str]) -> None:
    found = align(list(enumerate(old)), new)
    given_out = [lineage for lineage in found if lineage is not None]
    assert len(found) == len(new)
    assert len(given_out) == len(set(given_out))
    assert set(given_out) <= set(range(len(old)))
