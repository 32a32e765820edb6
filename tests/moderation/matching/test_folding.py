"""Rules see what readers see, however a text is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.moderation.matching.conditions import MOST_WORDS, Domains, Links, Pattern, WordList
from parley.moderation.matching.post import Post
from parley.platform.text import folding

PHRASE = WordList(["free money"])


@pytest.mark.parametrize(
    "text",
    [
        "Get FREE money",
        "free  \n money",
        "free *money*",
        "**free** money",
        "free_money",
        "free-money",
        "free... money!",
        "f\u200bree m\u00adoney",
        "ｆｒｅｅ ｍｏｎｅｙ",
        "𝐟𝐫𝐞𝐞 𝓶𝓸𝓷𝓮𝔂",
        "frée mőney",
        "fr\u0336e\u0336e\u0336 money",
        "frее mоnеy",
        "fr\u03b5e m\u03bfney",
        "f r e e  m o n e y",
        "f.r.e.e m-o-n-e-y",
        "free moneyyyy",
        "&#102;ree money",
        "[free](/a) [money](/b)",
    ],
)
def test_a_phrase_is_found_however_it_is_set(text: str) -> None:
    assert PHRASE.find(Post(text)) is not None


@pytest.mark.parametrize("text", ["carefree moneyed", "free the money", "freemoney.example", "money free"])
def test_other_words_are_not(text: str) -> None:
    assert PHRASE.find(Post(text)) is None


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("See example.com today", "example.com"),
        ("See shop.example.com.", "shop.example.com"),
        ("hxxp://example.net/x", "example.net"),
        ("http : // www . example . com", "example.com"),
        ("www.example.com", "example.com"),
        ("ｗｗｗ.ｅｘａｍｐｌｅ.ｃｏｍ", "example.com"),
        ("example dot com", "example.com"),
        ("example(dot)com", "example.com"),
        ("example [.] com", "example.com"),
        ("example . com", "example.com"),
        ("ехаmple.com", "example.com"),
        ("example.me/page", "example.me"),
        ("www example com", "example.com"),
    ],
)
def test_an_address_is_found_however_it_is_written(text: str, host: str) -> None:
    assert Post(text).hosts == (host,)
    assert Links(1).find(Post(text))
    assert Domains([host]).find(Post(text)) == host


@pytest.mark.parametrize(
    "text",
    [
        "The end.Me too, and so.In fact e.g. this.",
        "node.js, README.md, main.py, v1.2.co2",
        "It was awful. Net result: nothing.",
        "Write to ada@example.com, or to the U.S. or U.K.",
        "A dot in a text. Come on.",
    ],
)
def test_sentences_and_file_names_are_not_addresses(text: str) -> None:
    assert Post(text).links == ()


def test_a_long_list_of_phrases_is_not_too_large_to_compile() -> None:
    phrases = [" ".join(f"w{number}x{word}" for word in range(12)) for number in range(MOST_WORDS)]

    assert WordList(phrases).find(Post(f"so {phrases[-1].replace(' ', '-')}!")) is not None


def test_the_same_address_counts_once() -> None:
    assert len(Post("[example.com](https://example.com/x) and www.example.com").links) == 1


def test_a_pattern_sees_the_text_as_typed_and_as_shown() -> None:
    assert Pattern(r"\*free\*").find(Post("So *free*")) == "*free*"
    assert Pattern("free money").find(Post("So *free* mоney")) == "free money"
    assert Pattern("FREE", any_case=False).find(Post("*free*")) is None


@given(st.text("aaaWw3_ .*-\n", max_size=30))
def test_the_search_for_stretched_and_spaced_words_misses_none(text: str) -> None:
    one_by_one = folding.SPACED.sub(lambda found: found[0].replace(found[1], ""), text)

    assert folding.fold_alike(text) == folding.STRETCHED.sub(r"\1", one_by_one)
