"""The language of an article without a declaration."""

import pytest

from parley.extraction.metadata.languages import detect_language
from parley.extraction.sandbox.reading import read_article
from parley.extraction.text.pasted import extract_pasted

GERMAN = "Das Café an der Straße ist schön, und die Brötchen schmecken größtenteils gut."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (GERMAN, "de"),
        ("The first paragraph says what the article is about, in enough words to be one of its own.", "en"),
        ("Le garçon a mangé des crêpes à la forêt où l'été déjà commençait.", "fr"),
        ("日本語の文章です。新しい記事を読みましょう。日本語の文章です。新しい記事を読みましょう。", "ja"),
        ("12345 67890 " * 10, None),
        ("Ja.", None),
    ],
)
def test_words_tell_the_language(text: str, language: str | None) -> None:
    assert detect_language(text) == language


def test_a_declared_language_is_taken_and_a_missing_one_detected() -> None:
    found = read_article(extract_pasted(f"Das Café\n\n{GERMAN}\n\n{GERMAN}")).extracted
    assert (found.lang, found.where["language"]) == ("de", "words")
    declared = read_article(extract_pasted(f"---\ntitle: Café\nlang: nl\n---\n\n{GERMAN}")).extracted
    assert (declared.lang, declared.where["language"]) == ("nl", "declared")
