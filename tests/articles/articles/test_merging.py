"""What the source says and what was edited here, together; and when a page is its article no more."""

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.articles.articles.versions import StoredPassage
from parley.articles.imports import source_checks
from parley.articles.revisions.differences import compare, count
from parley.articles.revisions.losses import loss
from parley.articles.revisions.merging import Conflict, merge, with_known_pictures
from parley.extraction.errors import CannotImport
from parley.extraction.html.passages import ImportedPassage, cut_passages
from parley.extraction.text.markdown import extract_markdown
from tests.conftest import SHARED

WORDS = st.lists(st.sampled_from("abcdefgh"), max_size=8)


def said(words: Iterable[str]) -> list[ImportedPassage]:
    return [ImportedPassage("paragraph", None, f"<p>{word}</p>", word) for word in words]


def kept(words: list[str], first: int = 1) -> list[StoredPassage]:
    return [StoredPassage(at, "paragraph", None, f"<p>{word}</p>", word) for at, word in enumerate(words, start=first)]


def texts(passages: Iterable[ImportedPassage]) -> list[str]:
    return [one.text for one in passages]


def merged(base: list[str], ours: list[str], theirs: list[str], take: tuple[int, ...] = ()) -> list[str]:
    return texts(merge(said(base), said(ours), said(theirs), take).passages)


@given(WORDS, WORDS)
def test_without_edits_the_source_s_text_is_taken(base: list[str], theirs: list[str]) -> None:
    assert merged(base, base, theirs) == theirs


@given(WORDS, WORDS)
def test_an_edit_stays_if_the_source_did_not_change(base: list[str], ours: list[str]) -> None:
    assert merged(base, ours, base) == ours


def test_edits_removals_and_additions_stay_where_the_source_changes_elsewhere() -> None:
    base = ["one is here", "two", "three", "four is here"]
    ours = ["one is really here", "two", "ours", "four is here"]
    theirs = ["zero", "one is here", "two", "three", "four is there"]

    done = merge(said(base), said(ours), said(theirs))

    assert texts(done.passages) == ["zero", "one is really here", "two", "ours", "four is there"]
    assert (done.corrections, done.conflicts) == (3, [])


def test_changes_of_neighbouring_passages_are_not_a_conflict() -> None:
    assert merged(["one is here", "two is here"], ["one was here", "two is here"], ["one is here", "two was here"]) == [
        "one was here",
        "two was here",
    ]


def test_in_a_conflict_the_corrected_text_stays_unless_the_source_s_is_chosen() -> None:
    base, ours, theirs = ["one is here", "two"], ["one was here", "two"], ["one will be here", "two"]

    conflict = merge(said(base), said(ours), said(theirs)).conflicts

    assert conflict == [Conflict(said(base[:1]), said(ours[:1]), said(theirs[:1]))]
    assert merged(base, ours, theirs) == ours
    assert merged(base, ours, theirs, take=(0,)) == theirs


def test_editing_a_passage_that_the_other_side_removed_is_a_conflict() -> None:
    assert merge(said(["one is here"]), said(["one was here"]), []).conflicts[0].theirs == []
    assert merge(said(["one is here"]), [], said(["one was here"])).conflicts[0].ours == []
    assert merged(["one is here"], ["one was here"], []) == ["one was here"]
    assert merged(["one is here"], [], ["one was here"]) == []


def test_equal_changes_on_both_sides_are_not_a_conflict_and_not_doubled() -> None:
    done = merge(said(["one is here"]), said(["one was here", "new"]), said(["one was here", "new"]))

    assert texts(done.passages) == ["one was here", "new"]
    assert done.conflicts == []


def test_a_passage_added_after_a_removed_one_is_kept() -> None:
    assert merged(["one", "two"], ["one", "two", "ours"], ["one"]) == ["one", "ours"]


def test_an_undecided_conflict_remains_with_the_next_text() -> None:
    base, ours = ["one is here", "two is here"], ["one was here", "two is here"]
    theirs = ["one will be here", "two were here"]

    first = merge(said(base), said(ours), said(theirs))
    again = merge(first.undecided, first.passages, said([theirs[0], "two could be here"]))

    assert texts(first.undecided) == [base[0], theirs[1]]
    assert texts(again.passages) == [ours[0], "two could be here"]
    assert texts(again.conflicts[0].theirs) == theirs[:1]


def test_a_passage_in_conflict_that_the_source_removed_keeps_its_place_for_the_next_text() -> None:
    base = ["one is here", "two is here", "three is here", "four is here"]
    ours = ["one is here", "two is really here", "three is here", "four is here"]
    first = merge(said(base), said(ours), said([base[0], *base[2:]]))

    then = merge(first.undecided, first.passages, said([base[3], base[0], base[2]]))

    assert texts(first.undecided) == base
    assert texts(then.passages) == ["four is here", "one is here", "two is really here", "three is here"]


def test_paragraphs_replaced_by_an_advertisement_count_as_lost() -> None:
    before = [f"The cost of {name} is high in the city, and the use of it is low." for name in "abcdefghij"]
    replaced = [" ".join(sorted(text.split())) for text in before[3:7]]

    lost = loss(kept(before), said([*before[:3], *replaced, *before[7:]]))

    assert lost.is_too_much
    assert lost.words >= 40


def test_a_paragraph_that_moves_or_is_split_loses_nothing() -> None:
    before = [f"The cost of {name} is high in the city, and the use of it is low." for name in "abcdefghij"]
    halves = [before[2][:34], before[2][35:]]

    assert loss(kept(before), said([*before[:2], *halves, *before[5:], *before[3:5]])).words == 0
    assert loss(kept(["One"]), said(["One"])).words == 0


def test_when_the_source_splits_a_corrected_paragraph_its_pieces_are_one_conflict() -> None:
    long = "this is the first half of it all, and that is the second half of it all"
    pieces = ["this is the first half of it all", "and that is the second half of it all"]

    done = merge(said([long]), said([long + " really"]), said(pieces))

    assert texts(done.passages) == [long + " really"]
    assert texts(done.conflicts[0].theirs) == pieces


def test_a_picture_that_cannot_be_fetched_now_is_kept() -> None:
    figure = ImportedPassage("figure", None, '<figure><img src="/media/a"></figure>', "A curve")
    link = ImportedPassage("figure", None, '<figure><a href="https://essay.example/a">A curve</a></figure>', "A curve")
    other = ImportedPassage("figure", None, '<figure><img src="/media/b"></figure>', "A curve")

    assert with_known_pictures([figure], [link, other]) == [figure, other]


class Paragraph(msgspec.Struct):
    """One paragraph in a story of edits: what the source said when it was last read, what it says, what is here."""

    said: str
    says: str
    here: str

    @property
    def is_in_conflict(self) -> bool:
        return self.here not in (self.said, self.says) and self.says != self.said

    def read(self) -> None:
        """Read the source. A conflict waits; what was changed on one side only is there."""
        if self.here == self.said:
            self.here = self.says
        if not self.is_in_conflict:
            self.said = self.says


FILLING = "says so at some length with many words of its own"
STEPS = st.lists(st.tuples(st.sampled_from(["source", "here", "read"]), st.integers(0, 5)), max_size=30)


@given(STEPS)
def test_corrections_and_the_source_s_changes_survive_any_sequence(steps: list[tuple[str, int]]) -> None:
    first = [f"{name} {name} {name} {name} {FILLING}" for name in ("ada", "bo", "cy", "di", "eve", "flo")]
    story = [Paragraph(text, text, text) for text in first]
    base = said(first)
    for at, (what, number) in enumerate([*steps, ("read", 0)]):
        one = story[number]
        if what == "source":
            one.says = f"{first[number]} source{at}"
        elif what == "here":
            one.here = f"{first[number]} here{at}"
        else:
            done = merge(base, said(one.here for one in story), said(one.says for one in story))
            base = done.undecided
            assert len(done.conflicts) == sum(one.is_in_conflict for one in story)
            for one in story:
                one.read()
            assert texts(done.passages) == [one.here for one in story]


PIECES = st.one_of(st.sampled_from(["a", "b", "a b", "b a", "a b c d", "c d a b e", ""]), st.text("ab ", max_size=40))


@given(st.lists(PIECES), st.lists(PIECES), st.lists(PIECES))
def test_no_passage_is_invented_or_doubled(base: list[str], ours: list[str], theirs: list[str]) -> None:
    done = merge(said(base), said(ours), said(theirs))

    assert not Counter(texts(done.passages)) - Counter(ours) - Counter(theirs)


def hostile() -> Iterator[tuple[str, list[str], list[str], list[str]]]:
    """Base, ours and theirs of about 60,000 words each, as one may send them."""
    words = [f"w{number}" for number in range(600)]
    chosen = random.Random(1)
    shuffled = [[" ".join(chosen.sample(words, 600)) for _ in range(100)] for _ in range(3)]
    yield "the same words in other orders", *shuffled
    yield "one word", ["a " * 600] * 100, ["a " * 599] * 100, ["a " * 601] * 100
    yield "one long passage each", *([" ".join(some)] for some in shuffled)
    yield "two passages by turns", ["a", "b"] * 1_000, ["b", "a", "a"] * 700, ["a", "b", "b"] * 700


@pytest.mark.parametrize(("base", "ours", "theirs"), [pytest.param(*some, id=name) for name, *some in hostile()])
def test_merging_takes_bounded_time(base: list[str], ours: list[str], theirs: list[str]) -> None:
    three = said(base), said(ours), said(theirs)
    costs = []
    for _ in range(2):
        started = time.thread_time()
        merge(*three)
        costs.append(time.thread_time() - started)

    assert min(costs) < 4  # about a tenth of it here; 40 s for the first of them before there was a bound


@given(WORDS, st.permutations(range(1, 9)))
def test_a_difference_loses_and_doubles_no_passage(words: list[str], order: list[int]) -> None:
    old = kept(words)
    new = [StoredPassage(lineage, "paragraph", None, f"<p>{lineage}</p>", str(lineage)) for lineage in order]

    changes = [one for run in compare(old, new) for one in run.changes]

    assert len(changes) == len({one.lineage for one in old} | set(order))
    assert sum(one.what == "added" for one in changes) == len(set(order) - {one.lineage for one in old})
    assert count(compare(old, old)) == 0


@pytest.mark.parametrize(
    "essay",
    ["brex-prompt-engineering", pytest.param("tuning-playbook", marks=pytest.mark.slow), "ietf-aipref-attach"],
)
def test_real_revisions_are_recognised_and_lose_no_passage(essay: str) -> None:
    files = sorted((SHARED / "revisions" / essay).glob("r*.md"))
    if not files:
        pytest.skip("the real material is not here: no ../shared/data/revisions beside the project")
    texts = [
        cut_passages(extract_markdown(file.read_text("utf-8")).html, base_url="https://essay.example/")
        for file in files
    ]

    for old, new in pairwise(texts):
        source_checks.check_is_revision((one.text for one in old), (one.text for one in new))
        assert merge(old, old, new).passages == new


@pytest.mark.parametrize("site", ["nytimes-1", "wapo-1", "telegraph", "qq", "folha"])
def test_a_real_article_is_no_version_of_another(site: str) -> None:
    pages = {page.parent.name: page for page in (SHARED / "article-readability").glob("*/expected.html")}
    if not pages:
        pytest.skip("the real material is not here: no ../shared/data/article-readability beside the project")
    texts = {name: cut_passages(page.read_text("utf-8"), base_url=None) for name, page in pages.items()}

    for name in texts.keys() - {site}:
        if sum(len(one.text) for one in texts[name]) > 1_000:
            with pytest.raises(CannotImport):
                source_checks.check_is_revision((one.text for one in texts[name]), (one.text for one in texts[site]))


def test_passages_that_only_moved_on_their_page_are_no_conflict() -> None:
    base, ours = said(["one is here", "two is here"]), said(["one is really here", "two is here"])
    theirs = [msgspec.structs.replace(one, page=2, boxes="2 1414 1 2 3 4") for one in base]
    done = merge(base, ours, theirs)
    assert (done.conflicts, done.corrections) == ([], 1)
    assert [(one.text, one.page) for one in done.passages] == [("one is really here", None), ("two is here", 2)]
