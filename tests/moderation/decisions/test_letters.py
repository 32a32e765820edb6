"""What people are told by mail: why something was decided, and until when."""

from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest
from litestar import Litestar

from parley.moderation.dashboard.transparency import statements_of_reasons
from parley.moderation.decisions import letters
from parley.moderation.reports import ops as reports
from parley.moderation.reports import receipts
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.settings import settings
from tests import make, restricting
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio

LETTER = "select text from mail where kind = $1 and recipient = $2"


@pytest.mark.parametrize(
    ("action", "days", "words"),
    [
        ("silence", 3, "You cannot write for a while, until {}. You can read, but not write or vote."),
        ("silence", None, "You can no longer write, permanently. You can read, but not write or vote."),
        ("suspend", 3, "Your account was suspended, until {}."),
    ],
)
async def test_a_sanction_says_until_when(app: Litestar, action: str, days: int | None, words: str) -> None:
    decision = await decided(
        await reported(await make.member("jonas")), await make.member(role="moderator"), action, days=days
    )
    moment = """select to_char(until at time zone 'UTC', 'FMDD FMMonth YYYY, HH24:MI') || ' UTC' from decision"""

    letter = await db.value(LETTER, f"decision.{decision}", "jonas@example.org")

    assert words.format(await db.value(moment)) in letter


async def test_a_letter_says_which_words_where_why_and_until_when(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    redress = "the out-of-court body of Example, or a court."
    monkeypatch.setattr(letters, "settings", lambda: msgspec.structs.replace(settings(), redress=redress))
    monkeypatch.setattr(receipts, "settings", lambda: msgspec.structs.replace(settings(), redress=redress))
    staff, jonas, thread = await make.member(role="moderator"), await make.member("jonas"), await make.thread()
    plain, grave = [await make.comment(thread, jonas, words) for words in ("You are a fool.", "Burn it down.")]
    reporter = await make.member("rita")
    item = await reported_by(plain, reporter)
    decision = await decided(item, staff)
    hidden = await decided(await reported_by(grave, reporter), staff, guideline="illegal", reason="It calls for arson.")
    day = await db.value(
        "select to_char((created_at + interval '183 days') at time zone 'UTC', 'FMDD FMMonth YYYY') from decision "
        "where id = $1",
        decision,
    )

    quoted = await db.value(LETTER, f"decision.{decision}", "jonas@example.org")
    unquoted = await db.value(LETTER, f"decision.{hidden}", "jonas@example.org")
    told = await db.value(LETTER, f"outcome.{decision}", "rita@example.org")

    for words in ("“You are a fool.”", "The discussion: The wager", "It insults somebody.", f"appeal until {day}"):
        assert words in quoted
    assert "A person decided, not a machine." in quoted and redress in quoted and redress in told
    assert "Burn it down" not in unquoted and "It is the one that you wrote on" in unquoted
    assert "jonas" not in told and "You are a fool" not in told and "A person decided" in told


async def test_where_the_ground_is_law_the_law_and_the_facts_are_asked_for_and_said(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member("mo", role="moderator"))
    item = await reported(await make.member("jonas"), "illegal")
    fields = {"action": "remove", "rule": "illegal", "reason": "It calls a member a thief.", "version": "1"}

    missing = await client.post(f"/mod/item/{item}/decide", data=fields)
    await client.post(f"/mod/item/{item}/decide", data=fields | {"law": "§ 187 StGB"})

    assert missing.status_code == 422 and "which law this breaks" in missing.text
    letter = await db.value("select text from mail where recipient = 'jonas@example.org'")
    assert "The law: § 187 StGB" in letter and "The facts: It calls a member a thief." in letter
    today = datetime.now(UTC).date()
    [row] = await statements_of_reasons(today, today + timedelta(days=1))
    assert row.illegal_content_legal_ground == "§ 187 StGB"


async def test_letters_about_articles_and_profiles_say_which_and_quote_no_title_and_no_profile(app: Litestar) -> None:
    mo, jonas = await make.member("mo", role="moderator"), await make.member("jonas")
    thread = await make.thread(make.text("Buy this now.", "Words.", title="The wager"), starter=jonas)
    await db.execute("update member set bio = 'Cheap pills.' where id = $1", jonas.id)
    [advert, _] = await make.lineages(thread)

    await restricting.decide(mo, thread, "passage", "spam", passage=advert)
    await restricting.decide(mo, thread, "remove", "illegal")
    item = await reports.open_item("member", jonas.id, None)
    await decided(item, mo, "bio", guideline="spam")

    passage, article, profile = await db.values(
        "select text from mail where recipient = 'jonas@example.org' order by id"
    )
    assert "The passage: “Buy this now.”" in passage and "The discussion: The wager" in passage
    added = await db.value(
        "select to_char(created_at at time zone 'UTC', 'FMDD FMMonth YYYY, HH24:MI') from thread where id = $1", thread
    )
    assert f"The article is the one that you added on {added}" in article and "The wager" not in article
    assert "Your bio was removed" in profile and "Cheap pills" not in profile


async def reported_by(comment: int, who: Viewer) -> int:
    await reports.report(ReportInput("comment", comment, "civility", "", who))
    item: int = await db.value("select id from queue_item where kind = 'comment' and target = $1", comment)
    return item
