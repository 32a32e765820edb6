"""Real pages in many languages, judged by what others wrote down about them. The figures are printed."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import lxml.html
import pytest

from parley.extraction.errors import CannotImport
from parley.extraction.html.extract import Extracted, extract_html
from parley.extraction.html.passages import cut_passages

UNSPACED = {"hukumusume", "qq", "gmw"}
INLINE = {
    "a",
    "abbr",
    "b",
    "code",
    "em",
    "font",
    "i",
    "ins",
    "kbd",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "u",
}
URL = "http://fakehost/test/page.html"  # where the set says that its pages came from


@pytest.fixture(scope="module")
def read() -> Callable[[Path], Extracted]:
    known: dict[Path, Extracted] = {}

    def extract(folder: Path) -> Extracted:
        if folder not in known:
            known[folder] = extract_html((folder / "source.html").read_bytes(), url=URL)
        return known[folder]

    return extract


def words_of(found: Extracted) -> str:
    return " ".join(passage.text for passage in cut_passages(found.html, base_url=URL, title=found.title))


def words_in(html: str) -> str:
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    for element in root.iter():
        if element.tag not in INLINE:
            element.text, element.tail = f" {element.text or ''}", f" {element.tail or ''}"
    return root.text_content()


def f1(found: str, expected: str, *, by_letter: bool) -> float:
    pattern = re.compile(r"\w" if by_letter else r"\w+")
    one, other = (Counter(pattern.findall(text.lower())) for text in (found, expected))
    return 2 * (one & other).total() / max(one.total() + other.total(), 1)


def folders(real: Callable[[str], Path]) -> Iterator[Path]:
    return (folder for folder in sorted(real("article-readability").iterdir()) if folder.is_dir())


def test_the_main_text_of_real_pages_is_found(
    real: Callable[[str], Path], read: Callable[[Path], Extracted], tell: Callable[[str], None]
) -> None:
    scores = {
        folder.name: f1(
            words_of(read(folder)), words_in((folder / "expected.html").read_text("utf-8")),
            by_letter=folder.name in UNSPACED,
        )
        for folder in folders(real)
    }  # fmt: skip
    mean = sum(scores.values()) / len(scores)
    worst = min(scores, key=lambda name: scores[name])
    tell(f"article-readability: mean word-F1 {mean:.3f} of {len(scores)} pages, worst {worst} {scores[worst]:.3f}")
    assert mean >= 0.95


def test_what_real_pages_say_about_themselves_is_found(
    real: Callable[[str], Path], read: Callable[[Path], Extracted], tell: Callable[[str], None]
) -> None:
    hits: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for folder in folders(real):
        expected = json.loads((folder / "expected-metadata.json").read_text("utf-8"))
        found = read(folder)
        date = found.published_at.date().isoformat() if found.published_at else ""
        for name, value in {
            "title": _alike(found.title, expected["title"]),
            "byline": _alike(", ".join(found.byline), expected["byline"]),
            "lang": found.lang == expected.get("lang"),
            "dir": found.dir == expected["dir"],
            "publishedTime": bool(date) and (expected["publishedTime"] or "").startswith(date),
            "siteName": found.site == expected["siteName"],
        }.items():
            asked[name] += bool(expected.get(name))
            hits[name] += bool(expected.get(name)) and value
    tell("article-readability: " + ", ".join(f"{name} {hits[name]}/{asked[name]}" for name in asked))
    assert (hits["dir"], hits["lang"]) == (asked["dir"], asked["lang"])
    assert hits["title"] >= asked["title"] * 0.9
    assert hits["byline"] >= asked["byline"] * 0.7
    assert hits["publishedTime"] >= asked["publishedTime"] * 0.7


def test_links_and_pictures_of_real_pages_survive(
    real: Callable[[str], Path], read: Callable[[Path], Extracted], tell: Callable[[str], None]
) -> None:
    kept: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for folder in folders(real):
        expected = lxml.html.fromstring((folder / "expected.html").read_text("utf-8"))
        found = lxml.html.fragment_fromstring(read(folder).html, create_parent="div")
        for tag, name in (("a", "href"), ("img", "src")):
            there = {element.get(name) for element in found.iter(tag)}
            wanted = {
                element.get(name)
                for element in expected.iter(tag)
                if element.get(name, "").startswith("http") and (tag == "img" or element.text_content().strip())
            }
            asked[tag] += len(wanted)
            kept[tag] += len(wanted & there)
    tell("article-readability: " + ", ".join(f"{tag} {kept[tag]}/{asked[tag]} kept" for tag in asked))
    assert all(kept[tag] >= asked[tag] * 0.8 for tag in asked)


def test_real_pages_in_many_languages_hold_what_they_must(
    real: Callable[[str], Path], tell: Callable[[str], None]
) -> None:
    folder = real("article-trafilatura")
    right = missing = wrong = pages = 0
    for url, entry in json.loads((folder / "evaldata.json").read_text("utf-8")).items():
        if not (file := folder / "html" / entry["file"]).exists():
            continue
        pages += 1
        try:
            found = extract_html(file.read_bytes(), url=url)
        except CannotImport:
            words = ""
        else:
            words = words_of(found)
        present = [_plain(text) in words for text in entry["with"]]
        right, missing = right + sum(present), missing + present.count(False)
        wrong += sum(_plain(text) in words for text in entry["without"])
    score = 2 * right / (2 * right + missing + wrong)
    tell(f"article-trafilatura: F1 {score:.3f} of {pages} pages, {right} found, {missing} missing, {wrong} too many")
    assert score >= 0.9


def _plain(text: str) -> str:
    return " ".join(text.replace("\u00ad", "").split())


def _alike(found: str | None, expected: str | None) -> bool:
    one, other = (set(re.findall(r"\w+", (text or "").casefold())) for text in (found, expected))
    return bool(one) and len(one & other) >= 0.6 * min(len(one), len(other))
