"""What the pages about rules show."""

from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec
from markupsafe import Markup

from parley.discussion.comments.rules import EXCERPT
from parley.moderation.backtests.run import ON_GROUND, SELECT_DECIDED, Result
from parley.moderation.matching.conditions import AnyCondition, Condition, SpamScore
from parley.moderation.matching.score import AT, ScoreMetrics
from parley.moderation.modrules.kinds import in_full, sentence
from parley.moderation.reports.queries import IS_SENSITIVE_COMMENT
from parley.platform import db
from parley.platform.text.diff import mark_changes
from parley.platform.text.messages import N_, Message

# Characters of a matched comment.
SELECT_RULES = f"""
with decided as ({SELECT_DECIDED})
select u.id, u.name, u.version, u.state, u.action, u.guideline, g.title as ground,
       u.conditions::text as conditions_json,
       u.slowest_bytes, u.slowest_seconds, m.name as changed_by, u.changed_at, coalesce(h.hits, 0) as hits,
       coalesce(h.right, 0) as right, coalesce(h.wrong, 0) as wrong
from rule u join guideline g on g.code = u.guideline left join member m on m.id = u.changed_by
left join lateral (
    select count(*) filter (where h.created_at > now() - interval '7 days') as hits,
           count(*) filter (where d.is_right) as right, count(*) filter (where not d.is_right) as wrong
    from hit h left join decided d on d.comment = h.comment and {ON_GROUND.format(ground="u.guideline")}
    where h.rule = u.id and h.created_at > now() - interval '90 days'
) h on true
where $1::bigint is null or u.id = $1 order by u.position, u.id
"""  # noqa: S608 constants only
SELECT_VERSIONS = """
select v.version as number, v.action, v.conditions::text as conditions_json, m.name as changed_by, v.changed_at
from rule_version v left join member m on m.id = v.changed_by where v.rule = $1 order by v.version
"""
SELECT_BACKTEST = """
select b.id, b.version, b.state, b.done, b.total, m.name as asked_by, b.proposed_by, p.name as proposer, b.created_at,
       b.result::text as raw
from backtest b left join member m on m.id = b.asked_by left join member p on p.id = b.proposed_by
where b.rule = $1 and b.version = $2 order by b.id desc limit 1
"""
SELECT_SAMPLES = f"""
select c.id, m.name as author, {EXCERPT} as excerpt, c.state, c.created_at, d.is_right,
       {IS_SENSITIVE_COMMENT} as sensitive
from comment c left join member m on m.id = c.author
left join ({SELECT_DECIDED}) d on d.comment = c.id and {ON_GROUND.format(ground="$2")}
where c.id = any($1::bigint[]) order by c.id desc
"""  # noqa: S608 constants only
SELECT_LAST_TRAINING = """
select weights is not null as taken, spam, harmless, figures::text as raw, created_at
from spam_training order by id desc limit 1
"""


class RuleRow(msgspec.Struct, frozen=True):
    """A rule with its hits of the last week; `right` and `wrong` are moderators' decisions on those of 90 days."""

    id: int
    name: str
    version: int
    state: str
    action: str
    guideline: str
    ground: str
    conditions_json: str
    slowest_bytes: int
    slowest_seconds: float
    changed_by: str | None
    changed_at: datetime
    hits: int
    right: int
    wrong: int

    @property
    def conditions(self) -> tuple[AnyCondition, ...] | None:
        """Its conditions; None where this version of Parley does not know them."""
        return _conditions(self.conditions_json)

    @property
    def uses_score(self) -> bool:
        return any(isinstance(condition, SpamScore) for condition in self.conditions or ())

    @property
    def sentence(self) -> Message:
        return _in_words(sentence, self.action, self.conditions_json)

    @property
    def precision(self) -> float | None:
        """The share of right hits among those that moderators decided on."""
        decided = self.right + self.wrong
        return self.right / decided if decided else None


async def all_rules() -> list[RuleRow]:
    """All rules, in the order in which they run."""
    return await db.fetch(RuleRow, SELECT_RULES, None)


async def rule(number: int) -> RuleRow | None:
    return await db.fetch_one(RuleRow, SELECT_RULES, number)


class VersionRow(msgspec.Struct, frozen=True):
    number: int
    action: str
    conditions_json: str
    changed_by: str | None
    changed_at: datetime


class RuleVersionRow(msgspec.Struct, frozen=True):
    number: int
    changed_by: str | None
    changed_at: datetime
    words: Markup


async def versions(number: int) -> list[RuleVersionRow]:
    """The versions of a rule, newest first."""
    rows = await db.fetch(VersionRow, SELECT_VERSIONS, number)
    words = [_in_words(in_full, row.action, row.conditions_json) for row in rows]
    shown = [Markup("{}").format(words[0]), *map(mark_changes, words, words[1:])] if words else []
    pairs = zip(rows, shown, strict=True)
    return [RuleVersionRow(row.number, row.changed_by, row.changed_at, condition) for row, condition in pairs][::-1]


class TestRow(msgspec.Struct, frozen=True):
    """A back-test of a version, with its progress."""

    id: int
    version: int
    state: str
    done: int
    total: int
    asked_by: str | None
    proposed_by: int | None
    proposer: str | None
    created_at: datetime
    raw: str

    @property
    def result(self) -> Result:
        return msgspec.json.decode(self.raw, type=Result)

    @property
    def is_busy(self) -> bool:
        return self.state in {"waiting", "running"}


async def last_test(number: int, version: int) -> TestRow | None:
    return await db.fetch_one(TestRow, SELECT_BACKTEST, number, version)


class Sample(msgspec.Struct, frozen=True):
    """A comment that a back-test matched; `is_right` says whether a moderator restricted it, None for no decision."""

    id: int
    author: str | None
    excerpt: str
    state: str
    created_at: datetime
    is_right: bool | None
    sensitive: bool


async def samples(comments: list[int], ground: str) -> list[Sample]:
    return await db.fetch(Sample, SELECT_SAMPLES, comments, ground)


class ThresholdRow(msgspec.Struct, frozen=True):
    """How much advertising scores at least `percent`, and how many harmless texts do."""

    percent: int
    caught: int
    wrong: int

    @property
    def precision(self) -> float | None:
        """The share of advertising among the texts with this score."""
        matched = self.caught + self.wrong
        return self.caught / matched if matched else None


class Training(msgspec.Struct, frozen=True):
    """A training: what it learned, whether its weights came into force, and how those in force then judged others."""

    taken: bool
    spam: int
    harmless: int
    raw: str
    created_at: datetime

    @property
    def figures(self) -> ScoreMetrics:
        return msgspec.json.decode(self.raw, type=ScoreMetrics)

    @property
    def thresholds(self) -> Iterator[ThresholdRow]:
        """Yield a row for each score, the lowest first."""
        figures = self.figures
        for at, caught, wrong in zip(AT, figures.caught, figures.wrong, strict=True):
            yield ThresholdRow(round(100 * at), caught, wrong)


async def last_training() -> Training | None:
    return await db.fetch_one(Training, SELECT_LAST_TRAINING)


def _conditions(conditions_json: str) -> tuple[AnyCondition, ...] | None:
    try:
        return msgspec.json.decode(conditions_json, type=tuple[AnyCondition, ...])
    except msgspec.ValidationError:
        return None


def _in_words(say: Callable[[str, tuple[Condition, ...]], Message], action: str, conditions_json: str) -> Message:
    conditions = _conditions(conditions_json)
    if not conditions:
        return N_("This rule was written by another version of Parley and matches nothing here.")
    return say(action, conditions)
