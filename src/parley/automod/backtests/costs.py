"""What a rule costs at worst: measured on the longest comments, and on texts made from its own patterns."""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from random import Random

import msgspec

from parley.automod.rules.budget import KB, SECONDS_PER_KB, cost
from parley.automod.rules.conditions import Pattern, WordList
from parley.automod.rules.evaluate import ActiveRule
from parley.automod.rules.post import Post
from parley.comments.rules import LONGEST
from parley.core import db

LONGEST_COMMENTS = "select body from comment where author is not null order by length(body) desc, id desc limit 20"
# Of the characters in a rule's patterns, the first so many are tried alone and in random pairs.
MOST_LETTERS = 12
PLAIN = "abc "
# What costs other parsers most: words of one letter, accents, links, signs. A rule may look for any of them.
UNITS = ("a b ", "é", "\N{COMBINING ACUTE ACCENT}", "0", "https://a.example ", "[a](//b.example) ", "aA1_-.")


class Cost(msgspec.Struct, frozen=True):
    """The seconds of processor that a rule took on a text of `size` bytes; `made`: we made the text."""

    size: int = 0
    seconds: float = 0.0
    made: bool = False

    @property
    def per_kb(self) -> float:
        """Seconds for each kilobyte; a shorter text counts as one of a kilobyte, as in the budget."""
        return self.seconds / max(1.0, self.size / KB)

    @property
    def is_over(self) -> bool:
        return self.per_kb > SECONDS_PER_KB


async def costliest(rule: ActiveRule) -> Cost:
    """The highest cost per kilobyte of a rule, on the longest comments and on texts made for it."""
    return await asyncio.to_thread(_costliest, rule, await db.values(LONGEST_COMMENTS))


def _costliest(rule: ActiveRule, bodies: Iterable[str]) -> Cost:
    real = [measured(rule, body, made=False) for body in bodies]
    made = [measured(rule, text, made=True) for text in texts(rule)]
    return max([*real, *made], key=lambda one: one.per_kb)


def measured(rule: ActiveRule, text: str, *, made: bool) -> Cost:
    """The cost of all conditions of a rule: one that does not match would spare the ones after it."""
    post = Post(body=text)

    def work() -> None:
        for condition in rule.conditions:
            condition.find(post)

    work()  # compiles the patterns and renders the text, which every later rule shares
    return Cost(len(text.encode("utf-8", "surrogatepass")), cost(work), made)


def texts(rule: ActiveRule) -> Iterator[str]:
    """Texts of the greatest length that a comment may have, made to be expensive for a rule's patterns."""
    random = Random(0)  # noqa: S311 no secret: the same rule gets the same texts
    sources = list(_sources(rule))
    letters = list(dict.fromkeys(letter for source in sources for letter in source if letter.isalnum()))
    pairs = pairwise(letters[:MOST_LETTERS])
    for alphabet in filter(None, (*pairs, letters, PLAIN)):
        yield "".join(random.choices(alphabet, k=LONGEST))
    for unit in (*UNITS, *islice(letters, MOST_LETTERS), *sources):
        yield (unit * (LONGEST // len(unit) + 1))[:LONGEST]


def _sources(rule: ActiveRule) -> Iterable[str]:
    for condition in rule.conditions:
        if isinstance(condition, Pattern):
            yield condition.pattern
        elif isinstance(condition, WordList):
            yield " ".join(condition.words)
