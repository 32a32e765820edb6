"""The thesis of an article: its main point in one sentence, which readers see as "The article claims"."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from parley.articles.articles.sentences import as_sentence
from parley.platform.errors import Refused
from parley.platform.http.forms import Form
from parley.platform.text.messages import N_

# In characters: two lines beside the article.
LONGEST_THESIS = 120
SHORTEST_SUGGESTION = 35
SUGGESTIONS = 3
TOO_LONG = N_("What an article claims has at most {most} characters; this has {count}. Please shorten it.")
# Of a long article, its beginning and its end say what it is about; of a long passage, its beginning does.
MOST_PASSAGES, MOST_CHARACTERS = 60, 2_000
# After the end of a sentence comes a space, or nothing in scripts without spaces.
SENTENCE = re.compile("(?<=[.!?\u061f\u0964])[\"'\u201d\u00bb)]*\\s+|(?<=\u3002)")
WORD = re.compile(r"[^\W\d_]{4,}")
# Such a sentence needs the one before it, or is somebody's speech.
NEEDS_CONTEXT = re.compile(
    r"(?:and|but|so|then|this|that|these|those|it|they|he|she|yet|nor|or|here|there|for example|however)\b|[\"'“«„(]",
    re.IGNORECASE,
)


def as_thesis(raw: str) -> str | None:
    """Return a typed thesis with single spaces, or None if it is empty. Raises Refused."""
    return as_sentence(raw, LONGEST_THESIS, TOO_LONG)


def thesis_of(form: Form, name: str) -> str | None:
    """Return the thesis in a form's field `name`; if that is as it was `shown`, the `suggestion` that was chosen.

    A mistake becomes the field's error.
    """
    typed, suggestion = form.values.get(name, ""), form.values.get("suggestion", "")
    is_unchanged = typed.strip() in {"", form.values.get("shown", "")}
    try:
        return as_thesis(suggestion if suggestion and is_unchanged else typed)
    except Refused as refusal:
        form.errors[name] = refusal.message
        return None


def suggest(paragraphs: Sequence[str], title: str) -> list[str]:
    """Return up to three sentences of an article that could be its thesis, in their order.

    They are those with the words that the article, and its title, use most (Luhn 1958), one a paragraph.
    """
    half = MOST_PASSAGES // 2
    both = paragraphs if len(paragraphs) <= MOST_PASSAGES else [*paragraphs[:half], *paragraphs[-half:]]
    read = [text[:MOST_CHARACTERS] for text in both]
    sentences = {sentence: place for place, text in enumerate(read) for sentence in _sentences(text)}
    weights = Counter(_words(" ".join(read))) + Counter(dict.fromkeys(_words(title), 5))
    ranked = sorted(sentences, key=lambda sentence: -_score(sentence, weights))
    chosen: dict[int, str] = {}
    for sentence in ranked:
        chosen.setdefault(sentences[sentence], sentence)
    best = list(chosen.values())[:SUGGESTIONS]
    return sorted(best, key=list(sentences).index)


def _sentences(text: str) -> Iterator[str]:
    for part in SENTENCE.split(text):
        sentence = " ".join(part.split())
        if len(sentence) >= SHORTEST_SUGGESTION and not NEEDS_CONTEXT.match(sentence) and _is_thesis(sentence):
            yield sentence


def _is_thesis(sentence: str) -> bool:
    try:
        return as_thesis(sentence) is not None
    except Refused:
        return False


def _words(text: str) -> Iterable[str]:
    return WORD.findall(text.casefold())


def _score(sentence: str, weights: Counter[str]) -> float:
    words = set(_words(sentence))
    return sum(weights[word] for word in words) / (len(words) + 3)
