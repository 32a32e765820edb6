"""Muted words: which texts contain them, on pages (Python) and in lists (PostgreSQL), and how many there can be."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar

from parley.people.accounts import muted_words
from parley.people.accounts.muted_words import HAS_MUTED_WORD, LONGEST_READ, MOST_WORDS, as_word, muted_word
from parley.platform import db
from parley.platform.errors import Refused
from tests import make

pytestmark = pytest.mark.anyio

CASES = [
    ("trump", "About Trump.", True),
    ("trump", "A trumpet, and trumps.", False),
    ("Straße", "Die STRASSE ist leer", True),
    ("strasse", "Diese Straße", True),
    ("σας", "ΓΙΑ ΣΑΣ", True),
    ("climate  change", "on Climate-change\nand more", True),
    ("climate change", "the climate did change", False),
    ("C++", "I write C++ all day", True),
    ("C++", "I write C all day", False),
    ("a.b*", "a.b* and", True),
    ("a.b*", "axbb", False),
    ("中国", "我爱中国人", True),
    ("Война", "о войне и ВОЙНА.", True),
    ("über", "ÜBER allem", True),
    ("ber", "über", False),
    ("it's", "It's late", True),
]


@pytest.mark.parametrize(("word", "text", "found"), CASES)
async def test_a_word_is_found_as_a_whole_and_in_any_case(app: Litestar, word: str, text: str, found: bool) -> None:
    mira = await make.member()
    await muted_words.mute(mira, word, None)

    assert (muted_word((as_word(word),), text) is not None) == found
    assert await in_postgres(text) == found


async def in_postgres(text: str) -> bool:
    member = await db.value("select min(member) from muted_word")
    found: bool = await db.value(f"select {HAS_MUTED_WORD.format(member='$1::bigint', text='$2::text')}", member, text)
    return found


LETTERS = st.text(alphabet="abßéΣσж-. x中", min_size=1, max_size=8)


async def test_lists_and_pages_agree(app: Litestar) -> None:
    mira = await make.member()
    pairs: list[tuple[str, str]] = []

    @given(LETTERS, st.lists(LETTERS, max_size=4))
    def collect(word: str, texts: list[str]) -> None:
        pairs.append((word, " ".join([*texts, word.upper()]) if len(texts) % 2 else "".join(texts)))

    collect()
    for word, text in pairs:
        await db.execute("delete from muted_word")
        try:
            kept = await muted_words.mute(mira, word, None)
        except Refused:
            continue
        assert (muted_word((kept,), text) is not None) == await in_postgres(text), (word, text)


async def test_a_word_is_named_as_it_stands(app: Litestar) -> None:
    assert muted_word(("trump", "the wall"), "So TRUMP says.") == "trump"
    assert muted_word((), "So TRUMP says.") is None


@pytest.mark.parametrize("raw", ["", "  ", "…", "x" * 41, "a\x00b"])
async def test_what_is_no_word_is_refused(app: Litestar, raw: str) -> None:
    with pytest.raises(Refused):
        await muted_words.mute(await make.member(), raw, None)


async def test_a_member_mutes_so_many_words_and_no_more(app: Litestar) -> None:
    mira = await make.member()
    for number in range(MOST_WORDS):
        await muted_words.mute(mira, f"word {number}", None)
    with pytest.raises(Refused, match="the limit"):
        await muted_words.mute(mira, "one more", None)
    assert await muted_words.mute(mira, "Word 7", None) == "word 7"
    await muted_words.unmute(mira, "word 7")
    await muted_words.mute(mira, "one more", None)

    assert len(await muted_words.list_words(mira)) == MOST_WORDS


def test_a_long_discussion_is_matched_at_once() -> None:
    words = tuple(f"{'abcdefgh'[n % 8]}{n}nobodysword" for n in range(MOST_WORDS))
    texts = [f"{number} {'Somebody said that nothing of this matters much. ' * 20}" for number in range(500)]
    muted_word(words, "compile")
    start = time.process_time()
    assert not any(muted_word(words, text) for text in texts)

    assert time.process_time() - start < 0.25


async def test_words_far_into_a_long_text_are_not_looked_for(app: Litestar) -> None:
    await muted_words.mute(await make.member(), "trump", None)
    for length, found in ((LONGEST_READ - 8, True), (LONGEST_READ, False)):
        text = "-" * length + " Trump says."
        assert (muted_word(("trump",), text) is not None) == await in_postgres(text) == found


async def test_many_words_in_many_long_texts_do_not_keep_postgres(app: Litestar) -> None:
    """Each text has the letters of each word, and none of the words, so that each is looked for with its pattern."""
    mira = await make.member()
    with contextlib.suppress(Refused):
        for number in range(100):
            await muted_words.mute(mira, f"{'etaoinshrd'[number % 10]} {'etaoinshrd'[number // 10]}", None)
    counted = HAS_MUTED_WORD.format(member="$1::bigint", text="x.text")
    sql = f"select count(*) from (select repeat($2, 900) || n as text from generate_series(1, 100) n) x where {counted}"
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        assert await db.value(sql, mira.id, "et en es at the moment nothing is of use or ") == 0
        taken.append(time.perf_counter() - start)

    assert min(taken) < 2
