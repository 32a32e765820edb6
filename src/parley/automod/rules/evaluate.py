"""Rules against a post: all that match are hits, the first that holds decides, and nothing depends on the clock."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from parley.automod.rules.conditions import AnyCondition
from parley.automod.rules.post import Post

LONGEST_MATCH = 300

Action = Literal["hold", "flag", "collapse", "slow", "notify"]


class ActiveRule(msgspec.Struct, frozen=True):
    """A rule that is switched on, or watches in shadow."""

    id: int
    name: str
    version: int
    state: str
    position: int
    action: Action
    guideline: str
    conditions: tuple[AnyCondition, ...]


class Match(msgspec.Struct, frozen=True):
    """A rule that matched, and the words it matched."""

    rule: ActiveRule
    matched: str

    @property
    def acts(self) -> bool:
        """False in shadow: it would have done something, and does not."""
        return self.rule.state == "on"


def evaluate(rules: Iterable[ActiveRule], post: Post) -> list[Match]:
    """The hits on a post, in the order of the rules (position, then age of the rule)."""
    return [hit for rule in ordered(rules) if (hit := match(rule, post)) is not None]


def ordered(rules: Iterable[ActiveRule]) -> list[ActiveRule]:
    return sorted(rules, key=lambda rule: (rule.position, rule.id))


def match(rule: ActiveRule, post: Post) -> Match | None:
    """The hit of one rule, where all of its conditions match; a rule without conditions matches nothing."""
    spans = []
    for condition in rule.conditions:
        span = condition.find(post)
        if span is None:
            return None
        spans.append(span)
    return Match(rule, " · ".join(filter(None, spans))[:LONGEST_MATCH]) if spans else None


def can_match(rule: ActiveRule, post: Post, known: frozenset[str]) -> bool:
    """Whether a rule may match a post of which only the text and the `known` facts are filled in."""
    return all(condition.find(post) is not None for condition in rule.conditions if condition.needs <= known)


def decisive(hits: Sequence[Match]) -> Match | None:
    """The hit that holds the post back, if one does."""
    return next((hit for hit in hits if hit.acts and hit.rule.action == "hold"), None)


def effective(hits: Sequence[Match], *, held: bool = False) -> list[Match]:
    """The hits that do something: what is held is neither folded nor does it slow a thread it is not in yet.

    `held`: something other than a hit holds the post back.
    """
    holding = decisive(hits)
    if holding is None and not held:
        return [hit for hit in hits if hit.acts]
    return [hit for hit in hits if hit is holding or (hit.acts and hit.rule.action in {"flag", "notify"})]
