"""`parley rules try`, and the score of advertising."""

import json
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from parley.moderation.matching import current, score
from parley.moderation.matching.conditions import SpamScore
from parley.moderation.matching.evaluate import evaluate
from parley.moderation.matching.post import Post
from parley.platform import db
from parley.platform.errors import CommandFailed
from parley.platform.migrations import m0001_initial as initial
from parley.site.cli.rules import TriedComment, try_comment, try_rules
from tests.moderation.automod.test_shipped import rules as shipped

pytestmark = pytest.mark.anyio

SPAM = "Hi everyone! Please check out my new channel and subscribe, I subscribe back :)"
TALK = "The second paragraph says that the energy was measured, but the source measures something else."


async def run(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await try_rules.callback.__wrapped__(file)  # type: ignore[union-attr]
    return found


async def test_it_says_what_the_rules_in_force_would_do(app: Litestar, tmp_path: Path) -> None:
    await initial.rules()
    current.forget()
    file = tmp_path / "comments.jsonl"
    known = {"age_days": 400, "comments": 90, "links_before": 3, "days_present": 60, "stood": 70, "upheld_reports": 1}
    rows = [{"body": SPAM}, {"body": SPAM, **known}, {"body": TALK}, {"body": "See https://a.example", **known}]
    file.write_text("\n".join(map(json.dumps, rows)))
    found = await run(file)

    assert [(one["held"], one["flagged"]) for one in found] == [
        (True, True),
        (False, True),
        (False, False),
        (False, False),
    ]
    assert found[0]["rule"] == found[0]["rules"][0] == "Words of advertising"
    assert found[0]["score"] >= score.SUGGESTED > found[2]["score"]
    assert found[2]["rule"] is None
    assert await db.value("select count(*) from hit") == 0


@pytest.mark.parametrize("line", ["no json", "[]", '{"text": "x"}', '{"body": 3}'])
async def test_a_line_that_is_no_comment_is_named(app: Litestar, tmp_path: Path, line: str) -> None:
    file = tmp_path / "comments.jsonl"
    file.write_text(f'{{"body": "x"}}\n{line}\n')

    with pytest.raises(CommandFailed, match="Line 2"):
        await run(file)


def test_the_score_quotes_what_a_person_would_call_advertising() -> None:
    found = SpamScore().find(Post(f"{SPAM} At slimfast-x.shop from $5, for example, as a service.")) or ""

    assert {"slimfast-x.shop", "subscribe"} <= set(found.split(" · "))
    assert not {"example", "for", "hi", "everyone"} & set(found.split(" · "))
    assert SpamScore().find(Post(TALK)) is None
    assert Post("").score == 0.0


def test_a_score_for_which_nothing_can_be_quoted_matches_nothing() -> None:
    post = Post("Am in gobi arts college")

    assert score.reasons(post.alike, post.seldom_linked) == []
    assert SpamScore(0.1).find(post) is None
    assert post.score > 0.1


def test_the_score_asks_a_moderator_to_look_whoever_wrote_it() -> None:
    (rule,) = [one for one in shipped() if one.name == "Like advertising"]

    assert rule.state == "on" and rule.action == "flag"
    assert evaluate([rule], Post(SPAM, age=900, days_present=100, stood=100))[0].acts
    assert try_comment([rule], TriedComment(SPAM)).rules == ["Like advertising", "score"]


@pytest.mark.parametrize(
    "earned", [{}, {"age_days": 2, "comments": 20, "days_present": 2, "stood": 12}, {"comments": 3}]
)
def test_no_number_of_comments_opens_the_rules(earned: dict[str, float]) -> None:
    text = "We compared them all at best-deals.shop"
    assert try_comment(shipped(), TriedComment(text, **earned)).held  # type: ignore[arg-type]
    trusted = TriedComment(text, age_days=60, comments=20, days_present=12, stood=12)
    assert not try_comment(shipped(), trusted).held
