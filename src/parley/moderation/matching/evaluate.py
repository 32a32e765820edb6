"""Matching rules against a post. Pure: the same rules and post give the same hits."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from parley.moderation.matching.conditions import AnyCondition, Members, Threads
from parley.moderation.matching.post import Post

LONGEST_MATCH = 300
RECORD = frozenset({"record"})
# Facts about the moment at which the comment was posted; an edit cannot change them.
MOMENT = frozenset({"recent", "heat", "moment"})
# Known only after a comment was posted or edited.
LABELS = frozenset({"labels"})
# An edit does not free a comment that was held for one of these.
AT_POSTING = MOMENT | LABELS

Action = Literal["hold", "flag", "collapse", "slow", "notify"]


class ActiveRule(msgspec.Struct, frozen=True):
    """A rule that is on or in shadow."""

    id: int
    name: str
    version: int
    state: str
    position: int
    action: Action
    guideline: str
    conditions: tuple[AnyCondition, ...]


class Match(msgspec.Struct, frozen=True):
    """A rule that matched, and the words that matched."""

    rule: ActiveRule
    matched: str

    @property
    def acts(self) -> bool:
        """False in shadow."""
        return self.rule.state == "on"


def evaluate(rules: Iterable[ActiveRule], post: Post) -> list[Match]:
    """The hits on a post, in the order of the rules (position, then id)."""
    return [hit for rule in in_order(rules) if (hit := match(rule, post)) is not None]


def in_order(rules: Iterable[ActiveRule]) -> list[ActiveRule]:
    return sorted(rules, key=lambda rule: (rule.position, rule.id))


def match(rule: ActiveRule, post: Post) -> Match | None:
    """The hit of a rule whose conditions are all met. A rule without conditions matches nothing."""
    spans = []
    for condition in rule.conditions:
        span = condition.find(post)
        if span is None:
            return None
        spans.append(span)
    return Match(rule, " · ".join(filter(None, spans))[:LONGEST_MATCH]) if spans else None


def needs_posting_facts(rule: ActiveRule) -> bool:
    """Whether a rule asks for facts of the moment at which a comment was posted."""
    return any(condition.needs & AT_POSTING for condition in rule.conditions)


def waits_for_labels(rule: ActiveRule) -> bool:
    """Whether a rule looks at labels, and so runs when they arrive and not before."""
    return any(condition.needs & LABELS for condition in rule.conditions)


def is_for(rule: ActiveRule, post: Post) -> bool:
    """Whether the record of a post's author meets all conditions of a rule about it."""
    return all(condition.find(post) is not None for condition in rule.conditions if condition.needs == RECORD)


def is_about_all(rule: ActiveRule) -> bool:
    """Whether a rule is about everything in some threads or by some members, whatever it says."""
    return all(isinstance(condition, Threads | Members) for condition in rule.conditions)


def can_match(rule: ActiveRule, post: Post, known: frozenset[str]) -> bool:
    """Whether a rule may match a post with only the text and the `known` facts."""
    return all(condition.find(post) is not None for condition in rule.conditions if condition.needs <= known)


def decisive(hits: Sequence[Match]) -> Match | None:
    """The first hit that holds the post, if there is one."""
    return next((hit for hit in hits if hit.acts and hit.rule.action == "hold"), None)


def effective(hits: Sequence[Match], *, held: bool = False) -> list[Match]:
    """The hits to apply. A held post is neither collapsed nor does it slow its thread: it does not appear there yet.

    A post is collapsed once, by the oldest rule that does. `held`: the post is held for a reason other than a hit.
    """
    holding = decisive(hits)
    if holding is None and not held:
        collapsing = [hit.rule.id for hit in hits if hit.acts and hit.rule.action == "collapse"]
        return [hit for hit in hits if hit.acts and (hit.rule.action != "collapse" or hit.rule.id == min(collapsing))]
    return [hit for hit in hits if hit is holding or (hit.acts and hit.rule.action in {"flag", "notify"})]
