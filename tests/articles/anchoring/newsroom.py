"""Articles edited as editors do: a word, a sentence, a paragraph, or several of these at once.

Each sentence has an identity, so it is known where it is after any sequence of edits.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import count
from random import Random

import msgspec

from parley.articles.anchoring import DocumentBlock
from parley.articles.revisions.lineage import EarlierPassage, align
from parley.extraction.html.passages import ImportedPassage, cut_passages
from parley.extraction.text.markdown import extract_markdown
from parley.extraction.text.words import WORD
from parley.site.demo.content import articles
from tests.articles.anchoring.essays import FOLDER
from tests.conftest import SHARED

SEED = SHARED / "seed-article"
FEWEST = 5  # words of a sentence that can be quoted
_SENTENCE = re.compile(r"\S.*?[.!?](?=\s|$)|\S.+", re.DOTALL)
_TYPOGRAPHY = str.maketrans({"'": "\u2019", "-": "\u2013", ",": ";"})


class Sentence(msgspec.Struct):
    """A sentence, and the index of the block in which it was first."""

    text: str
    home: int


class Block(msgspec.Struct):
    """A passage as its sentences. A heading is one sentence."""

    sentences: list[Sentence]
    is_heading: bool = False

    @property
    def text(self) -> str:
        return " ".join(one.text for one in self.sentences)


class Newsroom:
    """An article, and an editor who makes random changes."""

    EDITS = ("word", "words", "clause", "cut", "rewrite", "drop", "insert", "swap", "add", "remove", "move")
    EDITS += ("split", "merge", "retitle", "recase", "punctuate")

    def __init__(self, passages: list[ImportedPassage], others: list[str], random: Random) -> None:
        self.random, self._others, self._fresh = random, others, count(10_000)
        self._vocabulary = [word for text in others for word in WORD.findall(text) if len(word) > 4]
        self.blocks = [
            Block([Sentence(text, at) for text in _SENTENCE.findall(one.text)], one.kind == "heading")
            for at, one in enumerate(passages)
        ]
        self.first = [DocumentBlock(at, one.text) for at, one in enumerate(self.blocks)]
        self.lineages, self.merged = [*range(len(self.blocks))], dict[int, int]()
        self._headings = [one.is_heading for one in self.blocks]

    def publish(self, before: list[DocumentBlock]) -> list[DocumentBlock]:
        """Return the present text as the revision after `before`, with the lineages that the alignment finds."""
        texts = [one.text for one in self.blocks]
        former = [
            EarlierPassage(*one) for one in zip(self.lineages, (b.text for b in before), self._headings, strict=True)
        ]
        self._headings = [one.is_heading for one in self.blocks]
        aligned = align(former, texts, headings={at for at, yes in enumerate(self._headings) if yes})
        self.lineages = [next(self._fresh) if one is None else one for one in aligned.lineages]
        self.merged = self.merged | {lineage: self.lineages[at] for lineage, at in aligned.merged.items()}
        return [DocumentBlock(*one) for one in zip(self.lineages, texts, strict=True)]

    def place(self, sentence: Sentence) -> int | None:
        """Return the index of the block that has a sentence now."""
        return next((at for at, one in enumerate(self.blocks) if any(s is sentence for s in one.sentences)), None)

    def quotable(self) -> list[Sentence]:
        texts = [one.text for block in self.blocks for one in block.sentences]
        return [
            one for block in self.blocks for one in block.sentences
            if len(one.text.split()) >= FEWEST and texts.count(one.text) == 1
        ]  # fmt: skip

    def edit(self, name: str, at: int | None = None, sentence: Sentence | None = None) -> None:
        """Make the edit `name` of a block and of one of its sentences, both random if they are not given."""
        self.at = self.random.randrange(len(self.blocks)) if at is None else at
        self.block = self.blocks[self.at]
        self.sentence = sentence or self.random.choice(self.block.sentences)
        getattr(self, name)()

    def other(self) -> list[str]:
        """The sentences of a paragraph of another article."""
        return _SENTENCE.findall(self.random.choice(self._others))

    def replace(self, sentence: Sentence, at: int, many: int, by: int) -> None:
        """Replace `many` words from the one at index `at` by `by` random ones, but not the punctuation around them."""
        words = sentence.text.split()
        new = self.random.choices(self._vocabulary, k=by)
        around = re.fullmatch(r"(\W*).*?(\W*)", " ".join(words[at : at + many]))
        if new and around:
            new = f"{around[1]}{' '.join(new)}{around[2]}".split(" ")
        sentence.text = " ".join([*words[:at], *new, *words[at + many :]]) or sentence.text

    def _somewhere(self, sentence: Sentence, many: int, by: int) -> None:
        self.replace(sentence, self.random.randrange(max(len(sentence.text.split()) - many, 0) + 1), many, by)

    def word(self) -> None:
        self._somewhere(self.sentence, 1, 1)

    def words(self) -> None:
        self._somewhere(self.sentence, self.random.randint(2, 3), self.random.randint(1, 4))

    def clause(self) -> None:
        self._somewhere(self.sentence, 0, self.random.randint(1, 8))

    def cut(self) -> None:
        self._somewhere(self.sentence, self.random.randint(1, 3), 0)

    def rewrite(self) -> None:
        self.block.sentences = [
            Sentence(self.other()[0], -1) if one is self.sentence else one for one in self.block.sentences
        ]  # fmt: skip

    def drop(self) -> None:
        if len(self.block.sentences) > 1:
            self.block.sentences = [one for one in self.block.sentences if one is not self.sentence]

    def insert(self) -> None:
        if not self.block.is_heading:
            self.block.sentences.insert(
                self.random.randint(0, len(self.block.sentences)), Sentence(self.other()[0], -1)
            )

    def swap(self) -> None:
        self.random.shuffle(self.block.sentences)

    def add(self) -> None:
        self.blocks.insert(self.at + self.random.randint(0, 1), Block([Sentence(text, -1) for text in self.other()]))

    def remove(self) -> None:
        del self.blocks[self.at]

    def move(self) -> None:
        self.blocks.insert(self.random.randrange(len(self.blocks)), self.blocks.pop(self.at))

    def split(self) -> None:
        middle = self.random.randint(0, len(self.block.sentences))
        parts = self.block.sentences[:middle], self.block.sentences[middle:]
        self.blocks[self.at : self.at + 1] = [Block(part, self.block.is_heading) for part in parts if part]

    def merge(self) -> None:
        if not any(one.is_heading for one in self.blocks[self.at : self.at + 2]):
            self.blocks[self.at : self.at + 2] = [
                Block([s for one in self.blocks[self.at : self.at + 2] for s in one.sentences])
            ]

    def retitle(self) -> None:
        if self.block.is_heading:
            self.sentence.text = " ".join(self.random.choices(self._vocabulary, k=self.random.randint(1, 5)))

    def recase(self) -> None:
        self.sentence.text = self.random.choice((str.title, str.upper, str.lower))(self.sentence.text)

    def punctuate(self) -> None:
        self.sentence.text = self.sentence.text.translate(_TYPOGRAPHY).rstrip(".") + self.random.choice(("!", "…", "."))


@cache
def texts() -> dict[str, list[ImportedPassage]]:
    """Real articles: the demo's, and of ../shared/data, if that is here, the seed article and essays."""
    found = {path.name: _passages(path.read_text()) for path in articles()}
    if SHARED.exists():
        essays = [max(folder.glob("r*.md"), default=None) for folder in sorted(FOLDER.iterdir())]
        found |= {path.parent.name: _passages(path.read_text())[:150] for path in essays if path}
        found |= {path.name: list(_plain(path.read_text())) for path in SEED.glob("*_*.txt")}
    return found


def _passages(markdown: str) -> list[ImportedPassage]:
    extracted = extract_markdown(markdown)
    return [one for one in cut_passages(extracted.html, base_url=None, title=extracted.title) if one.text]


def _plain(text: str) -> Iterator[ImportedPassage]:
    for part in filter(None, (" ".join(one.split()) for one in text.split("\n\n"))):
        kind = "heading" if len(part.split()) < 10 and part[-1] not in ".?!" else "paragraph"
        yield ImportedPassage(kind, None, part, part)


def newsroom(random: Random) -> Newsroom:
    """A random article, with paragraphs of another one that can be added to it."""
    names = sorted(texts())
    name, donor = random.sample(names, 2)
    return Newsroom(texts()[name], [one.text for one in texts()[donor] if len(one.text.split()) > 20], random)
