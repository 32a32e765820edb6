"""What a rule may cost: two milliseconds of processor for each kilobyte of text.

A post on which a rule takes more waits for a moderator, and the rule is reported. The rule stays as it is: otherwise
whoever finds an expensive text could switch it off by posting that text.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from time import perf_counter, thread_time
from typing import TypeVar

import msgspec
import structlog

from parley.automod.rules.evaluate import ActiveRule, Match, can_match, effective, match
from parley.automod.rules.post import Post
from parley.core import db
from parley.core.observability import metrics
from parley.core.settings import settings
from parley.reports import staff_mail

log = structlog.get_logger(__name__)

SECONDS_PER_KB = 0.002
KB = 1_000
# Moderators get at most one letter about a rule in so many hours.
LETTER_HOURS = 24

# The costliest text by its cost per byte; a shorter text counts as one of a kilobyte.
KEEP_SLOWEST = f"""
update rule set slowest_bytes = $3, slowest_seconds = $4
where id = $1 and version = $2
  and $4::float8 / greatest($3::int, {KB}) > slowest_seconds / greatest(slowest_bytes, {KB})
"""  # noqa: S608 constants only

Result = TypeVar("Result")


class Overrun(msgspec.Struct, frozen=True):
    """A rule that took longer than its budget on a text of `size` bytes; `seconds` of processor."""

    rule: ActiveRule
    size: int
    seconds: float

    @property
    def reason(self) -> str:
        return f"The rule “{self.rule.name}” took too long on this text, so a moderator reads it first."

    @property
    def figures(self) -> str:
        return (
            f"On a text of {self.size / KB:.1f} kB it took {KB * self.seconds:.0f} ms; "
            f"its budget was {KB * allowed(self.size):.0f} ms."
        )


class Judged(msgspec.Struct, frozen=True):
    """What the rules found in a post, and which of them went over their budget."""

    hits: list[Match] = []
    over: list[Overrun] = []

    @property
    def unfinished(self) -> Overrun | None:
        """The first rule that is on and went over its budget: the post waits for a moderator."""
        return next((one for one in self.over if one.rule.state == "on"), None)

    @property
    def holds(self) -> bool:
        return self.unfinished is not None or any(hit.rule.action == "hold" for hit in self.effective)

    @property
    def effective(self) -> list[Match]:
        return effective(self.hits, held=self.unfinished is not None)


def evaluate_timed(rules: Iterable[ActiveRule], post: Post) -> Judged:
    """As `evaluate`, with the rules that went over their budget. Waiting for the processor does not count."""
    judged = Judged([], [])
    for rule in rules:
        hit, over = _timed(rule, post, partial(match, rule, post))
        if hit is not None:
            judged.hits.append(hit)
        if over is not None:
            judged.over.append(over)
    return judged


async def judge(rules: Sequence[ActiveRule], post: Post) -> Judged:
    """What the rules find in a post. Rules over their budget are reported."""
    judged = evaluate_timed(rules, post)
    for over in judged.over:
        await report(over)
    return judged


def may_match(rules: Iterable[ActiveRule], post: Post, known: frozenset[str]) -> bool:
    """Whether a rule may match a post of which only the text and the `known` facts are filled in, or is over budget."""
    return any(any(_timed(rule, post, partial(can_match, rule, post, known))) for rule in rules)


def allowed(size: int) -> float:
    """Seconds of processor that a rule may take on a text of `size` bytes."""
    return SECONDS_PER_KB * max(1.0, size / KB)


def cost(work: Callable[[], object]) -> float:
    """Seconds of processor that `work` takes, without the time spent waiting for the processor."""
    started = thread_time()
    work()
    return thread_time() - started


def _timed(rule: ActiveRule, post: Post, work: Callable[[], Result]) -> tuple[Result, Overrun | None]:
    """Do `work`. Where it seems slow, measure it again by the processor's clock, which is too slow to read always."""
    started = perf_counter()
    result = work()
    if perf_counter() - started <= SECONDS_PER_KB:
        return result, None
    size = len(post.body.encode("utf-8", "surrogatepass"))
    if perf_counter() - started <= allowed(size) or (seconds := cost(work)) <= allowed(size):
        return result, None
    return result, Overrun(rule, size, seconds)


async def report(over: Overrun) -> None:
    rule = over.rule
    metrics.RULES_OVER_BUDGET.inc()
    log.error("rule over its budget", rule=rule.id, version=rule.version, bytes=over.size, seconds=over.seconds)
    async with db.atomic():
        await db.execute(KEEP_SLOWEST, rule.id, rule.version, over.size, over.seconds)
        link = f"{settings().base_url}/mod/rules/{rule.id}"
        await staff_mail.tell(
            f"alarm.{rule.id}", "alarm", hours=LETTER_HOURS, name=rule.name, figures=over.figures, link=link
        )
