"""The conditions in the interface: their labels, their form fields, and how each reads in a sentence."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_type_hints

import msgspec

from parley.automod.rules import conditions as c
from parley.automod.rules.conditions import BadPattern, Condition, compiled
from parley.core.text.cleaning import BadText, as_id, clean


class Field(msgspec.Struct, frozen=True):
    """One form field of a condition."""

    name: str
    label: str
    type: Literal["number", "percent", "line", "lines", "choice", "flag"]
    default: str
    error: str
    choices: dict[str, str] = {}


class ConditionKind(msgspec.Struct, frozen=True):
    """One kind of condition; `says` words it so that it follows "a comment where"."""

    condition: type[Condition]
    label: str
    fields: tuple[Field, ...]
    says: Callable[[Any], str]

    @property
    def name(self) -> str:
        """Its name in the database and in forms."""
        return str(self.condition.__struct_config__.tag)


def _number(name: str, label: str, first: int, least: int, most: int) -> Field:
    return Field(name, label, "number", str(first), f"Please give a whole number from {least:,} to {most:,}.")


def _times(number: float, one: str, many: str) -> str:
    return one if number == 1 else many.format(f"{number:g}")


# Sentences shorten longer lists of words.
MOST_LISTED = 6
WHOSE = {"author": "by the same author (the last 10)", "anyone": "by anybody (the last 30)"}
YES_NO = {"1": "written with AI assistance", "0": "written without"}

KINDS = {
    kind.name: kind
    for kind in (
        ConditionKind(
            c.WordList,
            "Words",
            (Field("words", "Words or phrases, one a line; whole words, in any case", "lines", "",
                   "Please write at least one word, at most 500, each of up to 100 characters."),),
            lambda one: f"its words include {_alternatives(one.words)}",
        ),
        ConditionKind(
            c.Pattern,
            "A pattern",
            (Field("pattern", "Regular expression (RE2)", "line", "", "Please write at most 500 characters."),
             Field("any_case", "Case", "flag", "1", "")),
            lambda one: f"its text matches {one.pattern}{'' if one.any_case else ' (case counts)'}",
        ),
        ConditionKind(
            c.Links,
            "Links",
            (_number("at_least", "At least", 1, 1, 100),),
            lambda one: _times(one.at_least, "it has a link", "it has {} links or more"),
        ),
        ConditionKind(
            c.Domains,
            "Sites it links to",
            (Field("domains", "Domains, one a line; subdomains count too", "lines", "",
                   "Please write at least one domain, at most 500, each alone, like example.org."),),
            lambda one: f"it links to {_alternatives(one.domains)}",
        ),
        ConditionKind(
            c.Similar,
            "Likeness to what was posted before",
            (Field("share", "Alike, in percent", "percent", "90", "Please give a whole number from 50 to 100."),
             Field("to", "Compared with", "choice", "author", "Please choose one of the two.", WHOSE)),
            lambda one: f"it is {100 * one.share:.0f} % like something {WHOSE[one.to]}",
        ),
        ConditionKind(
            c.Age,
            "A new account",
            (_number("days", "Signed up within the last days", 7, 1, 365),),
            lambda one: _times(one.days, "its author signed up today", "its author signed up less than {} days ago"),
        ),
        ConditionKind(
            c.FirstComments,
            "A first comment",
            (_number("posts", "One of the author's first comments, up to number", 3, 1, 100),),
            lambda one: _times(one.posts, "it is its author's first", "it is one of its author's first {}"),
        ),
        ConditionKind(
            c.UpheldBefore,
            "The author's record",
            (_number("upheld", "Decisions against the author within 90 days, at least", 1, 1, 100),),
            lambda one: _times(one.upheld, "moderators decided against its author within 90 days",
                               "its author was decided against {} times or more within 90 days"),
        ),
        ConditionKind(
            c.Rate,
            "Fast posting",
            (_number("posts", "Comments, at least", 6, 1, 100), _number("minutes", "within minutes", 5, 1, 60)),
            lambda one: f"its author posted {one.posts} times or more within {one.minutes} min before",
        ),
        ConditionKind(
            c.Heat,
            "A heated thread",
            (_number("at_least", "Heat, at least: a quick reply counts 1, a report 2, a removal 3", 10, 2, 1_000),),
            lambda one: f"its thread is heated ({one.at_least:g} or more)",
        ),
        ConditionKind(
            c.Assisted,
            "AI assistance",
            (Field("declared", "Declared as", "choice", "1", "Please choose one of the two.", YES_NO),),
            lambda one: f"it was declared as {YES_NO[str(int(one.declared))]}",
        ),
    )
}  # fmt: skip

ACTIONS = {
    "hold": "Holds a comment back until a moderator has read it",
    "flag": "Asks a moderator to look at a comment",
    "collapse": "Folds a comment, and asks a moderator to look at it",
    "slow": "Turns on slow mode in the thread for half an hour",
    "notify": "Mails the moderators about a comment",
}


def says(condition: Condition) -> str:
    """A condition in words."""
    return KINDS[str(condition.__struct_config__.tag)].says(condition)


def sentence(action: str, conditions: tuple[Condition, ...]) -> str:
    """A rule in one sentence."""
    return f"{ACTIONS[action]} where {', and '.join(map(says, conditions))}."


def in_full(action: str, conditions: tuple[Condition, ...]) -> str:
    """A rule in one sentence, followed by the full lists that the sentence shortens."""
    lists = (value for one in conditions for value in msgspec.structs.astuple(one) if isinstance(value, list))
    return " ".join([sentence(action, conditions), *(", ".join(words) for words in lists if len(words) > MOST_LISTED)])


def typed(condition: Condition) -> dict[str, str]:
    """The values of a condition's form fields."""
    kind = KINDS[str(condition.__struct_config__.tag)]
    return {field.name: _shown(field, getattr(condition, field.name)) for field in kind.fields}


def read(kind: ConditionKind, values: Mapping[str, str]) -> tuple[Condition | None, dict[str, str]]:
    """The condition that was typed, or None with an error for each wrong field."""
    hints, read_values, errors = get_type_hints(kind.condition, include_extras=True), {}, {}
    for field in kind.fields:
        try:
            read_values[field.name] = msgspec.convert(_value(field, values.get(field.name, "")), hints[field.name])
        except (BadText, BadPattern) as error:
            errors[field.name] = str(error)
        except msgspec.ValidationError:
            errors[field.name] = field.error
    return (None if errors else kind.condition(**read_values)), errors


def _value(field: Field, raw: str) -> Any:
    """Convert what was typed to the type of the field. What cannot be converted fails validation later."""
    value: Any = raw
    match field.type:
        case "number":
            value = as_id(raw.strip())
        case "percent":
            value = (as_id(raw.strip()) or 0) / 100
        case "lines":
            value = list(dict.fromkeys(filter(None, map(str.strip, clean(raw).split("\n")))))
        case "line":
            value = clean(raw, lines=False)
            compiled(value, any_case=True)
        case "flag":
            value = raw == "1"
        case "choice" if field.choices is YES_NO:
            value = raw == "1" if raw in YES_NO else None
    return value


def _shown(field: Field, value: Any) -> str:
    match field.type:
        case "percent":
            return str(round(100 * value))
        case "lines":
            return "\n".join(value)
        case "number":
            return f"{value:g}"
    return str(int(value)) if isinstance(value, bool) else str(value)


def _alternatives(words: list[str]) -> str:
    quoted = [f"“{word}”" for word in words]
    if len(quoted) > MOST_LISTED:
        return f"{', '.join(quoted[: MOST_LISTED - 1])} or one of {len(quoted) - MOST_LISTED + 1} others"
    *others, last = quoted
    return f"{', '.join(others)} or {last}" if others else last
