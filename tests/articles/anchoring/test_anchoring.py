import json
from collections.abc import Sequence

import lxml.html
import pytest

from parley.articles.anchoring import DocumentBlock, Resolution, Selector, resolve, select
from tests.conftest import SHARED

ROTA = "The rota hangs beside the door. It is older than anyone named on it, and nobody dares to change it."
NOTICE = "There are only three remedies, and each of them has been tried across the road."
FLASK = "I have brought my own flask, and I drink from it at my desk. Nobody has said a word about it so far."
ARTICLE = [DocumentBlock(11, ROTA), DocumentBlock(12, NOTICE), DocumentBlock(13, FLASK)]


def blocks(*texts: str, first: int = 11) -> list[DocumentBlock]:
    return [DocumentBlock(first + at, text) for at, text in enumerate(texts)]


def find(
    quote: str, new: Sequence[DocumentBlock], *, on: int = 11, old: Sequence[DocumentBlock] = ARTICLE
) -> Resolution:
    selector = select(old, on, quote)
    assert selector
    [place] = resolve([selector], old, new, {})
    return place


def test_a_selector_contains_the_words_and_their_context() -> None:
    found = select(ARTICLE, 12, "three remedies,  and\neach")
    assert found == Selector(
        12, "three remedies, and each", "es to change it. There are only ", " of them has been tried across t"
    )


def test_quotation_marks_dashes_and_spaces_may_differ_from_the_article() -> None:
    article = blocks("He said: “It’s the model\u00a0– not the data” and left.")
    found = select(article, 11, '"It\'s the model - not the data"')
    assert found
    assert found.quote == "“It’s the model – not the data”"


def test_case_must_match() -> None:
    assert select(ARTICLE, 11, "the rota") is None


def test_words_are_searched_from_their_passage_on() -> None:
    assert select(ARTICLE, 12, "The rota hangs") is None
    assert select(ARTICLE, 12, "my own flask") is None
    assert select(ARTICLE, 99, "my own flask") is None


def test_a_selection_may_run_on_over_passages() -> None:
    found = select(ARTICLE, 12, "across the road.\n\nI have brought")
    assert found == Selector(
        12, "across the road. I have brought", "and each of them has been tried ", " my own flask, and I drink from "
    )
    [place] = resolve([found], ARTICLE, ARTICLE, {})
    assert (place.state, place.lineage, place.last, place.quote) == ("same", 12, 13, found.quote)


def test_cells_and_blocks_may_be_joined_in_any_way() -> None:
    assert select(blocks("Year Sold 2024 17"), 11, "Year\tSold\n202417") == Selector(11, "Year Sold 2024 17")


def test_of_several_occurrences_the_one_after_the_prefix_is_meant() -> None:
    article = blocks("the cat, the dog and the cat again")
    first, second = select(article, 11, "cat"), select(article, 11, "cat", "the dog and the ")
    assert first
    assert second
    assert (first.suffix, second.suffix) == (", the dog and the cat again", " again")


def test_no_quote_means_the_whole_passage() -> None:
    assert select(ARTICLE, 12, " ") == Selector(12, "")


def test_unchanged_words_are_the_same() -> None:
    place = find("nobody dares", [DocumentBlock(9, "Something new."), *ARTICLE])
    assert place == Resolution(
        "same", 11, 11, "nobody dares", 1.0, "er than anyone named on it, and ", " to change it. There are only th"
    )


def test_words_that_remain_in_an_edited_passage_are_the_same() -> None:
    edited = blocks(ROTA.replace("The rota hangs", "A rota has hung for years"), NOTICE, FLASK)
    assert find("nobody dares to change it", edited).state == "same"


def test_typography_does_not_change_words() -> None:
    old, new = blocks('They "don\'t" - ever.'), blocks("They “don’t” – ever.")
    place = find('"don\'t" - ever', new, old=old)
    assert (place.state, place.quote) == ("same", "“don’t” – ever")


def test_edited_words_are_found_by_their_context() -> None:
    edited = blocks(ROTA.replace("nobody dares to change it", "nobody now dares to touch it"), NOTICE, FLASK)
    place = find("nobody dares to change it", edited)
    assert (place.state, place.lineage, place.quote) == ("changed", 11, "nobody now dares to touch it")
    assert 0.7 < place.confidence < 1


def test_the_right_occurrence_of_repeated_words_is_followed() -> None:
    old = blocks("a model reads, a model writes, a model forgets")
    new = blocks("each day a model reads, and a model writes, then a model forgets")
    selector = select(old, 11, "a model", "writes, ")
    assert selector
    [place] = resolve([selector], old, new, {})
    assert (place.state, place.suffix) == ("same", " forgets")


def test_words_of_a_moved_passage_count_as_moved() -> None:
    place = find("three remedies", [ARTICLE[1], ARTICLE[0], ARTICLE[2]], on=12)
    assert (place.state, place.lineage) == ("moved", 12)


def test_a_sentence_moved_into_another_passage_counts_as_moved() -> None:
    sentence = "Nobody has said a word about it so far."
    new = blocks(f"{sentence} {ROTA}", NOTICE, FLASK.replace(sentence, "").strip())
    place = find(sentence, new, on=13)
    assert (place.state, place.lineage, place.quote) == ("moved", 11, sentence)


def test_words_in_a_piece_that_was_split_off_moved_to_it() -> None:
    new = [DocumentBlock(11, "The rota hangs beside the door."), DocumentBlock(20, ROTA[32:]), *ARTICLE[1:]]
    assert find("older than anyone", new) == Resolution(
        "moved",
        20,
        20,
        "older than anyone",
        1.0,
        "ta hangs beside the door. It is ",
        " named on it, and nobody dares t",
    )
    over = find("the door. It is older", new)
    assert (over.state, over.lineage, over.last) == ("same", 11, 20)


def test_words_of_a_passage_merged_into_another_moved_with_it() -> None:
    new = [DocumentBlock(11, f"{ROTA} {NOTICE}"), ARTICLE[2]]
    anchors = [Selector(12, "three remedies"), Selector(12, "")]
    words, whole = resolve(anchors, ARTICLE, new, {12: 11})
    assert (words.state, words.lineage, words.quote) == ("moved", 11, "three remedies")
    assert (whole.state, whole.lineage, whole.quote) == ("changed", 11, "")


def test_an_anchor_whose_words_were_removed_keeps_its_passage() -> None:
    new = blocks("The rota hangs beside the door.", NOTICE, FLASK)
    assert find("nobody dares to change it", new) == Resolution("kept", 11, 11, "", 0.0)


def test_an_anchor_whose_words_were_removed_keeps_the_merged_passage() -> None:
    new = [DocumentBlock(11, f"{ROTA} There are only three remedies."), ARTICLE[2]]
    [place] = resolve([Selector(12, "has been tried across the road")], ARTICLE, new, {12: 11})
    assert place == Resolution("kept", 11, 11, "", 0.0)


def test_words_are_lost_with_their_passage() -> None:
    assert find("three remedies, and each of them", [ARTICLE[0], ARTICLE[2]], on=12).state == "lost"


def test_a_removed_item_is_not_confused_with_a_similar_neighbour() -> None:
    items = [f"The {name} model has 12 layers and was trained for 30 days." for name in ("first", "second", "third")]
    old = blocks(*items)
    assert find(items[1], [old[0], old[2]], on=12, old=old).state == "lost"
    assert find("was trained for 30 days", [old[0], old[2]], on=12, old=old).state == "lost"


def test_a_few_words_that_appear_elsewhere_do_not_count_as_moved() -> None:
    new = blocks("The rota hangs beside the door.", NOTICE, f"{FLASK} But nobody dares.")
    assert find("nobody dares", new) == Resolution("kept", 11, 11, "", 0.0)


def test_context_decides_between_two_equal_places_or_neither_is_chosen() -> None:
    sentence = "Nobody has said a word about it so far."
    rest = FLASK.replace(sentence, "").strip()
    twice = blocks(f"{ROTA} {sentence}", f"{NOTICE} {sentence}", rest)
    assert find(sentence, twice, on=13).state == "kept"
    around = blocks(f"{ROTA} {sentence}", f"{NOTICE} At my desk. {sentence}", rest)
    assert find(sentence, around, on=13).lineage == 12


def test_an_anchor_on_a_whole_passage_follows_its_lineage() -> None:
    new = [DocumentBlock(12, NOTICE), DocumentBlock(11, ROTA), DocumentBlock(20, "Something else.")]
    anchors = [Selector(lineage, "") for lineage in (11, 12, 13)]
    edited = [DocumentBlock(11, ROTA.replace("older", "younger")), *ARTICLE[1:]]
    assert sorted(one.state for one in resolve(anchors[:2], ARTICLE, new, {})) == ["moved", "same"]
    assert [one.state for one in resolve(anchors, ARTICLE, edited, {})] == ["changed", "same", "same"]
    assert resolve(anchors[2:], ARTICLE, new, {}) == [Resolution("lost", 13, 13, "", 0.0)]


def test_a_passage_without_words_can_be_anchored_to() -> None:
    article = [ARTICLE[0], DocumentBlock(12, ""), ARTICLE[2]]
    [place] = resolve([Selector(12, "")], article, article, {})
    assert (place.state, place.lineage) == ("same", 12)
    assert find("to change it. I have brought", article, old=article).last == 13


def test_an_anchor_that_is_not_in_the_former_text_is_lost() -> None:
    anchors = [Selector(11, "words that are not there"), Selector(99, "The rota")]
    assert [one.state for one in resolve(anchors, ARTICLE, ARTICLE, {})] == ["lost", "lost"]


CASES = SHARED / "anchoring" / "annotator" / "text-quote-match.json"
QUOTES = json.loads(CASES.read_text()) if CASES.exists() else {}


@pytest.mark.skipif(not QUOTES, reason="the cases of Apache Annotator are not here (../shared/data/anchoring)")
def test_quotes_are_matched_as_apache_annotator_does() -> None:
    """But that text around it only helps to choose, and that an empty quote is a passage."""
    judged = 0
    for name, case in QUOTES.items():
        quote = case["selector"]["exact"]
        root = lxml.html.document_fromstring(case["html"])
        text = root.text_content()
        expected = [_span(root, place) for place in case["expected"]]
        if not quote or (not expected and quote in text):
            continue
        selector = Selector(1, quote, case["selector"].get("prefix", ""), case["selector"].get("suffix", ""))
        [place] = resolve([selector], [DocumentBlock(1, text)], [DocumentBlock(1, text)], {})
        before = (text.index(place.prefix + place.quote) + len(place.prefix)) if place.quote else -1
        assert (before, before + len(quote)) in expected or (place.state == "lost" and not expected), name
        judged += 1
    assert judged >= 15


def _span(root: lxml.html.HtmlElement, place: dict[str, int | str]) -> tuple[int, int]:
    return _position(root, place, "start"), _position(root, place, "end")


def _position(root: lxml.html.HtmlElement, place: dict[str, int | str], side: str) -> int:
    """The place of a node's character in all text."""
    [node] = root.xpath(place[f"{side}ContainerXPath"])[:1]
    nodes = root.xpath("//text()")
    key = (node.getparent(), node.is_tail)
    index = next(at for at, one in enumerate(nodes) if (one.getparent(), one.is_tail) == key)
    return sum(map(len, nodes[:index])) + place[f"{side}Offset"]
