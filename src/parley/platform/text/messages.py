"""The sentences that readers see are messages: written in English in the code, put into a language when they are shown.

`N_("{name} is locked.")` marks a message and `plural("{count} day", "{count} days", days)` one that counts; `make
messages` finds both. A message is a string, plain English for logs and commands. A page shows it in its language, since
Jinja asks for `__html__`; whatever else is shown to a reader calls `as_text`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Self

import msgspec
from markupsafe import escape

from parley.platform.text.languages import ENGLISH, Language, spoken

# Classes of letters that are written from right to left (Unicode Standard Annex 9).
RIGHT_TO_LEFT = {"R", "AL"}
# What a browser lays out on its own between these, as in `<bdi>`; they may also stand in an attribute or a title.
ISOLATE = "\N{FIRST STRONG ISOLATE}%s\N{POP DIRECTIONAL ISOLATE}"
LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT ISOLATE}%s\N{POP DIRECTIONAL ISOLATE}"
VALUE = re.compile(r"\{\w+\}|%\(\w+\)s")


def translate(message: str) -> str:
    """The message in the reader's language, with its `{name}` and `%(name)s` still to be filled."""
    language = spoken()
    return language.messages.get(message) or (message if language.direction == "ltr" else _as_english(message))


@lru_cache(2_000)
def _as_english(message: str) -> str:
    """A message that is not translated yet, in its own direction. What has only values is in the reader's."""
    return LEFT_TO_RIGHT % message if any(map(str.isalpha, VALUE.sub("", message))) else message


def forms_of(one: str, many: str) -> Sequence[str]:
    """The forms of a message that counts, in the order of the language's rule; English where they are missing."""
    return spoken().counted.get(one) or (translate(one), translate(many))


class Message(str):
    """A message with its values. As a string it is English.

    `forms` are the message as it stands in the code, or its singular and its plural, between which `amount` decides.
    """

    __slots__ = ("amount", "forms", "values")

    forms: tuple[str, ...]
    values: Mapping[str, Any]
    amount: int

    def __new__(cls, *forms: str, amount: int = 1, values: Mapping[str, Any] | None = None) -> Self:
        english = _form(forms, amount)
        message = super().__new__(cls, _fill(english, values, str, ENGLISH) if values else english)
        message.forms, message.values, message.amount = forms, values or {}, amount
        return message

    def __html__(self) -> str:
        return escape(_translate(self, isolate))

    def format(self, **values: Any) -> "Message":  # type: ignore[override]
        """Fill `{name}`: numbers and days are written as the language does, messages are translated with it."""
        return Message(*self.forms, amount=self.amount, values={**self.values, **values})


def N_(message: str) -> Message:  # noqa: N802 the name that gettext's tools know
    """Mark a message."""
    return Message(message)


def plural(one: str, many: str, count: int, **values: Any) -> Message:
    """Mark a message that counts, in which `{count}` is the number: `one` is for 1, `many` for all other numbers."""
    return Message(one, many, amount=count, values={"count": count, **values})


def plural_forms(one: str, many: str) -> dict[str, str]:
    """Mark a message that a script counts, and return it by the plural forms of the language, as Intl names them."""
    language = spoken() if one in spoken().counted else ENGLISH
    return dict(zip(language.plurals, forms_of(one, many), strict=True))


def join(separator: str, parts: Iterable[str]) -> Message:
    """One message after the other, as in a list or a paragraph."""
    values = {f"part{number}": part for number, part in enumerate(parts)}
    return Message(separator.join(f"{{{name}}}" for name in values), values=values)


def verbatim(text: str) -> Message:
    """A text that is the same in every language, as a name or an address."""
    return Message("{text}", values={"text": text})


def as_text(message: str) -> str:
    """The message in the reader's language; a string that is no message as it is."""
    return _translate(message, as_text) if isinstance(message, Message) else message


def isolate(message: str) -> str:
    """As `as_text`, with members' words apart from ours where their direction is or may be another."""
    if isinstance(message, Message):
        return _translate(message, isolate)
    if spoken().direction == "ltr" and (message.isascii() or not _has_right_to_left(message)):
        return message
    return ISOLATE % message


def _has_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in text)


def _translate(message: Message, show: Callable[[str], str]) -> str:
    language, counted = spoken(), None
    if len(message.forms) > 1:
        counted = language.counted.get(message.forms[0])
    text = counted[language.form(message.amount)] if counted else translate(_form(message.forms, message.amount))
    return _fill(text, message.values, show, language) if message.values else text


def _form(forms: tuple[str, ...], amount: int) -> str:
    """The form for `amount`, by the rule of English."""
    return forms[0] if amount == 1 else forms[-1]


def _fill(text: str, values: Mapping[str, Any], show: Any, language: Language) -> str:
    return text.format_map({name: _write_value(value, show, language) for name, value in values.items()})


def _write_value(value: Any, show: Any, language: Language) -> Any:
    match value:
        case bool():
            return value
        case int():
            return language.number(value)
        case date():
            return language.full_day(value)
        case str():
            return show(value)
        case _:
            return value


def serialize(message: Message) -> str:
    """The message as text for a column, from which `deserialize` makes it again."""
    if not message.values and len(message.forms) == 1:
        return message.forms[0]
    return msgspec.json.encode(_parts(message)).decode()


def deserialize(text: str) -> Message:
    """The message that `serialize` wrote."""
    if not text.startswith('{"forms"'):
        return Message(text)
    return _message(msgspec.json.decode(text))


def _parts(message: Message) -> dict[str, Any]:
    values = {name: _parts(value) if isinstance(value, Message) else value for name, value in message.values.items()}
    return {"forms": message.forms, "amount": message.amount, "values": values}


def _message(parts: Mapping[str, Any]) -> Message:
    values = {name: _message(value) if isinstance(value, dict) else value for name, value in parts["values"].items()}
    return Message(*parts["forms"], amount=parts["amount"], values=values)
