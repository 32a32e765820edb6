"""A time fuzzer: no text makes what reads it take its time by more than the length (CONTRIBUTING.md).

What is measured is time of the processor that this thread used. A cost that is too high is measured again, several
times, before it counts: other programs on the machine make a thread slower too.
"""

import contextlib
import gc
from collections.abc import Callable
from functools import partial
from statistics import median
from time import thread_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.errors import JoseError

from parley.discussion.comments import rules as comment_rules
from parley.extraction.errors import CannotImport
from parley.people.second_factors import passkeys
from parley.people.sso.claims import NotTrusted
from parley.platform.errors import Refused
from parley.platform.patches import patch_parsers
from parley.platform.text import cleaning
from parley.platform.text.diff import mark_changes
from tests.fuzz.forms import FORMS
from tests.fuzz.parsers import APART, PARSERS
from tests.units import ALL, FEW, repeated

CHEAP, LIMIT = 0.005, 0.1  # seconds: below the one nothing is asked, above the other nothing is allowed
MOST_GROWTH = 2.6  # what twice the text may cost, in times
# A difference takes time by the product of the lengths of its two texts, up to a product (platform/text/diff.py).
PRODUCT = 2 * MOST_GROWTH
TRIES = 15
# nh3 takes time by the square for these (all that begin with C2 in UTF-8): 30 ms for the longest comment of them.
BY_THE_SQUARE = frozenset(map(chr, range(0x80, 0xC0)))
patch_parsers()
MISTAKES = (Refused, CannotImport, NotTrusted, cleaning.BadText, ValueError, JoseError, *passkeys.unreadable())
APART_LIMIT = 1.0


def cost(call: Callable[[str], Any], given: str) -> float:
    """What one call costs, without collections of garbage, whose cost depends on all that the tests hold."""
    gc.disable()
    started = thread_time()
    try:
        with contextlib.suppress(*MISTAKES):
            call(given)
        return thread_time() - started
    finally:
        gc.enable()


def fault(
    call: Callable[[str], Any], made: Callable[[int], str], longest: int, most_growth: float, limit: float = LIMIT
) -> str:
    """What is wrong with the cost of `call` of what is `made` of up to `longest` characters; "" when nothing is."""
    # Where an eighth is so cheap, the whole would be cheap too if its cost grew by the square.
    if 8 * 8 * cost(call, made(longest // 8)) <= CHEAP:
        return ""
    whole, half = made(longest), made(longest // 2)
    if cost(call, whole) <= CHEAP:
        return ""
    growth = most_growth if BY_THE_SQUARE.isdisjoint(whole) else 2 * most_growth
    pairs: list[tuple[float, float]] = []
    for _ in range(TRIES):
        pairs.append((cost(call, whole), cost(call, half)))
        most, less = (min(costs) for costs in zip(*pairs, strict=True))
        if most <= CHEAP or (most <= limit and most <= growth * less):
            return ""
    # Measured one after the other, both were slowed by whatever else ran then.
    if most <= limit and median(one / other for one, other in pairs) <= growth:
        return ""
    return f"{most * 1000:.0f} ms, half of it {less * 1000:.0f} ms"


def shorter(call: Callable[[str], Any], made: Callable[[int], str], longest: int, limit: float) -> str:
    """What is wrong with the cost of a half and a quarter of the longest text: the whole may be refused for its length.

    "" when nothing is.
    """
    for length in (longest // 2, longest // 4):
        text = made(length)
        least = min(cost(call, text) for _ in range(2))
        for _ in range(TRIES if least > limit else 0):
            least = min(least, cost(call, text))
        if least > limit:
            return f"{length} characters: {least * 1000:.0f} ms"
    return ""


def faults(
    call: Callable[[str], Any],
    longest: int,
    units: list[str],
    most_growth: float = MOST_GROWTH,
    limit: float = LIMIT,
) -> dict[str, str]:
    made = {unit: partial(repeated, unit) for unit in units}
    found = {
        unit: fault(call, made[unit], longest, most_growth, limit) or shorter(call, made[unit], longest, limit)
        for unit in units
    }
    return {unit: said for unit, said in found.items() if said}


@pytest.mark.parametrize("name", PARSERS)
def test_no_repeated_text_takes_long(name: str) -> None:
    call, longest = PARSERS[name]

    # The next parser gets the units that follow; all get all in `make sure`.
    assert faults(call, longest, ALL[len(name) % 10 :: 10]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
def test_none_of_all_repeated_texts_takes_long(name: str) -> None:
    call, longest = PARSERS[name]

    assert faults(call, longest, ALL) == {}


@pytest.mark.parametrize("name", FORMS)
def test_no_form_takes_long_whatever_is_typed_in_its_fields(name: str) -> None:
    assert faults(FORMS[name], 20_000, [*FEW, r"\\pL"]) == {}


@pytest.mark.parametrize("name", APART)
def test_no_repeated_text_takes_a_process_or_thread_of_its_own_long(name: str) -> None:
    call, longest = APART[name]

    assert faults(call, longest, [*FEW, "\n", "\t"][len(name) % 2 :: 2], limit=APART_LIMIT) == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", APART)
def test_none_of_all_repeated_texts_takes_a_process_or_thread_of_its_own_long(name: str) -> None:
    call, longest = APART[name]

    assert faults(call, longest, ALL, limit=APART_LIMIT) == {}


@pytest.mark.parametrize("old", FEW[::2])
def test_no_difference_of_repeated_texts_takes_long(old: str) -> None:
    def difference(new: str) -> Any:
        return mark_changes(repeated(old, len(new)), new)

    assert faults(difference, comment_rules.LONGEST_COMMENT, FEW, PRODUCT) == {}


@pytest.mark.slow
@pytest.mark.parametrize("old", ALL)
def test_no_difference_of_any_repeated_texts_takes_long(old: str) -> None:
    def difference(new: str) -> Any:
        return mark_changes(repeated(old, len(new)), new)

    assert faults(difference, comment_rules.LONGEST_COMMENT, ALL, PRODUCT) == {}


UNITS = st.lists(st.sampled_from(ALL), min_size=1, max_size=4).map("".join)


# Slow: of so many measurements one goes wrong now and then where three processes share two cores.
@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=15, deadline=None)
@given(unit=UNITS)
def test_no_mixture_of_them_takes_long(name: str, unit: str) -> None:
    call, longest = PARSERS[name]

    assert faults(call, longest, [unit]) == {}
