"""Words that are written in several ways, as readers type them and as texts have them."""

import pytest
from litestar import Litestar

from parley.interfaces.search import documents, terms
from parley.interfaces.search.forms import parse
from parley.interfaces.search.words import configuration
from parley.platform import db

pytestmark = pytest.mark.anyio

MATCHES = "select to_tsvector($1::regconfig, $2::text) @@ nullif($3, '')::text::tsquery"


async def is_found(text: str, typed: str, lang: str) -> bool:
    """Whether a text in a thread in `lang` is found, on a site with threads in this language."""
    query = await terms.text_query(parse(typed), lang)
    return bool(await db.value(MATCHES, configuration(text, lang), documents.searched_words(text), query.exact))


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("C++ pointers, C++20", "C++"),
        ("Both C/C++ work.", "c++"),
        ("Learn C# now.", "C#"),
        ("F# is functional.", "f#"),
        ("The .NET runtime.", ".net"),
        ("An A+ grade.", "A+"),
        ("AT&T sues.", "at&t"),
        ("GPT-4 wins.", "gpt4"),
        ("GPT4 wins.", "GPT-4"),
        ("GPT 4 wins.", "gpt4"),
        ("GPT-4o mini", "gpt4o"),
        ("o1 thinks.", "o1"),
        ("Llama-3.1 is out.", "llama3.1"),
        ("Llama3.1 is out.", "Llama 3.1"),
        ("R² of 0.9", "R2"),
        ("About 50 % of people", "50%"),
        ("Write to ada@example.org.", "ada@example.org"),
        ("See https://www.example.org/a/b?c=d.", "http://example.org/a/b"),
        ("Tagged #ai.", "ai"),
        ("A well-being index", "wellbeing"),
        ("A wellbeing index", "well-being"),
        ("An e-mail came.", "email"),
        ("I dont know the zebra.", "don’t zebra"),
        ("I don’t know the zebra.", "dont zebra"),
        ("O’Brien said so.", "obrien"),
        ("L’IA arrive.", "IA"),
        ("The U.S. policy", "US policy"),
        ("The US policy", "U.S. policy"),
        ("Sprach\u00admodelle lernen.", "Sprachmodelle"),
        ("A café", "cafe"),
        ("Ёлка стоит.", "елка"),
        ("私は猫。", "猫"),
        ("猫が好きです", "猫"),
        ("책을 읽다", "책"),
        ("ｶﾞｲﾄﾞと日本", "ガイド"),
        ("ＡＩモデル", "AI"),
        ("مَدْرَسَة كبيرة", "مدرسة"),
        ("كتـــاب جديد", "كتاب"),
        ("می\u200cخواهم", "میخواهم"),
        ("می\u200cخواهم", "می خواهم"),
        ("שָׁלוֹם עולם", "שלום"),
        ("ภาษาไทยง่าย", "ไทย"),
        ("हिंदी भाषा", "हिन्दी"),
        ("A party 🎉 at last", "🎉"),
    ],
)
async def test_a_word_is_found_in_another_spelling(app: Litestar, text: str, typed: str) -> None:
    assert await is_found(text, typed, "en")


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Vitamin C helps.", "C++"),
        ("Vitamin C helps.", "C#"),
        ("A grade of F", "F#"),
        ("Net income rose.", ".NET"),
        ("Look at the t.", "AT&T"),
        ("GPT-3 and 4 apples", "GPT-4"),
        ("日本の本", "猫"),
    ],
)
async def test_another_word_is_not_found(app: Litestar, text: str, typed: str) -> None:
    assert not await is_found(text, typed, "en")


@pytest.mark.parametrize(
    ("text", "typed"),
    [("Müller sagt das.", "Mueller"), ("Mueller sagt das.", "Müller"), ("Größe zählt.", "groesse")],
)
async def test_umlauts_may_be_written_out(app: Litestar, text: str, typed: str) -> None:
    assert await is_found(text, typed, "de")
