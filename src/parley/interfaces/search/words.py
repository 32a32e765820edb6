"""The words of a text as they are indexed: without case and accents, and scripts without spaces in pairs of letters.

Python does it for texts and queries alike, so that search does not depend on the locale or extensions of a database.
PostgreSQL then reduces the words to their stems. Readers also write a word without hyphens and dots, with ue for ü, or
only one letter of 日本語.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from parley.platform.text.languages import ENGLISH
from parley.platform.text.normal_forms import normalize

# Letters of scripts that are written without spaces between words (Chinese, Japanese, Thai …), and of Korean.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# Marks that are parts of words: accents, vowels of Hebrew and Arabic, and the signs of Indian scripts.
MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff"
# Signs that make another word of one or two letters, as in C++, C#, A+ and AT&T; and .NET, which is not "net".
SIGNED = r"(?<!\w)[^\W\d_]{1,2}(?:\+\+(?![^\W\d])|[+#♯](?![\w+])|&[^\W\d_]{1,2}(?!\w))|(?<![\w.])\.(?i:net)(?!\w)"
SIGN_NAMES = {"+": "plus", "#": "sharp", "♯": "sharp", "&": "and", ".": "dot"}
# A name and its number are two words, so that GPT4 is found as GPT-4. Shorter ones stay together: o1, MP3.
NUMBERED = rf"(?<![^\W_])(?:(?![{UNSPACED}])[^\W\d_]){{3,}}+(?=\d)"
EMOJI = "\u2600-\u27bf\U0001f300-\U0001faff"
WORD = re.compile(rf"[{UNSPACED}]+|[{EMOJI}]|{SIGNED}|{NUMBERED}|(?:(?![{UNSPACED}])[^\W_]|[{MARKS}])+")
# A nasal of Hindi before another consonant, and the sign that is often written for it: हिन्दी and हिंदी.
NASAL = re.compile("\u0928\u094d(?=[\u0915-\u0939])|\u0901")
NASAL_SIGN = "\u0902"
# Soft hyphens, and joiners that only change how letters are drawn.
INVISIBLE = re.compile("[\u00ad\u200d]")
IS_EMOJI = re.compile(f"[{EMOJI}]")
IS_UNSPACED = re.compile(f"[{UNSPACED}]")
ASCII_LETTER = re.compile("[A-Za-z]")
# Accents are removed from Latin letters only: in other scripts they make another letter (й is not и).
ACCENTS = re.compile("([A-Za-z])[\u0300-\u036f]+")
# Latin letters with a stroke and the like, which Unicode does not take apart: as in Łódź and smørrebrød. Russians often
# leave out the dots of ё.
PLAIN = str.maketrans(
    {"\u0131": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "þ": "th", "æ": "ae", "œ": "oe", "ё": "\u0435"}
)
# Vowel points of Hebrew and Arabic, which most texts leave out, and the line that lengthens Arabic words.
POINTS = re.compile("[\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]")
# Nobody searches for longer words.
LONGEST_WORD = 64
# Finds the same words, five times as fast, in lower-case ASCII without signed and numbered words, as most texts are.
ASCII_WORD = re.compile(f"([a-z0-9]{{1,{LONGEST_WORD}}})[a-z0-9]*")
# What may begin a signed or numbered word. Regular expressions are searched fastest by a set of first characters.
NOT_PLAIN = re.compile(r"[+#&.0-9](?:(?<=[+#])|(?<=[a-z]&)(?=[a-z])|(?<=\.)(?=net)|(?<=[a-z]{3}[0-9]))")

# Hyphens, apostrophes, the invisible joiner of Persian, and the dots of U.S.: some write them, others leave them out.
JOINERS = "'\u2019\u02bc\u2010\u2011\u200c-"
JOINER = re.compile(f"[.{JOINERS}]")
# Longer chains of words, as in addresses, are not written as one word.
JOINED = re.compile(
    rf"(?<![\w{JOINERS}])[^\W\d_]++(?:[{JOINERS}][^\W\d_]++){{1,2}}(?![\w{JOINERS}])"
    r"|(?<![\w.])(?:[^\W\d_]\.)+[^\W\d_](?!\w)"
)
LAST_LETTER = re.compile(f"(?<=[{UNSPACED}])[{UNSPACED}](?![{UNSPACED}])")
GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue"}
UMLAUT = re.compile("[äöü]", re.IGNORECASE)
WRITTEN_OUT = re.compile("([aou])e", re.IGNORECASE)

# PostgreSQL's configuration for the languages that it knows, by their code in ISO 639-1.
CONFIGURATIONS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch",
    "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
# For all other languages: words as they are, without stems.
OTHER = "simple"
# The scripts of languages that are not written in Latin letters, as Unicode names the letters.
SCRIPTS = {
    "ar": "ARABIC", "el": "GREEK", "hi": "DEVANAGARI", "hy": "ARMENIAN", "ne": "DEVANAGARI", "ru": "CYRILLIC",
    "sr": "CYRILLIC", "ta": "TAMIL", "yi": "HEBREW",
}  # fmt: skip
# The language to assume for a text that is not in the script of its thread.
BY_SCRIPT = {"LATIN": "en", "CYRILLIC": "ru", "GREEK": "el", "ARABIC": "ar", "DEVANAGARI": "hi", "ARMENIAN": "hy"}
# Letters that tell the script.
SAMPLE = 40


def fold(word: str) -> str:
    """Return a word without case, without the accents of Latin letters, and with the names of its signs."""
    if word.isascii() and word.isalnum():
        return word[:LONGEST_WORD].lower()
    if IS_EMOJI.match(word):
        return f"emoji{ord(word):x}"
    bare = ACCENTS.sub(r"\1", normalize("NFKD", word[:LONGEST_WORD]))
    plain = NASAL.sub(NASAL_SIGN, POINTS.sub("", normalize("NFKC", bare))).casefold().translate(PLAIN)
    return "".join(SIGN_NAMES.get(letter, letter) for letter in plain)


def pairs(run: str) -> Iterator[str]:
    """Yield each two neighbours in a run of letters without spaces; a single letter alone."""
    if len(run) == 1:
        yield run
    for place in range(len(run) - 1):
        yield run[place : place + 2]


def index_words(text: str) -> str:
    """Return the words of a text as PostgreSQL gets them, with spaces between."""
    lower = text.lower()
    is_plain = text.isascii() and not NOT_PLAIN.search(lower)
    return " ".join(ASCII_WORD.findall(lower) if is_plain else _words(text))


def _words(text: str) -> Iterator[str]:
    for match in WORD.finditer(INVISIBLE.sub("", text)):
        word = match[0]
        if IS_UNSPACED.match(word):
            yield from pairs(normalize("NFKC", word))
        else:
            yield fold(word)


def language(tag: str | None) -> str:
    """Return the code of the language in a tag such as `de-AT`; empty without one."""
    return (tag or "").lower().split("-")[0].split("_")[0]


def configuration(text: str, tag: str | None) -> str:
    """Return PostgreSQL's configuration for a text in a thread whose article's language is `tag`.

    Without one it is taken to be in the language of this site.
    """
    code, script = language(tag) or ENGLISH.code, _script(text)
    if script and script != SCRIPTS.get(code, "LATIN"):
        code = BY_SCRIPT.get(script, "")
    return CONFIGURATIONS.get(code, OTHER)


def _script(text: str) -> str:
    """Return the script of most of the first letters, as Unicode names it; empty without letters."""
    sample = text[: 4 * SAMPLE]
    if sample.isascii():
        return "LATIN" if ASCII_LETTER.search(sample) else ""
    letters = [letter for letter in sample if letter.isalpha()][:SAMPLE]
    names = [unicodedata.name(letter, "").partition(" ")[0] for letter in letters]
    return max(set(names), key=names.count) if names else ""


def extra_words(text: str) -> str:
    """Return what else is indexed of a text: its joined words as one word, and last letters of scripts without spaces.

    The last letter begins no pair, so a search for a single letter would not find it.
    """
    return " ".join([*_joined_spellings(text), *([] if text.isascii() else LAST_LETTER.findall(text))])


def _joined_spellings(text: str) -> Iterator[str]:
    for part in text.split():
        if not part.isalpha() and JOINER.search(part):
            yield from (fold(JOINER.sub("", compound)) for compound in JOINED.findall(part))


def other_spellings(word: str, languages: Sequence[str]) -> list[str]:
    """Return other spellings of a word in a query, on a site with texts in these languages."""
    spellings = [
        JOINED.sub(lambda match: JOINER.sub("", match[0]), word),
        UMLAUT.sub(lambda match: GERMAN[match[0].lower()], word),
    ]
    if "de" in languages:
        spellings.append(WRITTEN_OUT.sub(r"\1", word))
    return [spelling for spelling in dict.fromkeys(spellings) if spelling != word]


def is_letter(word: str) -> bool:
    """Whether a word is one letter of a script without spaces, with which pairs of letters begin."""
    return len(word) == 1 and bool(IS_UNSPACED.match(word))
