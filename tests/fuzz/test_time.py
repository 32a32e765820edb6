"""A time fuzzer: no text makes what reads it take its time by more than the length (CONTRIBUTING.md).

What is measured is time of the processor that this thread used. A cost that is too high is measured again, several
times, before it counts: other programs on the machine make a thread slower too.
"""

import contextlib
import gc
from collections.abc import Callable
from functools import partial
from statistics import median
from time import thread_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import _parsers
from lxml.html import document_fromstring

from parley import anchoring
from parley.accounts import addresses, names, passwords
from parley.articles import reading
from parley.articles.editing import read_markdown
from parley.articles.markdown_blocks import blocks
from parley.articles.rules import is_web_address
from parley.comments import rules as comment_rules
from parley.comments.statement import as_statement
from parley.core.errors import Refused
from parley.core.http.header_limits import MOST_BYTES
from parley.core.patches import patch_parsers
from parley.core.text import cleaning, markdown, mentions
from parley.core.text.diff import mark_changes
from parley.decisions.destinations import destination
from parley.digests import words as excerpts
from parley.feeds import drawing, oembed, xml
from parley.importing import pasted
from parley.importing.errors import CannotImport
from parley.importing.extract import extract_html
from parley.importing.maths.tex import formula
from parley.importing.metadata import labels
from parley.importing.metadata.names import names_in
from parley.importing.own_markup import take_own_markup
from parley.importing.passages import cut_passages
from parley.importing.pdf.reading import read_pdf
from parley.inbound_feeds import opml, parsing
from parley.inbound_feeds import rules as feed_rules
from parley.mail.blocks import blocks as letter_blocks
from parley.mail.inbound import reasons, reports
from parley.matching import post
from parley.matching.conditions import (
    Burst,
    Domains,
    FewWords,
    FirstLinks,
    Links,
    NearCopies,
    Pattern,
    Similar,
    WordList,
)
from parley.matching.post import Post, comparable
from parley.search import excerpts as search_excerpts
from parley.search.documents import searched_words
from parley.search.excerpts import ExcerptTerms
from parley.search.forms import SearchForm
from parley.threads.opening import slugify
from parley.webmentions.discovery import endpoint
from pdfs import paragraph, pdf
from units import ALL, FEW, repeated

CHEAP, LIMIT = 0.005, 0.1  # seconds: below the one nothing is asked, above the other nothing is allowed
MOST_GROWTH = 2.6  # what twice the text may cost, in times
# A difference takes time by the product of the lengths of its two texts, up to a product (core/text/diff.py).
PRODUCT = 2 * MOST_GROWTH
TRIES = 15
# nh3 takes time by the square for these (all that begin with C2 in UTF-8): 30 ms for the longest comment of them.
BY_THE_SQUARE = frozenset(map(chr, range(0x80, 0xC0)))
patch_parsers()
MISTAKES = (Refused, CannotImport, cleaning.BadText, ValueError)


def bounce(body: str) -> Any:
    head = "From: mailer-daemon@a.example\nSubject: " + body[:900].replace("\n", " ").replace("\r", " ")
    return reports.read(f"{head}\n\n{body}".encode())


def quoted(quote: str) -> Any:
    return anchoring.select(
        [anchoring.DocumentBlock(1, quote), anchoring.DocumentBlock(2, quote)], 1, quote[: len(quote) // 2], quote[:200]
    )


def names_in_words(words: str) -> Any:
    """Short lines, each of which may name an author."""
    lines = "".join(f"<p>{word}</p>" for word in (words, *words.split(), f"Text: {words}", f"By {words}"))
    tree = document_fromstring(f"<html><body>{lines}")
    return [*labels.labelled_names(tree, []), *labels.signed_name(tree, [])]


def as_rules_see_it(words: str) -> Any:
    one = Post(words)
    return post.comparable(words), one.links, one.score


def hit_in(words: str) -> ExcerptTerms:
    """Everything in a text is asked for."""
    return ExcerptTerms(frozenset(searched_words(words).split()), frozenset(searched_words(words).split()))


def similar(body: str) -> Any:
    recent = Post(body=body, own=tuple(comparable(f"{body}{number}") for number in range(10)), earlier=EARLIER)
    return [condition.find(recent) for condition in CONDITIONS]


# As many as are compared at most.
EARLIER = tuple(post.EarlierPost(number, False, 0, bytes(64), ["a.example"]) for number in range(100))  # noqa: FBT003
CONDITIONS = (
    WordList(["fool", "a b", "cheap shoes"]),
    Pattern(r"\bcheap\s+(?:shoes|watches)\b"),
    Pattern("(a+)+$"),
    Links(3),
    Links(3, "seldom"),
    FewWords(),
    Domains(["a.example", "b.com"]),
    Similar(),
    NearCopies(at_least=100),
    Burst(members=100),
    FirstLinks(),
)


# Each with the longest text that it is given, in characters.
PARSERS: dict[str, tuple[Callable[[str], Any], int]] = {
    "comment": (markdown.render, comment_rules.LONGEST_COMMENT),
    "mentions of a comment": (markdown.mentioned_names, comment_rules.LONGEST_COMMENT),
    "mentions": (lambda words: list(mentions.found_in(words)), comment_rules.LONGEST_COMMENT),
    "form field": (cleaning.clean, 60_000),
    "cookie": (lambda words: _parsers.parse_cookie_string(f'a="{words}"'), MOST_BYTES),
    "password": (passwords._bytes, 60_000),
    "rules' view of a comment": (as_rules_see_it, comment_rules.LONGEST_COMMENT),
    "statement": (as_statement, comment_rules.LONGEST_COMMENT),
    "quote": (quoted, 10_000),
    "blocks of an edited article": (blocks, 100_000),
    "name": (names.name, 60_000),
    "byline": (names_in, 2_000),
    "formula": (lambda words: formula(words, display=True), 2_000),
    "formulas and links of notes": (lambda words: take_own_markup(f"<math>{words}"), 20_000),
    "address": (lambda words: is_web_address("http://" + words), 2_000),
    "mail": (lambda words: reports.read(words.encode()), 20_000),
    "bounce": (bounce, 20_000),
    "answer of a mail server": (lambda words: reasons.kind_of("5.0.0", words), 4_000),
    "e-mail address": (lambda words: (addresses.address(words), addresses.address(f"a@{words}")), 60_000),
    "address of an article": (lambda words: reading.identity(f"http://a.example/{words}", "http://a.example"), 2_000),
    "slug": (slugify, 300),
    "name of a file": (lambda words: pasted.extract_file(words, b"Words."), 2_000),
    "kind of pasted text": (pasted.detect_kind, comment_rules.LONGEST_COMMENT),
    "rules": (similar, comment_rules.LONGEST_COMMENT),
    "digest": (lambda words: excerpts.excerpt(markdown.render(words), 200), comment_rules.LONGEST_COMMENT),
    "address of a preview": (lambda words: oembed._path(f"http://localhost/{words}"), 2_000),
    "text of a feed": (xml.text, comment_rules.LONGEST_COMMENT),
    "address in another site's feed": (
        lambda words: feed_rules.key_of(parsing.address(words, "http://a.example/")),
        2_000,
    ),
    "links of a page": (lambda words: endpoint(f"<{words}", f"<a {words}", "https://a.example/"), 20_000),
    "search field": (lambda words: SearchForm({"q": words, "after": words, "by": words}), 200),
    "words of the search index": (searched_words, comment_rules.LONGEST_COMMENT),
    "excerpt of a hit": (lambda words: search_excerpts.excerpt(words, hit_in(words)), comment_rules.LONGEST_COMMENT),
    "place to move a comment to": (lambda words: destination(f"http://a.b/t/1/{words}?{words}#{words}"), 2_000),
    "text of a letter": (lambda words: letter_blocks(words, ["http://a.b"]), comment_rules.LONGEST_COMMENT),
}
# These work in a process or a thread of their own, with a limit; each with a length that takes them a second at most.
APART: dict[str, tuple[Callable[[str], Any], int]] = {
    "pasted text": (pasted.extract_pasted, 8_000),
    "page with formulas and notes": (
        lambda words: extract_html(f"<script src=mathjax></script><p>{words}</p>", url="http://a.example"),
        8_000,
    ),
    "names in words of a page": (names_in_words, 8_000),
    "markup of an article": (lambda words: cut_passages(f"<div>{words}</div>", base_url="http://a.example"), 20_000),
    "words of a PDF": (lambda words: read_pdf(pdf([paragraph(words, 80)])), 8_000),
    "another site's feed": (
        lambda words: parsing.parse(f"<rss version='2.0'><channel><item>{words}<title>{words}".encode(), ""),
        8_000,
    ),
    "list of feeds": (lambda words: opml.addresses(f"<opml><outline xmlUrl='{words}'/>{words}".encode()), 20_000),
    "picture of a link": (lambda words: drawing.draw(words, words[:80], [1, 1], 2, 2, "Parley"), 300),
    "edited article": (lambda words: read_markdown(words, (), "http://a.example"), 2_000),
}
APART_LIMIT = 1.0


def cost(call: Callable[[str], Any], given: str) -> float:
    """What one call costs, without collections of garbage, whose cost depends on all that the tests hold."""
    gc.disable()
    started = thread_time()
    try:
        with contextlib.suppress(*MISTAKES):
            call(given)
        return thread_time() - started
    finally:
        gc.enable()


def fault(
    call: Callable[[str], Any], made: Callable[[int], str], longest: int, most_growth: float, limit: float = LIMIT
) -> str:
    """What is wrong with the cost of `call` of what is `made` of up to `longest` characters; "" when nothing is."""
    # Where an eighth is so cheap, the whole would be cheap too if its cost grew by the square.
    if 8 * 8 * cost(call, made(longest // 8)) <= CHEAP:
        return ""
    whole, half = made(longest), made(longest // 2)
    if cost(call, whole) <= CHEAP:
        return ""
    growth = most_growth if BY_THE_SQUARE.isdisjoint(whole) else 2 * most_growth
    pairs: list[tuple[float, float]] = []
    for _ in range(TRIES):
        pairs.append((cost(call, whole), cost(call, half)))
        most, less = (min(costs) for costs in zip(*pairs, strict=True))
        if most <= CHEAP or (most <= limit and most <= growth * less):
            return ""
    # Measured one after the other, both were slowed by whatever else ran then.
    if most <= limit and median(one / other for one, other in pairs) <= growth:
        return ""
    return f"{most * 1000:.0f} ms, half of it {less * 1000:.0f} ms"


def shorter(call: Callable[[str], Any], made: Callable[[int], str], longest: int, limit: float) -> str:
    """What is wrong with the cost of a half and a quarter of the longest text: the whole may be refused for its length.

    "" when nothing is.
    """
    for length in (longest // 2, longest // 4):
        text = made(length)
        least = min(cost(call, text) for _ in range(2))
        for _ in range(TRIES if least > limit else 0):
            least = min(least, cost(call, text))
        if least > limit:
            return f"{length} characters: {least * 1000:.0f} ms"
    return ""


def faults(
    call: Callable[[str], Any],
    longest: int,
    units: list[str],
    most_growth: float = MOST_GROWTH,
    limit: float = LIMIT,
) -> dict[str, str]:
    made = {unit: partial(repeated, unit) for unit in units}
    found = {
        unit: fault(call, made[unit], longest, most_growth, limit) or shorter(call, made[unit], longest, limit)
        for unit in units
    }
    return {unit: said for unit, said in found.items() if said}


@pytest.mark.parametrize("name", PARSERS)
def test_no_repeated_text_takes_long(name: str) -> None:
    call, longest = PARSERS[name]

    # The next parser gets the units that follow; all get all in `make sure`.
    assert faults(call, longest, ALL[len(name) % 10 :: 10]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
def test_none_of_all_repeated_texts_takes_long(name: str) -> None:
    call, longest = PARSERS[name]

    assert faults(call, longest, ALL) == {}


@pytest.mark.parametrize("name", APART)
def test_no_repeated_text_takes_a_process_or_thread_of_its_own_long(name: str) -> None:
    call, longest = APART[name]

    assert faults(call, longest, [*FEW, "\n", "\t"][len(name) % 2 :: 2], limit=APART_LIMIT) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", APART)
def test_none_of_all_repeated_texts_takes_a_process_or_thread_of_its_own_long(name: str) -> None:
    call, longest = APART[name]

    assert faults(call, longest, ALL, limit=APART_LIMIT) == {}


@pytest.mark.parametrize("old", FEW[::2])
def test_no_difference_of_repeated_texts_takes_long(old: str) -> None:
    def difference(new: str) -> Any:
        return mark_changes(repeated(old, len(new)), new)

    assert faults(difference, comment_rules.LONGEST_COMMENT, FEW, PRODUCT) == {}


@pytest.mark.slow
@pytest.mark.parametrize("old", ALL)
def test_no_difference_of_any_repeated_texts_takes_long(old: str) -> None:
    def difference(new: str) -> Any:
        return mark_changes(repeated(old, len(new)), new)

    assert faults(difference, comment_rules.LONGEST_COMMENT, ALL, PRODUCT) == {}


UNITS = st.lists(st.sampled_from(ALL), min_size=1, max_size=4).map("".join)


# Slow: of so many measurements one goes wrong now and then where three processes share two cores.
@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=15, deadline=None)
@given(unit=UNITS)
def test_no_mixture_of_them_takes_long(name: str, unit: str) -> None:
    call, longest = PARSERS[name]

    assert faults(call, longest, [unit]) == {}
