"""Patterns of rules are compiled in little time, and a limited number stays in memory."""

from time import thread_time

import pytest

from parley.moderation.matching.conditions import WordList
from parley.moderation.matching.patterns import KEPT_BYTES
from parley.moderation.matching.post import Post
from parley.moderation.modrules.kinds import KINDS, read
from parley.platform.observability.metrics import CACHE_BYTES

MOST_SECONDS = 0.1


@pytest.mark.parametrize("unit", [r"\pL", "a{1000}", "(a|b){100}", "(", "."])
def test_a_pattern_that_is_too_long_is_refused_before_it_is_compiled(unit: str) -> None:
    r"""A form with `\pL` sent 43,000 times took 3 seconds, and a link with 5,000 of them a fifth of one."""
    typed = (unit * 131_072)[:131_072]
    start = thread_time()

    condition, errors = read(KINDS["pattern"], {"pattern": typed})

    assert thread_time() - start < MOST_SECONDS
    assert condition is None
    assert list(errors) == ["pattern"]


def test_a_limited_number_of_word_lists_is_cached() -> None:
    """A list of 500 words takes 10 MB, and each word that is added to it makes another one."""
    for version in range(8):
        words = [f"{'long words ' * 8}{version}-{number}" for number in range(500)]
        assert WordList(words).find(Post("Nothing of this.")) is None

    assert 0 < CACHE_BYTES.labels("words")._value.get() <= KEPT_BYTES
