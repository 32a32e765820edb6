"""What is typed into the search field, as terms and filters; and the words of texts as they are indexed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.interfaces.search.forms import LONGEST_QUERY, MOST_TERMS, SearchForm, Term, parse
from parley.interfaces.search.words import configuration, index_words


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("energy cost", [Term("energy"), Term("cost")]),
        ('"cost of energy" -coal', [Term("cost of energy", is_phrase=True), Term("coal", is_excluded=True)]),
        ('-"old coal"', [Term("old coal", is_phrase=True, is_excluded=True)]),
        ('"not closed', [Term("not closed", is_phrase=True)]),
        ("https://a.example/x HTTP://www.b.example https://", [Term("a.example/x"), Term("b.example")]),
        ("-- ! \u200b & | ()", []),
        ("-by:ada", [Term("by:ada", is_excluded=True)]),
    ],
)
def test_terms(typed: str, terms: list[Term]) -> None:
    assert list(parse(typed).terms) == terms


def test_filters_among_the_words() -> None:
    query = parse('by:ada STANCE:asks after:2026-05 "by:bea" energy by:"Ann L"')

    assert query.filters == {"by": "Ann L", "stance": "asks", "after": "2026-05"}
    assert [one.text for one in query.terms] == ["by:bea", "energy"]


def test_a_query_has_a_limited_number_of_terms() -> None:
    assert len(parse("a b " * 100).terms) == MOST_TERMS


@given(st.text(max_size=2 * LONGEST_QUERY))
def test_any_text_is_a_valid_query(typed: str) -> None:
    query = parse(typed)

    assert len(query.terms) <= MOST_TERMS
    assert all(index_words(one.text) for one in query.terms)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Größe, CAFÉ & don't", "grosse cafe don t"),
        ("Aydın Łódź smørrebrød", "aydin lodz smorrebrod"),
        ("日本語の本", "日本 本語 語の の本"),
        ("GPT-4の本 x", "gpt 4 の本 x"),
        ("C++ c# F# .NET .net. i++", "cplusplus csharp fsharp dotnet dotnet iplusplus"),
        ("a+b 18+ notepad++ x#y #ai example.net.", "a b 18 notepad x y ai example net"),
        ("GPT4o llama3.1 mp3 o1 a1b2", "gpt 4o llama 3 1 mp3 o1 a1b2"),
        ("本", "本"),
        ("Йод и Ёлка", "йод и елка"),
        ("हिन्दी", "हिंदी"),
        ("^t6 'a' & !b", "t6 a b"),
    ],
)
def test_words_as_they_are_indexed(text: str, words: str) -> None:
    assert index_words(text) == words


@pytest.mark.parametrize(
    ("text", "tag", "name"),
    [
        ("Words", "en-GB", "english"),
        ("Wörter", "de", "german"),
        ("Words", None, "english"),
        ("Слова на русском", "en", "russian"),
        ("Words", "ru", "english"),
        ("日本語", "en", "simple"),
        ("42", "de", "german"),
        ("Sanat", "xx", "simple"),
    ],
)
def test_the_language_of_a_text(text: str, tag: str | None, name: str) -> None:
    assert configuration(text, tag) == name


def test_a_filter_among_the_words_wins_over_the_same_field() -> None:
    form = SearchForm({"q": "energy by:ada after:2026", "by": "bea"})

    assert form.by == "ada"
    assert form.chosen == {"q": "energy by:ada after:2026"}
    assert form.after is not None
    assert form.after.isoformat() == "2026-01-01T00:00:00+00:00"
    assert form.errors == {}


@pytest.mark.parametrize("query", ["after:soon", "before:2026-13", "stance:likes", "thread:x", "kind:cat"])
def test_a_filter_that_means_nothing_is_a_mistake(query: str) -> None:
    name = query.partition(":")[0]

    assert SearchForm({"q": query}).errors.keys() == {name}
