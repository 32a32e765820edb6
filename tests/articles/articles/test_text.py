"""How long an article takes to read, in scripts with spaces and without."""

import pytest

from tests import make


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nobody asked how much energy the answer cost.", 8),
        ("日本語の文章です。新しい記事を読みましょう。", 11),
        ("GPT-4 は日本語を読みます。", 6),
        ("שלום לכל הקוראים", 3),
    ],
)
def test_characters_of_scripts_without_spaces_count_half_a_word(text: str, words: int) -> None:
    assert make.text(text).words == words
