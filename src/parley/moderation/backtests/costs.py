"""The highest cost of a rule, measured on the longest comments and on texts built from its own patterns."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from random import Random

import msgspec

from parley.discussion.comments.rules import LONGEST_COMMENT
from parley.moderation.matching.budget import KB, SECONDS_PER_KB, cost
from parley.moderation.matching.conditions import Pattern, WordList
from parley.moderation.matching.evaluate import ActiveRule
from parley.moderation.matching.post import Post
from parley.platform import db

SELECT_LONGEST_COMMENTS = (
    "select body from comment where author is not null order by length(body) desc, id desc limit 20"
)
# How many different characters of a rule's patterns are tried, alone and in pairs.
MOST_LETTERS = 12
PLAIN = "abc "
# Repeated units that are expensive for many parsers.
UNITS = ("a b ", "é", "\N{COMBINING ACUTE ACCENT}", "0", "https://a.example ", "[a](//b.example) ", "aA1_-.")


class Cost(msgspec.Struct, frozen=True):
    """The seconds of CPU time that a rule took on a text of `size` bytes; `made`: the text was built for it."""

    size: int = 0
    seconds: float = 0.0
    made: bool = False

    @property
    def per_kb(self) -> float:
        """Seconds per kilobyte; a text below a kilobyte counts as one kilobyte, as in the budget."""
        return self.seconds / max(1.0, self.size / KB)

    @property
    def exceeds_budget(self) -> bool:
        return self.per_kb > SECONDS_PER_KB


async def longest_comments() -> Sequence[str]:
    """Return the longest comments, from reading all."""
    longest: Sequence[str] = await db.values(SELECT_LONGEST_COMMENTS)
    return longest


async def costliest(rule: ActiveRule, bodies: Iterable[str]) -> Cost:
    """Measure a rule on these comments and on built texts; return its highest cost per kilobyte."""
    return await asyncio.to_thread(_costliest, rule, bodies)


def _costliest(rule: ActiveRule, bodies: Iterable[str]) -> Cost:
    real = [measure(rule, body, made=False) for body in bodies]
    made = [measure(rule, text, made=True) for text in texts(rule)]
    return max([*real, *made], key=lambda cost: cost.per_kb)


def measure(rule: ActiveRule, text: str, *, made: bool) -> Cost:
    """Measure all conditions of a rule; a match would stop at the first that is not met."""
    post = Post(body=text)

    def work() -> None:
        for condition in rule.conditions:
            condition.find(post)

    work()  # compiles the patterns and renders the text, both cached for later rules
    return Cost(len(text.encode("utf-8", "surrogatepass")), cost(work), made)


def texts(rule: ActiveRule) -> Iterator[str]:
    """Build texts of the greatest length of a comment that may be expensive for a rule's patterns."""
    random = Random(0)  # noqa: S311 no secret: the same rule gets the same texts
    sources = list(_sources(rule))
    letters = list(dict.fromkeys(letter for source in sources for letter in source if letter.isalnum()))
    pairs = pairwise(letters[:MOST_LETTERS])
    for alphabet in filter(None, (*pairs, letters, PLAIN)):
        yield "".join(random.choices(alphabet, k=LONGEST_COMMENT))
    for unit in (*UNITS, *islice(letters, MOST_LETTERS), *sources):
        yield (unit * (LONGEST_COMMENT // len(unit) + 1))[:LONGEST_COMMENT]


def _sources(rule: ActiveRule) -> Iterable[str]:
    for condition in rule.conditions:
        if isinstance(condition, Pattern):
            yield condition.pattern
        elif isinstance(condition, WordList):
            yield " ".join(condition.words)
