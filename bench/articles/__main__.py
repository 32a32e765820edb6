"""`python -m bench.articles [FOLDER ...] [--worst N] [--every N] [--beside NAME]`: print how well pages are read."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import mean

from rich.console import Console
from rich.table import Table

from bench.articles.peers import PEERS
from bench.articles.scores import FACTS, Score, score
from bench.articles.sets import Page, pages
from parley.extraction.errors import CannotImport
from parley.extraction.html.extract import extract_html
from parley.extraction.sandbox.reading import ReadArticle, read_article

_SHARED = Path(__file__).parents[2].parent / "shared" / "data"
_SHOWN = 70


def read(page: Page) -> ReadArticle | None:
    try:
        return read_article(extract_html(page.source, url=page.url), page.url)
    except CannotImport:
        return None


def main() -> None:
    parser = ArgumentParser(description="Print how well articles are read.")
    parser.add_argument("folders", nargs="*", type=Path, help="folders of pages; those beside the project otherwise")
    parser.add_argument("--worst", type=int, default=0, help="name so many of the worst pages of each folder")
    parser.add_argument("--every", type=int, default=1, help="take only every so many-th page")
    parser.add_argument("--beside", choices=PEERS, help="a library that reads them instead")
    given = parser.parse_args()
    reader = PEERS.get(given.beside, read)
    console = Console()
    for folder in given.folders or sorted(_SHARED.glob("article-*")):
        scores = [score(page, reader(page)) for page in islice(pages(folder), 0, None, given.every)]
        console.print(_table(folder.name, scores))
        for one in sorted(scores, key=_goodness)[: given.worst]:
            console.print(_described(one), markup=False, highlight=False)


def _table(name: str, scores: Sequence[Score]) -> Table:
    table = Table(title=f"{name}: {len(scores)} pages", show_header=False, title_justify="left")
    if words := [one.f1 for one in scores if one.f1 is not None]:
        table.add_row("word F1, mean", f"{mean(words):.3f}")
    if needed := sum(one.found + len(one.lost) for one in scores):
        found, excess = sum(one.found for one in scores), sum(len(one.excess) for one in scores)
        table.add_row(
            "texts, F1", f"{2 * found / (found + needed + excess):.3f} ({needed - found} lost, {excess} excess)"
        )
    for fact in FACTS:
        judged = Counter(one.facts[fact] for one in scores if fact in one.facts)
        if asked := judged.total():
            table.add_row(fact, f"{judged['right'] / asked:.3f} of {asked}, wrong {judged['wrong'] / asked:.3f}")
    chrome, passages = sum(len(one.chrome) for one in scores), sum(one.passages for one in scores)
    table.add_row("chrome", f"{chrome} of {passages} passages, on {sum(bool(one.chrome) for one in scores)} pages")
    return table


def _goodness(one: Score) -> float:
    if one.f1 is not None:
        return one.f1
    return one.found / max(one.found + len(one.lost) + len(one.excess), 1)


def _described(one: Score) -> str:
    texts = [f"lost: {text}" for text in one.lost] + [f"excess: {text}" for text in one.excess]
    lines = [*texts, *(f"chrome: {text}" for text in one.chrome[:3])]
    return "\n    ".join([f"{_goodness(one):.3f} {one.name} {one.facts}", *(line[:_SHOWN] for line in lines)])


if __name__ == "__main__":
    main()
