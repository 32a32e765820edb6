"""How many anchors are found after real revisions (right, wrong and lost), compared with two other sites."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from parley.articles.anchoring import resolve
from tests.articles.anchoring.essays import FOLDER, Essay, essays
from tests.articles.anchoring.peers import Closest, Found, exact

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the real revisions are not here (../shared/data)")

UNFOUND = {"kept", "lost"}
OURS, EXACT, CLOSEST = "Parley", "exact, in the block", "closest, no floor"
OUTCOMES = {"unchanged": "unchanged", "edited": "edited", "moved": "edited", "deleted": "deleted"}
Counts = Counter[tuple[str, str, str]]  # of (way, outcome, verdict)
Way = Callable[[Essay], tuple[str, Iterator[Found]]]


@pytest.fixture(scope="module")
def counts() -> dict[str, Counts]:
    return judged(ours)


@pytest.fixture(scope="module")
def compared() -> dict[str, Counts]:
    return judged(ours, verbatim, closest)


def judged(*ways: Way) -> dict[str, Counts]:
    """What came of each anchor, judged by its words and by its place."""
    by_words, by_place = Counts(), Counts()
    for essay in essays():
        for way, found in (one(essay) for one in ways):
            for case, (words, passage) in zip(essay.cases, found, strict=True):
                by_words[way, OUTCOMES[case.outcome], case.judge(words)] += 1
                by_place[way, OUTCOMES[case.outcome], case.judge_place(words, essay.places[passage])] += 1
    return {"by words": by_words, "by place": by_place}


def ours(essay: Essay) -> tuple[str, Iterator[Found]]:
    index = {one.lineage: at for at, one in enumerate(essay.new)}
    found = resolve([case.selector for case in essay.cases], essay.former, essay.new, essay.merged)
    places = ((one, 0 if one.state in UNFOUND else index[one.lineage]) for one in found)
    return OURS, ((None if one.state in UNFOUND else one.quote or essay.new[at].text, at) for one, at in places)


def verbatim(essay: Essay) -> tuple[str, Iterator[Found]]:
    return EXACT, (exact(case.words, essay.new) for case in essay.cases)


def closest(essay: Essay) -> tuple[str, Iterator[Found]]:
    way = Closest(essay.former, essay.new)
    return CLOSEST, (way.find(case.selector, case.words) for case in essay.cases)


def share(counts: Counts, way: str, verdict: str, outcome: str | None = None) -> float:
    """Percent."""
    some = {key: n for key, n in counts.items() if key[0] == way and outcome in {None, key[1]}}
    return 100 * sum(n for key, n in some.items() if key[2] == verdict) / sum(some.values())


def table(name: str, counts: Counts) -> Iterator[str]:
    yield f"\n{name:32} {'anchors':>8}" + "".join(f"{verdict:>11}" for verdict in ("right", "wrong", "lost"))
    for way in (OURS, EXACT, CLOSEST):
        for outcome in ("unchanged", "edited", "deleted"):
            some = sum(n for key, n in counts.items() if key[:2] == (way, outcome))
            shares = (share(counts, way, verdict, outcome) for verdict in ("right", "wrong", "lost"))
            yield f"{way:21} {outcome:10} {some:>8}" + "".join(f"{one:>9.2f} %" for one in shares)


@pytest.mark.slow
def test_the_shares_are_printed(compared: dict[str, Counts], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("\n".join(line for name, some in compared.items() for line in table(name, some)))  # noqa: T201 the table is what it is for


@pytest.mark.parametrize("way", ["by words", "by place"])
def test_nearly_all_anchors_are_found_and_hardly_one_in_the_wrong_place(counts: dict[str, Counts], way: str) -> None:
    assert share(counts[way], OURS, "right", "unchanged") >= 99
    assert share(counts[way], OURS, "right", "edited") >= 90
    assert share(counts[way], OURS, "wrong") <= 1


@pytest.mark.slow
def test_fewer_are_wrong_than_where_the_closest_match_is_always_taken(compared: dict[str, Counts]) -> None:
    for some in compared.values():
        assert share(some, OURS, "wrong") < share(some, CLOSEST, "wrong") / 4


@pytest.mark.slow
def test_fewer_are_lost_and_none_more_wrong_than_with_exact_matches_only(compared: dict[str, Counts]) -> None:
    by_place = compared["by place"]
    assert share(by_place, OURS, "lost") < share(by_place, EXACT, "lost") / 4
    assert share(by_place, OURS, "wrong") <= share(by_place, EXACT, "wrong")
