"""Unicode's normal forms of texts that nobody writes."""

import unicodedata

import pytest

from parley.core.text.normal_forms import _POSSIBLE, MOST_MARKS, normalized, stream_safe

MARKS = [char for char in map(chr, range(0x110000)) if unicodedata.combining(char)]


@pytest.mark.parametrize("text", ["", "plain", "e\u0301", "a" + "\u0323\u0301" * 15, "漢字" * 100, "שָׁלוֹם" * 9, "न्त्र्य"])
def test_what_somebody_may_write_is_kept(text: str) -> None:
    assert stream_safe(text) == text


def test_marks_of_a_long_row_are_kept_and_divided() -> None:
    divided = stream_safe("a" + "\u0301" * 70 + "b")
    assert divided == "a" + ("\u0301" * MOST_MARKS + "\u034f") * 2 + "\u0301" * 10 + "b"
    assert stream_safe(divided) == divided


def test_every_mark_is_in_a_block_that_is_looked_through() -> None:
    assert len(MARKS) > 900
    assert [char for char in MARKS if not _POSSIBLE.fullmatch(char * 31)] == []
    assert "\u034f" in normalized("NFC", "".join(MARKS))
