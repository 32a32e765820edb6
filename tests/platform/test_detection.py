"""The language of comments, by their words."""

import json
from collections import Counter
from pathlib import Path

import pytest

from parley.platform.text.detection import language_of
from parley.site import demo

SENTENCES = {
    "ar": "هذا النموذج أصغر من غيره، لكن إجاباته ليست أفضل في كل شيء.",
    "de": "Das Modell ist kleiner, aber die Antworten sind nicht besser.",
    "en": "The model is smaller, but its answers are not better than the others.",
    "es": "Este modelo no es más grande que los otros, pero responde mejor.",
    "fr": "Ce modèle est plus petit mais il ne répond pas mieux dans tous les cas.",
    "it": "Il modello è più piccolo, ma non per questo è peggiore.",
    "nl": "De modellen zijn niet groter, maar het antwoord is wel beter.",
    "pt": "O modelo não é maior, mas as respostas são melhores em tudo.",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_tells_its_language(code: str) -> None:
    assert language_of(SENTENCES[code]) == code


@pytest.mark.parametrize("text", ["", "Agree.", "Größere Modelle helfen hier wenig", "これは小さなモデルです"])
def test_few_words_tell_nothing(text: str) -> None:
    assert language_of(text) is None


def test_what_is_quoted_and_markup_do_not_count() -> None:
    quoted = f"<blockquote><p>{SENTENCES['en'] * 3}</p></blockquote><p>{SENTENCES['de']}</p><pre>if not is the</pre>"

    assert language_of(quoted) == "de"


def test_no_comment_of_the_demo_is_taken_for_another_language() -> None:
    files = (Path(demo.__file__).parent / "content/discussions").glob("*.jsonl")
    bodies = [json.loads(line).get("body") for file in files for line in file.read_text().splitlines()]
    found = Counter(language_of(body) for body in bodies if body)

    assert found.keys() == {"en", None}
    assert found["en"] > 20 * found[None]
