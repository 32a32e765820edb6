"""The language of an article, as its page declares it or as detected from its words, and its writing direction."""

import re
from functools import cache
from typing import Any

from lxml.html import HtmlElement

from parley.extraction.metadata.page_data import PageData
from parley.platform.text.directions import direction_of

_RTL_LANGUAGES = {"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ku-arab", "ps", "sd", "ug", "ur", "yi"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)
_SAMPLE, _FEWEST_LETTERS, _LIKELY = 5_000, 40, 0.6
_NO_LANGUAGE = {"zxx", "und", "mul"}
_META = ("content-language", "og:locale", "dc.language", "citation_language", "language", "inlanguage")


def find_language(page: PageData) -> str | None:
    """The declared language as a tag such as `en-GB`."""
    declared = [element.get("lang") or element.get("xml:lang") for element in (page.tree, *page.tree.iterfind("body"))]
    declared += [str(value) for value in page.values("inLanguage")]
    declared += [value for name in _META for value in page.meta.get(name, [])]
    matches = (_LANGUAGE.fullmatch((value or "").strip().replace("_", "-")) for value in declared)
    return next((match[0] for match in matches if match), None)


def detect_language(text: str) -> str | None:
    """The language of a text without a declaration, as a tag such as `de`; None if the detection is unsure."""
    sample = " ".join(text[:_SAMPLE].split())
    if len(sample) < _FEWEST_LETTERS:
        return None
    language, probability = _model().classify(sample)
    return str(language) if probability >= _LIKELY and language not in _NO_LANGUAGE else None


@cache
def _model() -> Any:
    # It takes 130 MB, which only the sandbox needs.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped] # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def find_direction(tree: HtmlElement, lang: str | None) -> str:
    for element in (*tree.iterfind(".//article[@dir]"), *tree.iterfind("body[@dir]"), tree):
        if (direction := (element.get("dir") or "").lower()) in ("ltr", "rtl"):
            return direction
    if lang and lang.lower().split("-")[0] in _RTL_LANGUAGES:
        return "rtl"
    body = tree.find("body")
    return direction_of("" if body is None else body.text_content())
