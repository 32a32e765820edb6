"""Why an item stands where it does, in words, and the formula behind it."""

from parley.moderation.modqueue import arithmetic
from parley.platform.text.messages import as_text


def test_the_causes_say_how_many_reports_and_matches_of_which_rule() -> None:
    said = [as_text(one) for one in arithmetic.causes(["3|0|privacy", "1|2|spam"])]

    assert said == ["3 reports about privacy", "1 report about spam", "2 automatic matches about spam"]


def test_the_formula_has_the_numbers_of_the_item() -> None:
    said = as_text(arithmetic.formula(39.9, 30))

    assert said.startswith("Risk 39.9 = 9.0 × (1 + ln(1 + 30)).")
