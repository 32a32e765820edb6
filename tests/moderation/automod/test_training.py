"""The score learns from the community's decisions at night, and never gets worse by it."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from parley.moderation.automod import jobs, learning, training
from parley.moderation.automod.training import JudgedComment, learn
from parley.moderation.matching import current, score
from parley.moderation.matching.conditions import SpamScore
from parley.platform import db
from parley.site.cli.rules import try_rules
from tests import make
from tests.moderation.automod.rows import put_rule

pytestmark = pytest.mark.anyio

SPAM = "Meine {0} Freundin {1} heilt Haarausfall mit Moorsalbe {2}, bestellt im Heilmoor {3} bei Frau {4}"
TALK = "Der {0} Absatz {1} behauptet etwas zur Energie {2}, was die Quelle {3} auf Seite {4} anders misst"
UNSEEN = "Schöne Freundin, bestellt Moorsalbe im Heilmoor, das heilt Haarausfall"


def varied(pattern: str, number: int) -> str:
    """A text like others, with other words first."""
    words = [f"{word}{number * 7 % 13}" for word in ("neu", "alt", "grün", "rund", "lang")]
    return f"Nr{number} {pattern.format(*words)}"


def comments(spam: int = 90, harmless: int = 90, *, wrong: bool = False) -> Iterator[JudgedComment]:
    """This many comments of both kinds; `wrong`: labelled at random."""
    for number in range(spam):
        yield JudgedComment(varied(TALK if wrong and number % 2 else SPAM, number), "", spam=True, recent=True)
    for number in range(spam, spam + harmless):
        yield JudgedComment(varied(SPAM if wrong and number % 2 else TALK, number), "", spam=False, recent=True)


def test_it_learns_what_is_advertising_here() -> None:
    learned = learn(comments(), score.shipped_weights())

    assert learned and learned.weights
    assert learned.figures.caught[1] == learned.figures.spam >= training.LEAST_KEPT_BACK
    assert learned.figures.wrong[1] == 0


@pytest.mark.parametrize(("spam", "harmless"), [(30, 90), (90, 30), (0, 0)])
def test_few_decisions_change_nothing(spam: int, harmless: int) -> None:
    assert learn(comments(spam, harmless), score.shipped_weights()) is None


def test_weights_that_judge_worse_are_not_taken() -> None:
    good = learn(comments(), score.shipped_weights())
    assert good and good.weights

    # Random decisions teach nothing, as the correct ones that are kept back show.
    at_random = [one for one in comments(wrong=True) if not learning.is_kept_back(one.body.casefold())]
    kept_back = [one for one in comments() if learning.is_kept_back(one.body.casefold())]
    worse = learn([*at_random, *kept_back], good.weights)

    assert worse and worse.weights is None


def test_stored_weights_are_read_as_they_were() -> None:
    assert score.Weights.read(learning.encode_weights(score.shipped_weights())) == score.shipped_weights()


async def decided(thread: int, *, spam: int, harmless: int) -> None:
    """Comments that moderators removed as advertising, or approved."""
    moderator = await make.member(role="moderator")
    for number in range(spam + harmless):
        action, ground, pattern = ("remove", "civility", SPAM) if number < spam else ("approve", None, TALK)
        comment = await make.comment(thread, moderator, varied(pattern, number))
        await db.execute(
            """insert into decision (kind, target, thread, action, guideline, moderator)
               values ('comment', $1, $2, $3, $4, $5)""",
            comment, thread, action, ground, moderator.id,
        )  # fmt: skip


@pytest.mark.usefixtures("app")
async def test_the_weights_in_force_are_those_of_the_last_training_that_was_better(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    rule = await put_rule(SpamScore(), state="shadow")
    await decided(await make.thread(), spam=60, harmless=60)
    (file := tmp_path / "one.jsonl").write_text(json.dumps({"body": UNSEEN}))
    await make.sign_in(client, await make.member(role="moderator"))
    before = (await client.get(f"/mod/rules/{rule}")).text
    (tried,) = await try_rules.callback.__wrapped__(file)  # type: ignore[union-attr]

    assert await jobs.train_score() == 1
    current.forget()
    (tried_again,) = await try_rules.callback.__wrapped__(file)  # type: ignore[union-attr]
    after = (await client.get(f"/mod/rules/{rule}")).text

    assert "weights that come with Parley" in before and "weights that come with Parley" not in after
    assert "comments that moderators restricted" in after and "100%" in after
    assert tried["score"] < score.SUGGESTED < tried_again["score"]


@pytest.mark.usefixtures("app")
async def test_without_a_rule_that_uses_it_nothing_is_trained(app: Litestar) -> None:
    assert await jobs.train_score() == 0
