"""The form fields of conditions, and converting between typed text and values."""

from typing import Any, Literal

import msgspec

from parley.moderation.decisions.forms import destination
from parley.moderation.matching.conditions import LONGEST_PATTERN
from parley.moderation.matching.patterns import check_pattern
from parley.platform.text.cleaning import as_id, clean
from parley.platform.text.messages import N_, Message

YES_NO = {"1": N_("written with AI assistance"), "0": N_("written without")}


class Field(msgspec.Struct, frozen=True):
    """One form field of a condition."""

    name: str
    label: Message
    type: Literal["number", "percent", "line", "lines", "threads", "choice", "flag"]
    default: str
    error: Message
    choices: dict[str, Message] = {}


def number(name: str, label: Message, first: int, least: int, most: int) -> Field:
    error = N_("Please give a whole number from {least} to {most}.").format(least=least, most=most)
    return Field(name, label, "number", str(first), error)


def value_of(field: Field, raw: str) -> Any:
    """Convert what was typed to the type of the field. What cannot be converted fails validation later."""
    value: Any = raw
    match field.type:
        case "number":
            value = as_id(raw.strip())
        case "percent":
            value = (as_id(raw.strip()) or 0) / 100
        case "lines":
            value = list(dict.fromkeys(filter(None, map(str.strip, clean(raw).split("\n")))))
        case "threads":
            targets = map(destination, clean(raw).split())
            value = list(dict.fromkeys(target.thread if target else None for target in targets))
        case "line":
            value = clean(raw, lines=False)
            # A longer one is refused below, and could take seconds to compile.
            if len(value) <= LONGEST_PATTERN:
                check_pattern(value)
        case "flag":
            value = raw == "1"
        case "choice" if field.choices is YES_NO:
            value = raw == "1" if raw in YES_NO else None
    return value


def as_typed(field: Field, value: Any) -> str:
    match field.type:
        case "percent":
            return str(round(100 * value))
        case "lines":
            return "\n".join(value)
        case "threads":
            return "\n".join(map(str, value))
        case "number":
            return f"{value:g}"
    return str(int(value)) if isinstance(value, bool) else str(value)
