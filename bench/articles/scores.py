"""Judging what was read of a page."""

import re
from collections import Counter

import msgspec

from bench.articles.sets import Page
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.sandbox.reading import ReadArticle
from parley.extraction.text.words import UNSPACED

_ALIKE = 0.6
_WORD, _LETTER = re.compile(r"\w+"), re.compile(r"\w")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_FEW_WORDS = 0.5
FACTS = ("title", "byline", "date", "language")


class Score(msgspec.Struct, frozen=True):
    """`f1` is of the words, of the pages where they are known. `facts` holds `right`, `missing` or `wrong`.

    `chrome` are passages that are not the article's. `found`, `lost` and `excess` count the texts that must and must
    not be there.
    """

    name: str
    f1: float | None
    facts: dict[str, str]
    chrome: list[str]
    passages: int
    found: int
    lost: list[str]
    excess: list[str]


def score(page: Page, read: ReadArticle | None) -> Score:
    """Judge a page. `read` is None where nothing was found."""
    passages = read.passages if read else []
    text = _plain(" ".join(passage.text for passage in passages))
    lost = [needed for needed in page.needed if _plain(needed) not in text]
    return Score(
        name=page.name,
        f1=f1(text, page.words) if page.words else None,
        facts={fact: _judged(page, read, fact) for fact in FACTS if getattr(page, fact)},
        chrome=[one.text for one in passages if _is_chrome(one, page)],
        passages=len(passages),
        found=len(page.needed) - len(lost),
        lost=lost,
        excess=[unwanted for unwanted in page.unwanted if _plain(unwanted) in text],
    )


def f1(found: str, expected: str) -> float:
    """The F1 measure of words, or of letters in scripts without spaces."""
    by_letter = 2 * len(_UNSPACED.findall(expected)) > len(_LETTER.findall(expected))
    one, other = (Counter((_LETTER if by_letter else _WORD).findall(text.lower())) for text in (found, expected))
    return 2 * (one & other).total() / max(one.total() + other.total(), 1)


def _judged(page: Page, read: ReadArticle | None, fact: str) -> str:
    found, expected = _fact(read, fact), str(getattr(page, fact))
    if not found:
        return "missing"
    exact = found.lower().split("-")[0] == expected.lower().split("-")[0] if fact == "language" else found == expected
    return "right" if exact or (fact in {"title", "byline"} and alike(found, expected)) else "wrong"


def _fact(read: ReadArticle | None, fact: str) -> str:
    if read is None:
        return ""
    article = read.extracted
    match fact:
        case "title":
            return article.title or ""
        case "byline":
            return ", ".join(article.byline)
        case "date":
            return article.published_at.date().isoformat() if article.published_at else ""
        case _:
            return article.lang or ""


def alike(found: str, expected: str) -> bool:
    """Whether two texts share most words of the shorter one."""
    one, other = (set(_WORD.findall(text.casefold())) for text in (found, expected))
    return bool(one) and len(one & other) >= _ALIKE * min(len(one), len(other))


def _is_chrome(passage: ImportedPassage, page: Page) -> bool:
    if page.words:
        words = Counter(_WORD.findall(passage.text.lower()))
        known = Counter(_WORD.findall(page.words.lower()))
        return (words & known).total() < _FEW_WORDS * words.total()
    return any(_plain(unwanted) in _plain(passage.text) for unwanted in page.unwanted)


def _plain(text: str) -> str:
    return " ".join(text.replace("\u00ad", "").split())
