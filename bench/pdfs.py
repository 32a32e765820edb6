"""How well PDFs are read: `python -m bench.pdfs FOLDER`.

Beside each PDF in the folder is its text, `NAME.txt`: the title in the first line, the names of the authors in the
second one, separated by semicolons, and then the words in reading order, footnotes last. What `NAME` has after `--` is
the producer, by which results are averaged.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path
from statistics import mean

from rapidfuzz.distance import LCSseq

from parley.extraction.pdf.reading import read_pdf
from parley.platform.text.normal_forms import normalize

_WORD = re.compile(r"\w+")
Row = tuple[float, bool, bool]


def words_in(text: str) -> list[str]:
    return _WORD.findall(normalize("NFKC", text).casefold())


def f1(wanted: list[str], found: list[str]) -> float:
    """The longest common sequence of words, as the harmonic mean of its shares in both."""
    codes: dict[str, int] = {}
    one, other = ([codes.setdefault(word, len(codes)) for word in words] for words in (wanted, found))
    return 2 * LCSseq.similarity(one, other) / max(len(one) + len(other), 1)


def score(path: Path) -> Row:
    """F1 of the words in order, and whether title and byline are right."""
    title, byline, text = path.with_suffix(".txt").read_text().split("\n", 2)
    article, passages = read_pdf(path.read_bytes())
    found = words_in(" ".join(one.text for one in passages))
    return f1(words_in(text), found), article.title == title, list(article.byline) == byline.split(";")


def main() -> None:
    rows: dict[str, list[Row]] = defaultdict(list)
    for path in sorted(Path(sys.argv[1]).glob("*.pdf")):
        if path.with_suffix(".txt").exists():
            rows[path.stem.rsplit("--", 1)[-1]].append(score(path))
    for producer, found in sorted(rows.items()):
        words, titles, bylines = zip(*found, strict=True)
        print(
            f"{producer:12} {len(found):3} files  words {mean(words):.3f}, lowest {min(words):.3f}"
            f"  title {mean(titles):.2f}  byline {mean(bylines):.2f}"
        )


if __name__ == "__main__":
    main()
