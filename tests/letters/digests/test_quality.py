"""A digest recommends nothing by new accounts, and nothing without a vote or reply."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.letters.news.queries import shared_candidates
from parley.letters.news.rules import (
    FEWEST_RESPONSES,
    NEEDS_NO_RESPONSE,
    YOUNGEST_ACCOUNT_MINUTES,
    is_worth_featuring,
)
from parley.letters.news.selection import SECTION_INDEX
from parley.platform import db
from tests import make

kinds = st.sampled_from(sorted(SECTION_INDEX))
counts = st.integers(0, 1_000)


@given(kind=kinds, age=st.integers(0, YOUNGEST_ACCOUNT_MINUTES - 1), ups=counts, replies=counts)
def test_no_number_of_votes_admits_a_comment_by_a_new_account(kind: str, age: int, ups: int, replies: int) -> None:
    assert not is_worth_featuring(kind, age, ups, replies)


@given(kind=kinds, age=st.none() | st.integers(YOUNGEST_ACCOUNT_MINUTES), ups=counts, replies=counts)
def test_a_recommendation_needs_a_vote_or_reply_and_items_about_the_reader_do_not(
    kind: str, age: int | None, ups: int, replies: int
) -> None:
    assert is_worth_featuring(kind, age, ups, replies) == (
        kind in NEEDS_NO_RESPONSE or ups + replies >= FEWEST_RESPONSES
    )


@given(kind=kinds, age=st.integers(0, 10_000), ups=counts, replies=counts, more=counts)
def test_more_votes_or_answers_never_keep_a_comment_out(kind: str, age: int, ups: int, replies: int, more: int) -> None:
    if is_worth_featuring(kind, age, ups, replies):
        assert is_worth_featuring(kind, age, ups + more, replies)
        assert is_worth_featuring(kind, age, ups, replies + more)


@pytest.mark.anyio
@pytest.mark.parametrize(("minutes", "responses", "is_told"), [(5, 1, False), (90, 0, False), (90, 1, True)])
@pytest.mark.usefixtures("app")
async def test_an_article_needs_an_account_with_some_age_and_a_response(
    minutes: int, responses: int, is_told: bool
) -> None:
    starter = await make.member()
    await db.execute(
        "update member set created_at = now() - $2::interval where id = $1", starter.id, timedelta(minutes=minutes)
    )
    thread = await make.thread(starter=starter)
    await make.comment(thread, starter, "My own words are no response.")
    for _ in range(responses):
        await make.comment(thread, await make.member())

    opened = (await shared_candidates(datetime.now(UTC))).opened
    assert [one.thread for one in opened] == ([thread] if is_told else [])
