"""The budget of a rule: two milliseconds of CPU time per kilobyte of text.

A post on which a rule exceeds its budget is held, and moderators get a letter about the rule. The rule stays on:
otherwise anybody could switch it off by posting an expensive text.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from time import perf_counter, thread_time
from typing import TypeVar

import msgspec
import structlog

from parley.moderation.matching.evaluate import ActiveRule, Match, can_match, effective, match
from parley.moderation.matching.post import Post
from parley.moderation.reports import staff_mail
from parley.platform import db
from parley.platform.observability import metrics
from parley.platform.settings import settings
from parley.platform.text.messages import N_, Message

log = structlog.get_logger(__name__)

SECONDS_PER_KB = 0.002
KB = 1_000
# Hours between two letters about the same rule.
LETTER_HOURS = 24

# By cost per byte; a text below a kilobyte counts as one kilobyte.
SAVE_SLOWEST = f"""
update rule set slowest_bytes = $3, slowest_seconds = $4
where id = $1 and version = $2
  and $4::float8 / greatest($3::int, {KB}) > slowest_seconds / greatest(slowest_bytes, {KB})
"""  # noqa: S608 constants only

Result = TypeVar("Result")


class Overrun(msgspec.Struct, frozen=True):
    """A rule that took `seconds` of CPU time on a text of `size` bytes, more than its budget."""

    rule: ActiveRule
    size: int
    seconds: float

    @property
    def reason(self) -> Message:
        text = N_("The rule “{rule}” took too long on this text, so a moderator reads it first.")
        return text.format(rule=self.rule.name)

    @property
    def figures(self) -> Message:
        return N_("On a text of {size:.1f} kB it took {took} ms; its budget was {budget} ms.").format(
            size=self.size / KB, took=round(KB * self.seconds), budget=round(KB * allowed_seconds(self.size))
        )


class Judged(msgspec.Struct, frozen=True):
    """The hits on a post, and the rules that exceeded their budget."""

    hits: list[Match] = []
    over: list[Overrun] = []

    @property
    def unfinished(self) -> Overrun | None:
        """The first rule that is on and exceeded its budget, so that the post is held."""
        return next((cost for cost in self.over if cost.rule.state == "on"), None)

    @property
    def holds(self) -> bool:
        return self.unfinished is not None or any(hit.rule.action == "hold" for hit in self.effective)

    @property
    def effective(self) -> list[Match]:
        return effective(self.hits, held=self.unfinished is not None)


def evaluate_timed(rules: Iterable[ActiveRule], post: Post) -> Judged:
    """As `evaluate`, with the rules that exceeded their budget."""
    judged = Judged([], [])
    for rule in rules:
        hit, over = _do_timed(rule, post, partial(match, rule, post))
        if hit is not None:
            judged.hits.append(hit)
        if over is not None:
            judged.over.append(over)
    return judged


async def judge(rules: Sequence[ActiveRule], post: Post) -> Judged:
    """Evaluate the rules on a post, and report those that exceeded their budget."""
    judged = evaluate_timed(rules, post)
    for over in judged.over:
        try:
            await report(over)
        except Exception:
            # The hits count even if the report fails: without them, the post would be let in.
            log.exception("rule over its budget not reported", rule=over.rule.id)
    return judged


def may_match(rules: Iterable[ActiveRule], post: Post, known: frozenset[str]) -> bool:
    """Whether a rule may match a post with only the text and the `known` facts, or exceeds its budget on it."""
    return any(any(_do_timed(rule, post, partial(can_match, rule, post, known))) for rule in rules)


def allowed_seconds(size: int) -> float:
    """Seconds of CPU time that a rule may take on a text of `size` bytes."""
    return SECONDS_PER_KB * max(1.0, size / KB)


def cost(work: Callable[[], object]) -> float:
    """Seconds of CPU time that `work` takes in this thread."""
    started = thread_time()
    work()
    return thread_time() - started


def _do_timed(rule: ActiveRule, post: Post, work: Callable[[], Result]) -> tuple[Result, Overrun | None]:
    """Do `work`. Only if it seems slow, repeat it by the CPU clock, which is too slow to read for every rule."""
    started = perf_counter()
    result = work()
    if perf_counter() - started <= SECONDS_PER_KB:
        return result, None
    size = len(post.body.encode("utf-8", "surrogatepass"))
    if perf_counter() - started <= allowed_seconds(size) or (seconds := cost(work)) <= allowed_seconds(size):
        return result, None
    return result, Overrun(rule, size, seconds)


async def report(over: Overrun) -> None:
    rule = over.rule
    metrics.RULES_OVER_BUDGET.inc()
    log.error("rule over its budget", rule=rule.id, version=rule.version, bytes=over.size, seconds=over.seconds)
    async with db.atomic():
        await db.execute(SAVE_SLOWEST, rule.id, rule.version, over.size, over.seconds)
        link = f"{settings().base_url}/mod/rules/{rule.id}"
        await staff_mail.send(
            f"alarm.{rule.id}", "staff/alarm", hours=LETTER_HOURS, name=rule.name, figures=over.figures, link=link
        )
