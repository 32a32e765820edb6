"""Forms: parsed fields, errors by field, and the typed text for error pages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from litestar import Request

from parley.platform.concurrency import in_thread
from parley.platform.errors import BadRequest, ParleyError
from parley.platform.http.bodies import read_form
from parley.platform.text.cleaning import BadText, as_id, clean
from parley.platform.text.messages import N_, Message, plural

MUCH_TEXT = 30_000  # characters, which take some milliseconds to clean
# A text of more times the allowed length is refused uncleaned. Cleaning makes at most four characters one letter.
FAR_TOO_LONG = 4
# What a field says that is empty.
SHORT = N_("Please fill this in.")
CHOOSE = N_("Please choose one of these.")


def _too_long(length: int, most: int) -> Message:
    return plural(
        "This is {count} character long; {most} are allowed. Please shorten it.",
        "This is {count} characters long; {most} are allowed. Please shorten it.",
        length,
        most=most,
    )


class Form:
    """The fields of a form. Subclasses read theirs in `__init__`; `errors` has a message for each wrong field.

    `status` is that of the answer if the form is shown again.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.values = {name: value for name, value in data.items() if isinstance(value, str)}
        self.errors: dict[str, Message] = {}
        self.status = 422
        # Of a proof of work that the form needs, to be sent again.
        self.challenge: str | None = None

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Take what the block refuses as the error of the whole form, and its status as that of the answer."""
        try:
            yield
        except ParleyError as error:
            self.refuse(error)

    def refuse(self, error: ParleyError) -> None:
        """Take a refusal as the error of the whole form. If it asks for a field, the form then shows that."""
        self.errors["form"], self.status = error.message, error.status
        if error.field:
            self.errors[error.field] = error.message

    def text(self, name: str, *, most: int, least: int = 0, missing: Message = SHORT, lines: bool = False) -> str:
        """Return a text of at most `most` characters. `missing` is the error if it is shorter than `least`.

        A text that cannot be stored or is far too long is an error, and "" is returned.
        """
        raw = self.values.get(name, "")
        if (length := len(raw.strip())) > FAR_TOO_LONG * most:
            self.errors[name] = _too_long(length, most)
            return ""
        try:
            text = clean(raw, lines=lines)
        except BadText as error:
            self.errors[name] = error.message
            return ""
        if len(text) < least:
            self.errors[name] = missing
        elif len(text) > most:
            self.errors[name] = _too_long(len(text), most)
        return text

    def id(self, name: str) -> int | None:
        raw = self.values.get(name, "").strip()
        if not raw:
            return None
        number = as_id(raw)
        if number is None:
            self.errors[name] = N_("This is not a valid number.")
        return number

    def choice(self, name: str, choices: Sequence[str]) -> str | None:
        raw = self.values.get(name, "").strip()
        if not raw or raw in choices:
            return raw or None
        self.errors[name] = N_("Please choose one of: {choices}.").format(choices=", ".join(choices))
        return None

    def flag(self, name: str) -> bool:
        """Return whether a checkbox is checked. Absent, empty, 0, false and off mean no."""
        return self.values.get(name, "") not in {"", "0", "false", "off"}


F = TypeVar("F", bound=Form)


async def make_form(kind: Callable[[Mapping[str, Any]], F], data: Mapping[str, Any]) -> F:
    """Return `kind(data)`. Much text is read in a thread, since cleaning it takes time."""
    much = sum(len(value) for value in data.values() if isinstance(value, str)) > MUCH_TEXT
    return await in_thread(kind, data) if much else kind(data)


async def posted_fields(request: Request[Any, Any, Any]) -> Mapping[str, Any]:
    """Return the fields of a form; the last one if a name is repeated.

    Raises BadRequest if there are too many fields or they cannot be read.
    """
    known: Mapping[str, Any] | None = request.scope.get("fields")  # type: ignore[assignment]
    if known is not None:
        return known
    try:
        pairs = await read_form(request)
    except (UnicodeDecodeError, LookupError, ValueError) as error:
        raise BadRequest(
            N_("The form could not be read. Nothing was changed; please go back and send it again.")
        ) from error
    fields: Mapping[str, Any] = dict(pairs)
    request.scope["fields"] = fields  # type: ignore[typeddict-unknown-key]
    # If something fails later, the error page shows what was typed.
    request.scope["typed"] = fields.get("body") or fields.get("text")  # type: ignore[typeddict-unknown-key]
    return fields
