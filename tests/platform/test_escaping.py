"""What templates show is escaped as Jinja itself escapes it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined, UndefinedError
from markupsafe import Markup, escape

from parley.platform.http.environment import Templates
from parley.platform.http.templates import escape_plain
from parley.platform.text.messages import N_

VALUES = [
    """<b a="1" c='2'>&</b>""",
    Markup("<b>bold</b>"),
    N_("{name} wrote").format(name="<i>"),
    7,
    True,
    None,
    1.5,
    datetime(2026, 11, 28, tzinfo=UTC),
    ["<", ">"],
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_is_escaped_as_by_markupsafe(value: Any) -> None:
    assert escape_plain(value) == escape(value)


@pytest.mark.parametrize(
    "source",
    [
        "{{ value }}",
        "{% set shown %}<i>{{ value }}</i>{% endset %}{{ shown }}",
        "{% macro item(one) %}<li>{{ one }}</li>{% endmacro %}{{ item(value) }}",
        "{% filter upper %}{{ value }}{% endfilter %}",
        "{{ value ~ '<' }}",
        "<p>{{ value }}{{ 'a' }}</p>{% if value %}<b>{{ value }}</b>{% endif %}{{ value }}",
        "{{ value|safe }}{{ value|e }}",
        "{% autoescape false %}{{ value }}{% endautoescape %}",
    ],
)
def test_a_template_shows_what_it_shows_with_jinjas_own_code(source: str) -> None:
    value = "<script>'\"&"
    ours, jinjas = (kind(autoescape=True).from_string(source).render(value=value) for kind in (Templates, Environment))

    assert ours == jinjas


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        Templates(autoescape=True, undefined=StrictUndefined).from_string("{{ absent }}").render()
