import random
import time
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from parley.articles.revisions.lineage import Alignment, EarlierPassage, align

OLD = [
    EarlierPassage(11, "The rota hangs beside the door and is older than anyone named on it."),
    EarlierPassage(12, "Advertisement"),
    EarlierPassage(13, "There are only three remedies, and each of them has been tried across the road."),
    EarlierPassage(14, "I have brought my own flask, and I drink from it at my desk."),
]
TEXTS = [one.text for one in OLD]
LINEAGES = [11, 12, 13, 14]


def lineages(old: list[EarlierPassage], new: list[str]) -> list[int | None]:
    return align(old, new).lineages


def test_an_article_that_did_not_change_keeps_its_lineages() -> None:
    assert align(OLD, TEXTS) == Alignment(LINEAGES, {}, {})


def test_typography_and_white_space_are_not_changes() -> None:
    old = [EarlierPassage(1, "It’s “new” – or so\xa0they say."), EarlierPassage(2, "Another.")]
    assert lineages(old, ['It\'s "new" -  or so they say.', "Another."]) == [1, 2]


def test_a_new_passage_gets_a_new_lineage() -> None:
    new = [*TEXTS[:2], "Something nobody wrote before.", *TEXTS[2:]]
    assert align(OLD, new) == Alignment([11, 12, None, 13, 14], {}, {})


def test_a_removed_passage_loses_its_lineage() -> None:
    assert align(OLD, TEXTS[1:]) == Alignment([12, 13, 14], {}, {})


def test_an_edited_passage_keeps_its_lineage() -> None:
    edited = "There are only two remedies, and both of them have been tried across the road."
    assert lineages(OLD, [*TEXTS[:2], edited, TEXTS[3]]) == LINEAGES


def test_a_passage_rewritten_in_place_keeps_its_lineage_if_half_remains() -> None:
    rewritten = "Three remedies exist, and we have tried each of them ourselves across many years."
    assert lineages(OLD, [*TEXTS[:2], rewritten, TEXTS[3]]) == LINEAGES
    assert lineages(OLD, [rewritten, *TEXTS[:2], TEXTS[3]]) == [None, 11, 12, 14]


def test_a_moved_passage_keeps_its_lineage() -> None:
    assert lineages(OLD, [TEXTS[3], *TEXTS[:3]]) == [14, 11, 12, 13]


def test_a_passage_moved_and_edited_keeps_its_lineage() -> None:
    edited = "I have brought my own flask and drink from it at my desk, quietly."
    assert lineages(OLD, [edited, *TEXTS[:3]]) == [14, 11, 12, 13]


def test_a_replaced_passage_is_new() -> None:
    assert lineages(OLD, [TEXTS[0], "A different matter altogether, with other words.", *TEXTS[2:]])[1] is None


TITLED = [OLD[0], EarlierPassage(20, "Remedies", is_heading=True), *OLD[2:]]


def test_a_retitled_heading_keeps_its_lineage() -> None:
    retitled = [TEXTS[0], "What has been tried", *TEXTS[2:]]
    assert align(TITLED, retitled, headings={1}).lineages == [11, 20, 13, 14]
    assert align(TITLED, retitled).lineages == [11, None, 13, 14]


def test_a_paragraph_added_below_a_retitled_heading_does_not_hide_it() -> None:
    added = [TEXTS[0], "What has been tried", "A different matter altogether.", *TEXTS[2:]]
    assert align(TITLED, added, headings={1}).lineages == [11, 20, None, 13, 14]


def test_a_heading_is_new_when_the_text_below_it_is() -> None:
    other = [TEXTS[0], "Flasks", "A different matter altogether, with other words.", TEXTS[3]]
    assert align(TITLED, other, headings={1}).lineages == [11, None, None, 14]
    assert align(TITLED, [TEXTS[0], "One", "Two", *TEXTS[2:]], headings={1, 2}).lineages == [11, None, None, 13, 14]


def test_case_and_punctuation_do_not_make_another_passage() -> None:
    assert lineages(OLD, [TEXTS[0].upper(), "ADVERTISEMENT!", *TEXTS[2:]]) == LINEAGES


def test_a_passage_stays_in_place_when_its_neighbour_moves() -> None:
    rewritten = "Three remedies exist, and we have tried each of them ourselves across many years."
    assert lineages(OLD, [TEXTS[1], rewritten, TEXTS[3], TEXTS[0]]) == [12, 13, 14, 11]


def test_equal_passages_keep_their_order() -> None:
    assert lineages(
        [EarlierPassage(1, "Yes."), EarlierPassage(2, "No."), EarlierPassage(3, "Yes.")], ["Yes.", "Yes.", "No."]
    ) == [1, 3, 2]


def test_a_picture_without_words_keeps_its_lineage_in_its_place_only() -> None:
    old = [OLD[0], EarlierPassage(5, ""), *OLD[1:]]
    assert lineages(old, [TEXTS[0].replace("older", "younger"), "", *TEXTS[1:]]) == [11, 5, 12, 13, 14]
    assert lineages(old, [*TEXTS[1:], TEXTS[0], ""])[-1] is None


def test_an_edit_is_found_in_a_script_without_spaces() -> None:
    old = [EarlierPassage(1, "人工智能可能不需要人类来教它新知识"), EarlierPassage(2, "这款产品意义重大")]
    assert lineages(old, ["人工智能也许不需要人类来教它新知识", "全新的段落"]) == [1, None]


def test_the_larger_part_of_a_split_passage_keeps_the_lineage() -> None:
    first, second = "There are only three remedies,", "and each of them has been tried across the road."
    assert align(OLD, [*TEXTS[:2], first, second, TEXTS[3]]) == Alignment([11, 12, None, 13, 14], {}, {2: 13})


def test_the_first_of_two_equal_parts_keeps_the_lineage() -> None:
    old = [EarlierPassage(1, "one two three four five six seven eight")]
    assert align(old, ["one two three four", "five six seven eight"]) == Alignment([1, None], {}, {1: 1})


def test_a_merged_passage_keeps_the_lineage_of_its_largest_part() -> None:
    merged = f"{TEXTS[3]} {TEXTS[2]}"
    assert align(OLD, [*TEXTS[:2], merged]) == Alignment([11, 12, 13], {14: 2}, {})


def test_a_part_that_moved_to_another_passage_is_reported() -> None:
    first, second = "There are only three remedies here,", "and each of them has been tried across the road."
    found = align(OLD, [TEXTS[0], TEXTS[1], first, f"{second} {TEXTS[3]}"])
    assert found == Alignment([11, 12, 13, 14], {}, {})
    assert align(OLD, [*TEXTS[:2], f"{TEXTS[2]} {TEXTS[3]}", "Other."]).merged == {14: 2}


def test_an_old_lineage_comes_back_with_its_words() -> None:
    earlier = [
        EarlierPassage(7, "It was written here once, and removed."),
        EarlierPassage(8, "Quite other words than these."),
    ]
    back = "It was written here once and removed"
    assert align(OLD, [*TEXTS, back], earlier).lineages == [*LINEAGES, 7]
    assert align(OLD, [*TEXTS, earlier[1].text], earlier).lineages == [*LINEAGES, 8]
    assert align(OLD, [*TEXTS, "It was written here long ago."], earlier).lineages == [*LINEAGES, None]


def test_two_thousand_edited_and_shuffled_passages_find_their_lineages() -> None:
    old = [
        EarlierPassage(n, f"Passage {n} says that {n * 7} of the {n * 13} things it counts are new.")
        for n in range(2000)
    ]
    new = [one.text.replace("says", "tells") for one in reversed(old)]
    assert lineages(old, new) == [one.lineage for one in reversed(old)]


def test_one_passage_of_twenty_thousand_words_is_compared_too() -> None:
    words = [f"w{n * n % 9973}" for n in range(20_000)]
    assert lineages([EarlierPassage(1, " ".join(words)), *OLD], [" ".join(words[:15_000]), *TEXTS]) == [1, *LINEAGES]


def test_shuffled_words_are_compared_in_bounded_time() -> None:
    words, chosen = [f"w{n}" for n in range(500)], random.Random(1)
    old, new = ([" ".join(chosen.sample(words, 500)) for _ in range(50)] for _ in range(2))

    started = time.thread_time()
    lineages([EarlierPassage(n, one) for n, one in enumerate(old)], new)

    assert time.thread_time() - started < 6  # 18 s before there was a bound


# Few words, so that passages are often alike, contain one another, or are equal.
TEXT = st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=9).map(" ".join)
ARTICLE = st.lists(TEXT, max_size=9)


def former(texts: list[str]) -> list[EarlierPassage]:
    return [EarlierPassage(100 + at, text) for at, text in enumerate(texts)]


@settings(deadline=None)
@given(ARTICLE, ARTICLE, ARTICLE)
def test_each_lineage_is_given_once_and_none_is_invented(old: list[str], new: list[str], gone: list[str]) -> None:
    earlier = [EarlierPassage(200 + at, text) for at, text in enumerate(gone)]
    found = align(former(old), new, earlier)
    given_out = [one for one in found.lineages if one is not None]
    assert len(found.lineages) == len(new)
    assert len(given_out) == len(set(given_out))
    assert set(given_out) <= {one.lineage for one in [*former(old), *earlier]}


@settings(deadline=None)
@given(ARTICLE, ARTICLE)
def test_merges_and_splits_are_reported_once(old: list[str], new: list[str]) -> None:
    found = align(former(old), new)
    assert not found.merged.keys() & set(found.lineages)
    assert all(found.lineages[at] is not None for at in found.merged.values())
    assert all(found.lineages[at] is None and lineage in found.lineages for at, lineage in found.split.items())


@settings(deadline=None)
@given(ARTICLE, TEXT, st.integers(0, 9))
def test_inserting_a_passage_changes_no_other_lineage(old: list[str], added: str, at: int) -> None:
    found = lineages(former(old), [*old[:at], added, *old[at:]])
    assert [one for one in found if one is not None] == [one.lineage for one in former(old)]
    assert found.count(None) == 1
    assert added in old or found[min(at, len(old))] is None


@settings(deadline=None)
@given(st.lists(TEXT, max_size=9, unique=True), st.data())
def test_removing_passages_changes_no_other_lineage(old: list[str], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(former(old)), unique=True)) if old else []
    assert lineages(former(old), [one.text for one in kept]) == [one.lineage for one in kept]


WORDS = [[f"{passage}{word}" for word in "abcdefgh"] for passage in "klmnopqrs"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["keep", "edit", "drop", "add"]), st.integers(0, 7)), max_size=9))
def test_an_alignment_is_order_stable(steps: list[tuple[str, int]]) -> None:
    """Whatever is edited, removed and added: what goes on goes on in its order."""
    new: list[tuple[str, int | None]] = []
    for at, (step, place) in enumerate(steps):
        words = WORDS[at]
        if step != "drop":
            edited = [*words[:place], f"new{at}", *words[place + (step == "edit") :]]
            new.append((" ".join(words if step == "keep" else edited), at))
        if step == "add":
            new.append((f"added for {at}", None))
    old = [EarlierPassage(at, " ".join(words)) for at, words in enumerate(WORDS[: len(steps)])]
    assert lineages(old, [text for text, _ in new]) == [at for _, at in new]


@settings(deadline=None)
@given(st.lists(TEXT, max_size=9, unique=True), st.lists(TEXT, max_size=9, unique=True))
def test_restoring_undoes_a_revision(first: list[str], second: list[str]) -> None:
    old = former(first)
    fresh = count(200)
    found = align(old, second)
    revised = [
        EarlierPassage(next(fresh) if lineage is None else lineage, text)
        for lineage, text in zip(found.lineages, second, strict=True)
    ]
    earlier = [one for one in old if one.lineage not in found.lineages]
    assert lineages_back(revised, first, earlier) == [one.lineage for one in old]


def lineages_back(revised: list[EarlierPassage], first: list[str], earlier: list[EarlierPassage]) -> list[int | None]:
    return align(revised, first, earlier).lineages
