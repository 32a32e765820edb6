"""A digest recommends no comments by new accounts, and none without a vote or reply."""

from hypothesis import given
from hypothesis import strategies as st

from parley.letters.digest_selection.rules import (
    FEWEST_RESPONSES,
    NEEDS_NO_RESPONSE,
    YOUNGEST_ACCOUNT_MINUTES,
    is_worth_featuring,
)
from parley.letters.digest_selection.selection import SECTION_INDEX

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
