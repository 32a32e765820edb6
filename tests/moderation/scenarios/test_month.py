"""A month of simulated community life with rules, with the score, and with neither.

`make sure` runs a fiftieth of 40,000 comments by 2,000 members; PARLEY_MONTH=1 runs all of them.
"""

import faulthandler
import os

import pytest
from litestar import Litestar

from parley.moderation.matching import current
from parley.moderation.matching.conditions import SpamScore
from parley.moderation.modlog import ops as modlog
from parley.platform import db
from parley.platform.migrations import m0001_initial as initial
from tests.conftest import empty
from tests.moderation.automod.rows import put_rule
from tests.moderation.scenarios.month import Month, Outcome

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.committed]

SHARE = float(os.environ.get("PARLEY_MONTH", "0.02"))
# Honest moderators remove no more than this share of all other comments, before appeals.
MOST_WRONG = 0.01


async def set_up(with_what: str) -> None:
    if with_what == "rules":
        await initial.rules()
        await db.execute("update rule set state = 'off' where name = 'Like advertising'")
    if with_what == "score":
        rule = await put_rule(SpamScore(), action="hold")
        await db.execute("update rule set guideline = 'spam' where id = $1", rule)
    current.forget()


async def month(with_what: str) -> Outcome:
    """Let a month pass. Every decision by the corrupt moderator is found."""
    simulated = Month(max(30, int(2_000 * SHARE)), int(40_000 * SHARE))
    await set_up(with_what)
    # A whole month takes longer than a test may (faulthandler_timeout in pyproject.toml).
    faulthandler.cancel_dump_traceback_later()
    found = await simulated.live()
    shares = await simulated.overturned_shares()
    corrupt = shares.pop(simulated.corrupt.name)
    assert corrupt > 2 * max(shares.values())
    assert (await modlog.verify()).broken is None
    await empty()
    print(f"{with_what:8}", found)  # noqa: T201 shown with -s
    return found


async def test_rules_and_the_score_spare_readers_spam(app: Litestar) -> None:
    neither, rules, score = [await month(one) for one in ("neither", "rules", "score")]

    assert rules.spam_seen < neither.spam_seen / 1.5
    assert score.spam_seen < neither.spam_seen / 1.5
    for found in (neither, rules, score):
        assert found.removed_wrongly < MOST_WRONG * (found.comments - found.spam)
        assert found.stayed_removed < found.removed_out_of_malice
