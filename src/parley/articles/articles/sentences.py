"""One sentence in which readers can agree or disagree: a comment's statement, an article's thesis."""

import re

from parley.platform.errors import Refused
from parley.platform.text.cleaning import BadText, clean
from parley.platform.text.messages import N_, Message
from parley.platform.text.normal_forms import normalize

LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
# A full stop after a short word often ends an abbreviation ("e.g.", "Dr."). The others: Arabic, Hindi, Chinese.
CLOSING = "[\"'\u201d\u00bb)\\]]*"
SENTENCE_END = re.compile(f"(?:[^\\W\\d_]{{4}}\\.(?={CLOSING}\\s)|[!?\u061f\u0964\u3002]){CLOSING}\\s*")
# Words for "I" that mean nothing else in another language: the language of a statement is not known. German, Dutch,
# Swedish, Danish or Norwegian, Russian.
WORDS_FOR_I = "ich|ik|jag|jeg|\u044f"
ABOUT_ONESELF = re.compile(rf"(?:as an? [^,]{{1,60}}, )?(?:i|i'(?:m|ve|d|ll)|my|me|{WORDS_FOR_I})\s", re.IGNORECASE)
QUESTION_MARKS = ("?", "\u061f")


def as_sentence(raw: str, most: int, too_long: Message) -> str | None:
    """Return a typed sentence with single spaces, or None if it is empty. Raises Refused."""
    try:
        text = " ".join(clean(raw).split())
    except BadText as error:
        raise Refused(error.message) from error
    if len(text) > most:
        raise Refused(too_long, most=most, count=len(text))
    # The checks read wide marks and curly apostrophes as plain ones.
    _require_one_sentence(normalize("NFKC", text).replace("\u2019", "'"))
    return text or None


def _require_one_sentence(text: str) -> None:
    if LINK.search(text):
        raise Refused(N_("A statement has no links. Please put them into the comment."))
    if text.endswith(QUESTION_MARKS):
        raise Refused(N_("Nobody can agree or disagree with a question. Please say what you think the answer is."))
    following = (text[match.end() : match.end() + 1] for match in SENTENCE_END.finditer(text))
    # A sentence ends and another one begins: with a letter or number, and not with a small letter.
    if any(char.isalnum() and not char.islower() for char in following):
        raise Refused(N_("A statement is one sentence. Please keep the one that matters most."))
    if ABOUT_ONESELF.match(text):
        raise Refused(
            N_(
                "Others answer a statement with agree or disagree, so it cannot be about you. Please leave out “I” and "
                "“my”: “Cities need fewer cars”, not “I think cities need fewer cars”."
            )
        )
