"""The geometry of charts: no data, one value, only zeros; everything that is drawn is inside the picture."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from parley.moderation.dashboard import charts
from parley.moderation.dashboard.charts import DAY, HOUR, PAD, SPANS_HEIGHT, STRIP_HEIGHT

COUNTS = st.lists(st.integers(0, 10**9), max_size=60)
SECONDS = st.floats(0, 400 * DAY)
PAIRS = st.lists(st.none() | st.tuples(SECONDS, SECONDS).map(lambda pair: (min(pair), max(pair))), max_size=60)


def labels(values: list[object]) -> list[str]:
    return [f"part {place}" for place in range(len(values))]


def test_without_data_nothing_is_drawn() -> None:
    assert charts.strip("Reports", "0", [], [], 0).bars == []
    assert charts.strip("Reports", "0", [0, 0, 0], ["a", "b", "c"], 0).bars == []
    assert charts.spans([], [], {DAY: "one day"}).marks == []
    assert charts.spans([None, None], ["a", "b"], {DAY: "one day"}).marks == []
    assert charts.share("A rule", "0 of 0", 0, 0).part is None


def test_a_single_bar_is_centred_and_has_the_full_height() -> None:
    (bar,) = charts.strip("Reports", "7", [7], ["today"], 7).bars

    assert (bar.x + bar.width / 2, bar.y, bar.height) == (50, 0, STRIP_HEIGHT)
    assert (bar.title, bar.is_last) == ("today: 7", True)


def test_a_small_value_is_still_visible() -> None:
    few, many = charts.strip("Reports", "1,001", [1, 1_000], ["a", "b"], 1_000).bars

    assert few.height == 2 and many.height == STRIP_HEIGHT
    assert [few.is_last, many.is_last] == [False, True]


def test_a_zero_leaves_its_place_empty() -> None:
    first, last = charts.strip("Reports", "2", [1, 0, 0, 1], ["a", "b", "c", "d"], 1).bars

    assert first.x + first.width < 25 and last.x > 75


def test_one_span_stands_in_the_middle_with_the_aim_across_the_picture() -> None:
    drawn = charts.spans([(HOUR, HOUR)], ["today"], {DAY: "one day"})

    assert [(mark.x, mark.half == mark.most) for mark in drawn.marks] == [(50, True)]
    assert drawn.aims[0].y < drawn.marks[0].half
    assert [tick.name for tick in drawn.ticks] == ["10 min", "1 h", "6 h"]


def test_spans_of_zero_seconds_are_at_the_bottom() -> None:
    (mark,) = charts.spans([(0, 0)], ["today"], {DAY: "one day"}).marks

    assert mark.half == mark.most == SPANS_HEIGHT - PAD


def test_a_share_is_a_percentage() -> None:
    assert [charts.share("A rule", "", part, 3).part for part in (0, 1, 3)] == [0, 33.3, 100]


@given(COUNTS)
def test_every_bar_is_inside_its_strip_and_higher_where_more_was(values: list[int]) -> None:
    bars = charts.strip("Reports", "", values, labels(list(values)), max(values, default=0)).bars

    assert len(bars) == sum(1 for value in values if value)
    for bar in bars:
        assert 0 <= bar.x < bar.x + bar.width <= 100
        assert 2 <= bar.height <= STRIP_HEIGHT and abs(bar.y + bar.height - STRIP_HEIGHT) < 0.11
    drawn = sorted(zip([value for value in values if value], bars, strict=True), key=lambda pair: pair[0])
    assert all(less[1].height <= more[1].height for less, more in pairwise(drawn))


@given(PAIRS)
def test_every_span_is_inside_the_picture_with_nine_in_ten_above_half(
    pairs: list[tuple[float, float] | None],
) -> None:
    drawn = charts.spans(pairs, labels(list(pairs)), {DAY: "one day"})

    assert len(drawn.marks) == sum(1 for pair in pairs if pair)
    for mark in drawn.marks:
        assert 0 < mark.x < 100 and PAD <= mark.most <= mark.half <= SPANS_HEIGHT - PAD
    for line in [*(aim.y for aim in drawn.aims), *(tick.y for tick in drawn.ticks)]:
        assert PAD <= line <= SPANS_HEIGHT - PAD
