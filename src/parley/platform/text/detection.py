"""The language of a comment, by its most frequent words: the model that reads articles (py3langid) takes 130 MB."""

import re
from collections.abc import Iterable, Iterator

from parley.platform.text.messages import N_

WORDS = {
    "ar": "في من على إلى أن هذا هذه التي الذي ما لا عن مع كان هو هي بين لم قد كل ذلك إن أو لكن",
    "de": "der die das und ist nicht ein eine zu den von mit sich auf für auch dass wie aber im es wird sind dem des "
    "war oder wenn man als noch nur kann ich sie wir einen einem einer hat haben so sehr was bei mehr nach wäre",
    "en": "the and of to is that it for was with are this not be have but they from as by or which what would there an "
    "if more their has can you in on about when who will do does my we no so than at because how i",
    "es": "el la de que y los las una por con para no es se del lo como más pero su al un en son muy está también esta "
    "este hay porque qué sin si ya sobre o cuando",
    "fr": "le la les des et est une que dans pour pas qui sur au du avec ce il un en ne plus sont mais par cette se "
    "nous vous ou on comme très été",
    "it": "il la che di e non per una un sono con della del le è come più anche si i ma nel gli da questo se alla ha",
    "nl": "de het een van en niet dat zijn op voor met is ook maar er aan te die bij dit wordt als om door geen wel",
    "pt": "o a os as não uma um para com que do da em se mais por e é no na dos das como mas ao foi são ser isso",
}
# Messages: read in a sentence such as "Translated from German".
NAMES = {
    "ar": N_("Arabic"),
    "de": N_("German"),
    "en": N_("English"),
    "es": N_("Spanish"),
    "fr": N_("French"),
    "it": N_("Italian"),
    "nl": N_("Dutch"),
    "pt": N_("Portuguese"),
}
LISTED = [(word, code) for code, words in WORDS.items() for word in words.split()]
LANGUAGES = {word: [code for other, code in LISTED if other == word] for word, _ in LISTED}
WORD = re.compile(r"[^\W\d_]+")
# What a comment quotes may be in another language.
PART = re.compile(r"<(/?)(?:(code|pre|blockquote)\b)?[^<>]*>|[^<]+|<")
# The beginning of a longer text tells enough, and of longer HTML.
SAMPLE, SAMPLED_HTML = 400, 8_000
# The language has so many of the text's words, and so many times those of the next.
FEWEST, LEAST_SHARE, LEAST_LEAD = 3, 0.2, 1.4


def language_of(html: str) -> str | None:
    """The code of the language of a text or its HTML; None if its words do not tell."""
    words = WORD.findall(" ".join(_own(html[:SAMPLED_HTML]))[:SAMPLE].lower())
    counts = _counted(words)
    code = max(counts, key=counts.__getitem__, default=None)
    if code is None or counts[code] < max(FEWEST, LEAST_SHARE * len(words)):
        return None
    others = max((count for other, count in counts.items() if other != code), default=0)
    return code if counts[code] >= LEAST_LEAD * others else None


def _own(html: str) -> Iterator[str]:
    """The first texts between the tags, without quotations and code."""
    depth, left = 0, SAMPLE
    for part in PART.finditer(html):
        if left <= 0:
            return
        if part[2]:
            depth += -1 if part[1] else 1
        elif not depth and part[0][0] != "<":
            left -= len(part[0]) + 1
            yield part[0]


def _counted(words: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        for code in LANGUAGES.get(word, ()):
            counts[code] = counts.get(code, 0) + 1
    return counts
