"""`parley rules try`: what the automatic rules would do with comments."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import rich_click as click

from parley.moderation.matching import current, facts
from parley.moderation.matching.conditions import SpamScore
from parley.moderation.matching.evaluate import ActiveRule, effective, evaluate
from parley.moderation.matching.post import EarlierPost, Post
from parley.platform.errors import CommandFailed
from parley.site.cli.running import on_installation


@click.group()
def rules() -> None:
    """Try the automatic rules on comments in a file."""


class TriedComment(msgspec.Struct, frozen=True):
    """A comment, and its author.

    `age_days`: days since they signed up, `comments`: let in, `links_before`: how many of these had a link. What trust
    comes from: `days_present`, on which they wrote, `stood`: comments that stood a day and were read, `upheld_reports`.
    """

    body: str
    age_days: float = 0
    comments: int = 0
    links_before: int = 0
    days_present: int = 0
    stood: int = 0
    upheld_reports: int = 0


class RulesResult(msgspec.Struct, frozen=True):
    """What the rules in force do with a comment, and what the score would if it were on at the suggested threshold."""

    held: bool
    flagged: bool
    # The names of the rules that act, in their order, then `score`.
    rules: list[str]
    score: float

    @property
    def rule(self) -> str | None:
        return self.rules[0] if self.rules else None


@rules.command("try")
@click.argument("file", metavar="FILE.jsonl", type=click.Path(path_type=Path))
@on_installation
async def try_rules(file: Path) -> list[dict[str, Any]]:
    """Show what the rules would do with the comments of FILE. Nothing is changed.

    Each line of FILE is a JSON object with `body`, and optionally `age_days`, `comments`, `links_before`,
    `days_present`, `stood` and `upheld_reports` of its author, who is a newcomer without them. It is compared with the
    comments of the last thirty days here.
    """
    in_force = (await current.in_force()).rules
    acting = [rule for rule in in_force if rule.state == "on"]
    needs_copies, results = facts.need(acting, "copies"), []
    for comment in read(file):
        earlier = await facts.earlier_posts(0, Post(comment.body).signature) if needs_copies else []
        results.append(_print_result(try_comment(in_force, comment, earlier)))
    return results


def try_comment(in_force: list[ActiveRule], comment: TriedComment, earlier: Sequence[EarlierPost] = ()) -> RulesResult:
    post = Post(
        comment.body,
        age=comment.age_days,
        comments=comment.comments,
        linked=comment.links_before,
        days_present=comment.days_present,
        stood=comment.stood,
        upheld_reports=comment.upheld_reports,
        earlier=tuple(earlier),
    )
    hits = effective(evaluate(in_force, post))
    actions = {hit.rule.action for hit in hits}
    by_score = ["score"] if SpamScore().find(post) is not None else []
    names = [hit.rule.name for hit in hits] + by_score
    return RulesResult("hold" in actions, bool(by_score or actions - {"hold"}), names, round(post.score, 4))


def read(file: Path) -> Iterator[TriedComment]:
    """Yield the comments of a file. Raises CommandFailed for a line that is none."""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line.strip():
            try:
                yield msgspec.json.decode(line, type=TriedComment)
            except msgspec.DecodeError as error:
                raise CommandFailed(f"Line {number} is not a comment: {error}.") from None


def _print_result(result: RulesResult) -> dict[str, Any]:
    outcome = "held" if result.held else "flagged" if result.flagged else "let in"
    text = "  ".join([outcome, f"{result.score:.2f}", ", ".join(result.rules)]).rstrip()
    return {"text": text, "rule": result.rule, **msgspec.structs.asdict(result)}
