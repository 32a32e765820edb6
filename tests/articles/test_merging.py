"""What the source says and what was edited here, together; and when a page is its article no more."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import SHARED
from parley.articles import checking
from parley.articles.differences import compare, count
from parley.articles.importing.errors import CannotImport
from parley.articles.importing.markdown import extract_markdown
from parley.articles.importing.passages import Passage, cut
from parley.articles.merging import Kept, merge

WORDS = st.lists(st.sampled_from("abcdefgh"), max_size=8)


def said(words: list[str]) -> list[Passage]:
    return [Passage("paragraph", None, f"<p>{word}</p>", word) for word in words]


def kept(words: list[str], first: int = 1) -> list[Kept]:
    return [Kept(at, "paragraph", None, f"<p>{word}</p>", word) for at, word in enumerate(words, start=first)]


def edited(passages: list[Kept], **changes: str) -> list[Kept]:
    """`passages`, those that read as named reading otherwise, those changed to nothing gone."""
    found = [(one, changes.get(one.text, one.text)) for one in passages]
    return [Kept(one.lineage, one.kind, None, f"<p>{text}</p>", text) for one, text in found if text]


def merged(before: list[Kept], now: list[Kept], new: list[str]) -> list[str]:
    return [one.text for one in merge(before, now, said(new))]


@given(WORDS, WORDS)
def test_where_nothing_was_edited_the_source_has_its_way(before: list[str], new: list[str]) -> None:
    assert merged(kept(before), kept(before), new) == new


@given(WORDS, WORDS)
def test_where_the_source_says_the_same_the_edited_text_stays(before: list[str], now: list[str]) -> None:
    rewritten = kept(now, first=100)
    half = kept(before)[::2] + rewritten

    assert merged(kept(before), half, before) == [one.text for one in half]


def test_edits_removals_and_additions_stay_where_the_source_changes_elsewhere() -> None:
    before = kept(["one", "two", "three", "four"])
    now = edited(before, one="ONE", three="")
    now.insert(2, Kept(9, "paragraph", None, "<p>ours</p>", "ours"))

    assert merged(before, now, ["zero", "one", "two", "three", "FOUR"]) == ["zero", "ONE", "two", "ours", "FOUR"]


def test_a_passage_that_both_edited_is_the_source_s() -> None:
    before = kept(["one", "two"])

    assert merged(before, edited(before, one="ours"), ["theirs", "two"]) == ["theirs", "two"]


def test_what_was_added_behind_a_passage_that_is_gone_is_not_lost() -> None:
    before = kept(["one", "two"])
    now = [*before, Kept(9, "paragraph", None, "<p>ours</p>", "ours")]

    assert merged(before, now, ["one"]) == ["one", "ours"]


@given(WORDS, st.permutations(range(1, 9)))
def test_a_difference_loses_and_doubles_no_passage(words: list[str], order: list[int]) -> None:
    old = kept(words)
    new = [Kept(lineage, "paragraph", None, f"<p>{lineage}</p>", str(lineage)) for lineage in order]

    changes = [one for run in compare(old, new) for one in run.changes]

    assert len(changes) == len({one.lineage for one in old} | set(order))
    assert sum(one.what == "added" for one in changes) == len(set(order) - {one.lineage for one in old})
    assert count(compare(old, old)) == 0


@pytest.mark.parametrize("essay", ["brex-prompt-engineering", "tuning-playbook", "ietf-aipref-attach"])
def test_no_real_revision_is_taken_for_another_text_and_none_loses_a_passage(essay: str) -> None:
    files = sorted((SHARED / "revisions" / essay).glob("r*.md"))
    if not files:
        pytest.skip("the real material is not here: no ../shared/data/revisions beside the project")
    texts = [cut(extract_markdown(file.read_text("utf-8")).html, base_url="https://essay.example/") for file in files]

    for old, new in pairwise(texts):
        checking.refuse_another((one.text for one in old), (one.text for one in new))
        before = [Kept(at, one.kind, one.level, one.html, one.text) for at, one in enumerate(old)]
        assert [one.text for one in merge(before, before, new)] == [one.text for one in new]


@pytest.mark.parametrize("site", ["nytimes-1", "wapo-1", "telegraph", "qq", "folha"])
def test_a_real_article_is_no_version_of_another(site: str) -> None:
    pages = {page.parent.name: page for page in (SHARED / "article-readability").glob("*/expected.html")}
    if not pages:
        pytest.skip("the real material is not here: no ../shared/data/article-readability beside the project")
    texts = {name: cut(page.read_text("utf-8"), base_url=None) for name, page in pages.items()}

    for name in texts.keys() - {site}:
        if sum(len(one.text) for one in texts[name]) > 1_000:
            with pytest.raises(CannotImport):
                checking.refuse_another((one.text for one in texts[name]), (one.text for one in texts[site]))
