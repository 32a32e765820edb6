"""Finding 1,000 anchors again when a fifth of an article's 200 passages was edited: the processor it takes."""

from collections.abc import Iterator
from itertools import count
from random import Random
from time import process_time

from bench.harness import ROUNDS, Harness
from bench.report import Figure
from parley.articles.anchoring import DocumentBlock, Selector, resolve, select
from parley.articles.revisions.lineage import EarlierPassage, align
from parley.site.demo.content import articles, discussion

PASSAGES, ANCHORS, EDITED = 200, 1_000, 0.2
FEWEST = 40  # words of a passage


async def measure(harness: Harness) -> list[Figure]:  # noqa: ARG001 every part is given the servers
    random = Random(7)
    former = [DocumentBlock(at, text) for at, text in zip(range(PASSAGES), _texts(random), strict=False)]
    anchors = [_anchor(random, former) for _ in range(ANCHORS)]
    revised = [_edited(random, one.text) if random.random() < EDITED else one.text for one in former]
    rounds = [_round(former, revised, anchors) for _ in range(ROUNDS)]
    aligning, resolving = ([1_000 * seconds for seconds in both] for both in zip(*rounds, strict=True))
    return [
        Figure("anchoring", "200 passages aligned, a fifth edited, processor", "ms", aligning),
        Figure("anchoring", "1,000 anchors found on them again, processor", "ms", resolving, bar=300.0),
    ]


def _texts(random: Random) -> Iterator[str]:
    """Paragraphs of the demo's comments put together to passages that all differ."""
    parts = [part for article in articles() for one in discussion(article) for part in one.body.split("\n\n")]
    for number in count():
        words = [f"No. {number}:"]
        while len(words) < FEWEST:
            words += random.choice(parts).split()
        yield " ".join(words)


def _anchor(random: Random, former: list[DocumentBlock]) -> Selector:
    at = random.randrange(PASSAGES)
    words = former[at].text.split()
    start = random.randrange(len(words) - 3)
    quote = " ".join(words[start : start + random.randint(3, 25)])
    anchor = select(former[max(at - 1, 0) : at + 2], at, quote, " ".join(words[:start]))
    assert anchor
    return anchor


def _edited(random: Random, text: str) -> str:
    """Every tenth word replaced, taken out or joined by another."""
    words = text.split()
    for _ in range(len(words) // 10):
        at = random.randrange(len(words))
        words[at : at + random.randint(0, 1)] = random.choice((["otherwise"], [], ["and", "yet"]))
    return " ".join(words)


def _round(former: list[DocumentBlock], texts: list[str], anchors: list[Selector]) -> tuple[float, float]:
    started = process_time()
    lineages = align([EarlierPassage(one.lineage, one.text) for one in former], texts).lineages
    aligned = process_time()
    new = [DocumentBlock(PASSAGES + at if one is None else one, texts[at]) for at, one in enumerate(lineages)]
    resolve(anchors, former, new, {})
    return aligned - started, process_time() - aligned
