"""What members may do depends on their trust level, as one table says, and on nothing else (I18)."""

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar

from parley.moderation.automod import trust as limits
from parley.moderation.matching import current, facts, trust
from parley.moderation.matching.conditions import WordList
from parley.moderation.matching.facts import AuthorRecord
from parley.moderation.matching.trust import CREDITED, LEVELS, TrustLevel
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import TooMany
from tests import make
from tests.moderation.automod.rows import READ, put_rule
from tests.standing.test_source import SOURCE

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

STEPS = list(pairwise(LEVELS))
# Every permission that the table has a column for.
PERMISSIONS = {"per_hour", "is_held_without_rules"}
COPY = """
insert into comment (thread, depth, author, body, html, html_version, created_at)
select $1, 0, $2, 'Words.', '<p>Words.</p>', 1, now() - $4::interval - (n % $5::int) * interval '1 day'
from generate_series(1, $3) as n
"""


async def member_of(level: TrustLevel, *, lately: int = 0) -> Viewer:
    """A member who just meets the terms of a level, and wrote `lately` within the hour."""
    one, thread = await make.member(), await make.thread()
    await db.execute("update member set created_at = now() - $2::interval where id = $1", one.id, age_of(level))
    await db.execute(
        COPY,
        thread,
        one.id,
        max(level.stood, level.days_present),
        timedelta(days=1, minutes=1),
        max(1, level.days_present),
    )
    await db.execute(READ, (await make.member()).id, thread)
    await db.execute(COPY, thread, one.id, lately, timedelta(minutes=10), 1)
    return one


def age_of(level: TrustLevel) -> timedelta:
    return timedelta(days=level.days, minutes=1)


def author(days: float, present: int, stood: int, upheld: int = 0, lately: int = 0, reports: int = 0) -> AuthorRecord:
    counts = {"days_present": present, "stood": stood, "upheld_reports": reports}
    return AuthorRecord(days, 100, upheld, [60.0] * lately, **counts)  # type: ignore[arg-type]


def meets(level: TrustLevel) -> AuthorRecord:
    return author(level.days, level.days_present, level.stood)


def test_the_table_promises_these_things_and_no_others() -> None:
    assert set(TrustLevel.__struct_fields__) == {"name", "days", "days_present", "stood"} | PERMISSIONS
    assert meets(LEVELS[0]) == author(0, 0, 0), "everybody is of some level"


def test_only_the_checks_of_texts_read_the_level() -> None:
    asks = re.compile(r"\b(trust|limits)\.(level|used_up|require_post_allowed)\b|matching\.trust import .*\blevel\b")
    asking = {
        file.relative_to(SOURCE).as_posix() for file in Path(SOURCE).rglob("*.py") if asks.search(file.read_text())
    }

    checks = {f"moderation/automod/{name}.py" for name in ("checks", "edits", "trust")}
    assert asking == checks | {"moderation/matching/conditions.py", "moderation/raids/ops.py"}


def test_each_level_asks_for_more_and_takes_nothing_away() -> None:
    for lower, higher in STEPS:
        assert higher.days > lower.days and higher.days_present > lower.days_present and higher.stood >= lower.stood
        assert lower.per_hour is not None
        assert higher.per_hour is None or higher.per_hour > lower.per_hour
        assert not higher.is_held_without_rules or lower.is_held_without_rules


@pytest.mark.parametrize(("lower", "higher"), STEPS, ids=lambda level: level.name)
def test_a_level_is_reached_by_all_of_its_terms_and_by_no_number_of_comments(
    lower: TrustLevel, higher: TrustLevel
) -> None:
    days, present, stood = higher.days, higher.days_present, higher.stood
    assert trust.level(author(days, present, stood)) is higher
    assert trust.level(author(days - 0.01, present, stood)) is lower
    assert trust.level(author(days, present - 1, stood)) is lower
    assert not stood or trust.level(author(days, present, stood - 1)) is lower


def test_upheld_reports_count_as_comments_that_stood_up_to_a_number() -> None:
    top = LEVELS[-1]

    def level(stood: int, reports: int) -> TrustLevel:
        return trust.level(author(top.days, top.days_present, stood, reports=reports))

    assert level(top.stood - 1, 1) is top
    assert level(top.stood - CREDITED, CREDITED) is top
    assert level(top.stood - CREDITED - 1, 99) is LEVELS[-2]


def test_each_decision_against_a_member_takes_one_level_until_there_is_none_below() -> None:
    reached = [trust.level(author(1_000, 100, 100, upheld)) for upheld in range(len(LEVELS) + 1)]

    assert reached == [*reversed(LEVELS), LEVELS[0]]


@settings(deadline=None)
@given(st.floats(0, 100), st.integers(0, 100), st.integers(0, 100), st.integers(0, 5), st.integers(0, 60))
def test_no_member_gets_more_than_the_table_grants_their_level(
    days: float, present: int, stood: int, upheld: int, lately: int
) -> None:
    one = author(days, present, stood, upheld, lately)
    level = trust.level(one)
    allowed = level.per_hour is None or lately < level.per_hour

    assert level in LEVELS
    assert days >= level.days and present >= level.days_present and stood >= level.stood
    if allowed:
        limits.require_post_allowed(one)
    else:
        with pytest.raises(TooMany):
            limits.require_post_allowed(one)


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
async def test_the_record_of_a_member_who_just_meets_a_level_has_it(level: TrustLevel) -> None:
    assert trust.level(await facts.author((await member_of(level)).id)) is level


async def test_comments_earn_trust_after_a_day_once_somebody_with_a_week_has_read_them() -> None:
    one, thread = await make.member(), await make.thread()

    async def stood() -> int:
        return (await facts.author(one.id)).stood

    await db.execute(COPY, thread, one.id, 3, timedelta(days=3), 1)
    await db.execute(COPY, thread, one.id, 20, timedelta(hours=1), 1)
    unread = await stood()
    accomplice = await make.member()
    await db.execute("update member set created_at = now() - interval '4 days' where id = $1", accomplice.id)
    await db.execute(READ, one.id, thread)
    await db.execute(READ, accomplice.id, thread)
    by_themselves = await stood()
    await db.execute(READ, (await make.member()).id, thread)
    read = await stood()
    await db.execute("update comment set collapsed = 'Off topic' where id = (select min(id) from comment)")
    await db.execute("update comment set state = 'removed' where id = (select min(id) + 1 from comment)")

    assert (unread, by_themselves, read, await stood()) == (0, 0, 3, 1)
    assert (await facts.author(one.id)).days_present == len({3, 0})


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
async def test_a_member_posts_as_much_in_an_hour_as_the_table_says(app: Litestar, level: TrustLevel) -> None:
    most = level.per_hour
    one = await member_of(level, lately=40 if most is None else most - 1)

    assert await make.comment(await make.thread(), one)
    if most is not None:
        with pytest.raises(TooMany, match=f"You have posted {most} comments within an hour"):
            await make.comment(await make.thread(), one)


async def test_a_member_at_the_hourly_limit_reads_so_before_writing(client: httpx.AsyncClient) -> None:
    newcomer = LEVELS[0]
    assert newcomer.per_hour is not None
    thread = await make.thread()
    forms = [await make.address(thread), f"/c/{await make.comment(thread, await make.member())}/reply"]
    said = f"You have posted {newcomer.per_hour} comments within an hour, which is the limit for new members"

    await make.sign_in(client, one := await member_of(newcomer, lately=newcomer.per_hour - 1))
    before = [(await client.get(form)).text for form in forms]
    posted = await client.post(f"/t/{thread}/comments", data={"body": "My last."}, headers={"hx-request": "true"})
    after = [(await client.get(form)).text for form in forms]
    await make.sign_in(client, await member_of(LEVELS[-1], lately=newcomer.per_hour))
    established = [(await client.get(form)).text for form in forms]

    assert not any(said in page for page in (*before, *established))
    assert all(said in page and "You can post again in 50 minutes." in page for page in (posted.text, *after)), one
    assert all("<textarea" in page for page in (*before, *after, *established))


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
async def test_the_table_says_whose_comments_wait_while_the_rules_fail(
    app: Litestar, monkeypatch: pytest.MonkeyPatch, level: TrustLevel
) -> None:
    one = await member_of(level)
    await put_rule(WordList(["never said"]))
    monkeypatch.setattr(current, "in_order", lambda _: 1 / 0)

    comment = await make.comment(await make.thread(), one)

    held = await db.value("select state = 'pending' from comment where id = $1", comment)
    assert held == level.is_held_without_rules


async def test_a_decision_takes_a_level_at_the_next_request(client: httpx.AsyncClient) -> None:
    below = LEVELS[-2]
    assert below.per_hour is not None
    one, thread = await member_of(LEVELS[-1], lately=below.per_hour), await make.thread()
    mo = await make.member("mo", role="moderator")
    sanction = {"action": "warn", "rule": "civility", "reason": "It insults somebody."}

    await make.sign_in(client, one)
    before = await client.post(f"/t/{thread}/comments", data={"body": "As much as I like."})
    await make.sign_in(client, mo)
    warned = await client.post(f"/mod/members/{one.name}/sanction", data=sanction)
    await make.sign_in(client, one)
    after = await client.post(f"/t/{thread}/comments", data={"body": "And once more."})

    assert (before.status_code, warned.status_code, after.status_code) == (303, 303, 429)
    assert f"You have posted {below.per_hour} comments within an hour" in after.text and "And once more." in after.text


async def test_a_role_that_is_taken_is_gone_at_the_next_request(client: httpx.AsyncClient) -> None:
    mo, ada = await make.member("mo", role="moderator"), await make.member("ada", role="admin")
    async with make.browser(client._transport.app) as hers:  # type: ignore[attr-defined]
        await make.sign_in(client, mo)
        await make.sign_in(hers, ada)
        assert (await client.get("/mod/queue")).status_code == 200

        await db.execute("update session set proved_at = now()")
        await hers.post("/mod/members/mo/role", data={"role": "member", "reason": "They asked for it."})

    assert await db.value("select role from member where id = $1", mo.id) == "member"
    assert (await client.get("/mod/queue")).status_code == 404
