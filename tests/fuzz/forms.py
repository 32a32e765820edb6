"""All forms, each filled in everywhere with one text."""

import inspect
from collections.abc import Callable, Iterator
from functools import partial

import parley.site.routes  # noqa: F401 it loads all forms
from parley.letters.digests.ops import DEFAULT
from parley.moderation.modrules.kinds import KINDS
from parley.platform.http.forms import Form
from tests.standing.test_hostile import FORMS as FIELDS

# What forms are given besides their fields, by the name of the parameter.
GIVEN = {
    "grounds": ["civility"],
    "visitor": True,
    "name": "ada",
    "email": "ada@a.example",
    "topics": ["research"],
    "subscription": DEFAULT,
    "is_vouched": False,
}
# The rows of a rule: each kind of condition with a text.
TYPED = [
    name for name, kind in KINDS.items() if any(field.type in {"line", "lines", "threads"} for field in kind.fields)
]
KIND_FIELDS = {f"kind-{number}": name for number, name in enumerate(TYPED)}
ROW_FIELDS = {f"{field.name}-{number}" for number, name in enumerate(TYPED) for field in KINDS[name].fields}
NAMES = {*(name for names in FIELDS.values() for name in names), *ROW_FIELDS, "q", "after", "by", "words-1", "website"}


def _kinds_of(form: type[Form]) -> Iterator[type[Form]]:
    for kind in form.__subclasses__():
        yield kind
        yield from _kinds_of(kind)


def _fill(form: type[Form], text: str) -> Form:
    parameters = list(inspect.signature(form).parameters.values())[1:]
    given = {each.name: GIVEN[each.name] for each in parameters if each.default is each.empty}
    return form(dict.fromkeys(NAMES, text) | KIND_FIELDS, **given)


FORMS: dict[str, Callable[[str], Form]] = {
    form.__name__: partial(_fill, form)
    for form in sorted(set(_kinds_of(Form)), key=lambda form: form.__name__)
    if form.__module__.startswith("parley.")
}
