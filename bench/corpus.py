"""How well real PDFs are read: `python -m bench.corpus FOLDER [--third | --papers | --more | --new] [--kept]`.

The files are those of Debian packages, fetched into the folder by `apt-get` in the versions of corpus.json, and with
`--papers` those in a clone of github.com/papers-we-love/papers-we-love; `--more` are others of that one, and of
0voice/computer_expert_paper, kermitt2/grobid and CeON/CERMINE; `--new` are of rxin/db-readings, and others of
0voice/computer_expert_paper. Half of these, by the hash of their bytes, is kept
aside: nothing may be tuned on it, and `--kept` reads only that one. The third set, of other packages, was labelled
before any of it was read, with the number of notes that the text refers to.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from parley.extraction.errors import CannotImport
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.metadata.names import fold
from parley.extraction.notes.linking import label_of, labels_in
from parley.extraction.pdf.document import open_pdf
from parley.extraction.pdf.reading import read_pdf

_NUMBER = re.compile(r"^(?:(?:appendix |chapter )?(?:\d+(?:\.\d+)*|[A-Z](?:\.\d+)*|[IVX]+)\.?\s+)", re.IGNORECASE)
_FEWEST_HEADINGS = 3
_SHORT = 2  # words, as labels of a chart and parts of a formula have
CORPUS: dict[str, Any] = json.loads(Path(__file__).with_name("corpus.json").read_text())


def fetch(folder: Path, packages: dict[str, str]) -> None:
    """Fetch and unpack the packages that are not there."""
    for name, version in packages.items():
        place = folder / name
        if not place.exists():
            subprocess.run(["apt-get", "download", f"{name}={version}"], cwd=folder, check=True)  # noqa: S607
            archive = next(folder.glob(f"{name}_*.deb"))
            subprocess.run(["dpkg-deb", "-x", str(archive), str(place)], check=True)  # noqa: S607


def labelled(folder: Path, labels: dict[str, list[Any]], half: int | None) -> Iterator[tuple[Path, bytes, list[Any]]]:
    """The files of one half, or all of them, with their labels: title, authors, date, and the number of notes."""
    for path in sorted(folder.glob("**/*.pdf")):
        data = path.read_bytes()
        number = hashlib.sha256(data).hexdigest()[:8]
        if number in labels and half in (None, int(number[:2], 16) % 2):
            yield path, data, labels[number]


def judged(found: str, wanted: str) -> str:
    return "right" if found == wanted else "wrong" if found else "missing"


def headings(data: bytes, passages: Sequence[ImportedPassage]) -> Counter[str]:
    """How many headings of the file's outline are headings of the text; nothing where it has next to no outline."""
    wanted = Counter(_bare(one.get_title()) for one in open_pdf(data).get_toc())
    found = Counter(_bare(one.text) for one in passages if one.kind == "heading")
    if wanted.total() < _FEWEST_HEADINGS:
        return Counter()
    both = wanted & found
    return Counter({"outline": wanted.total(), "headings": found.total(), "headings in outline": both.total()})


def _bare(heading: str) -> str:
    return fold(_NUMBER.sub("", heading, count=1))


def main() -> None:
    folder, third = Path(sys.argv[1]), "--third" in sys.argv
    corpus = next((CORPUS[name] for name in ("third", "papers", "more", "new") if f"--{name}" in sys.argv), CORPUS)
    fetch(folder, corpus.get("packages", {}))
    counts: Counter[str] = Counter()
    half = None if third else int("--kept" in sys.argv)
    for path, data, (title, authors, date, *wanted) in labelled(folder, corpus["labels"], half):
        counts["files"] += 1
        try:
            article, passages = read_pdf(data)
        except CannotImport as refused:
            counts["refused"] += 1
            print(f"{path.name}: {refused.reason}")
            continue
        found = {
            "title": (fold(article.title or ""), fold(title)),
            "authors": (fold("".join(article.byline)), fold(authors)),
            "date": (article.published_at.date().isoformat() if article.published_at else "", date),
        }
        verdicts = {fact: judged(*values) for fact, values in found.items()}
        counts.update(f"{fact} {verdict}" for fact, verdict in verdicts.items())
        counts.update(headings(data, passages))
        counts["short passages"] += sum(one.kind == "paragraph" and len(one.text.split()) <= _SHORT for one in passages)
        notes = [label_of(one.html) for one in passages if one.kind == "footnote"]
        if wanted or not third:
            counts["notes"] += sum(wanted) or len(notes)
            counts["notes tied"] += len({label for one in passages for label in labels_in(one.html)} & set(notes))
        if wrong := [fact for fact, verdict in verdicts.items() if verdict != "right"]:
            print(f"{path.name}: {', '.join(wrong)}: {article.title!r}, {article.byline}, {found['date'][0]!r}")
    print(", ".join(f"{name} {count}" for name, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
