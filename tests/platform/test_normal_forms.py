"""Unicode's normal forms of texts that nobody writes."""

import unicodedata

import pytest

from parley.platform.text.normal_forms import _POSSIBLE, MOST_MARKS, PIECE, normalize, stream_safe


@pytest.mark.parametrize("text", ["", "plain", "e\u0301", "a" + "\u0323\u0301" * 15, "漢字" * 100, "שָׁלוֹם" * 9, "न्त्र्य"])
def test_what_somebody_may_write_is_kept(text: str) -> None:
    assert stream_safe(text) == text


def test_marks_of_a_long_row_are_kept_and_divided() -> None:
    divided = stream_safe("a" + "\u0301" * 70 + "b")
    assert divided == "a" + ("\u0301" * MOST_MARKS + "\u034f") * 2 + "\u0301" * 10 + "b"
    assert stream_safe(divided) == divided


def test_every_mark_is_in_a_block_that_is_looked_through() -> None:
    marks = [char for char in map(chr, range(0x110000)) if unicodedata.combining(char)]
    assert len(marks) > 900
    assert [char for char in marks if not _POSSIBLE.fullmatch(char * 31)] == []
    assert "\u034f" in normalize("NFC", "".join(marks))


@pytest.mark.parametrize("unit", ["e\u0301 ", "ae\u0301漢", "\u1100\u1161a", "a"])
def test_a_long_text_is_read_in_pieces_and_is_as_normal_as_in_one(unit: str) -> None:
    text = unit * (3 * PIECE // len(unit))

    assert normalize("NFC", text) == normalize("NFC", unit) * (3 * PIECE // len(unit))


def test_no_piece_is_long_even_without_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    monkeypatch.setattr("parley.platform.text.normal_forms.stream_safe", lambda text: read.append(len(text)) or text)

    normalize("NFC", "\u0958" * 5 * PIECE)

    assert (sum(read), max(read)) == (5 * PIECE, PIECE)


@pytest.mark.parametrize("mark", ["\u0301", "\U0001e000"])
def test_rows_of_marks_are_divided_below_and_above_ffff(mark: str) -> None:
    assert stream_safe("a" + mark * 40) == "a" + mark * MOST_MARKS + "\u034f" + mark * 10
