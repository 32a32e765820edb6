"""Messages: English as strings, the site's language where they are shown."""

from datetime import UTC, datetime

import pytest
from jinja2 import Environment

from parley.platform.errors import Refused, TooMany
from parley.platform.text import messages
from parley.platform.text.messages import N_, as_text, deserialize, join, plural, serialize, verbatim

GERMAN = {
    "Only {most} links are allowed.": "Nur {most} Links sind erlaubt.",
    "{count} day": "{count} Tag",
    "{count} days": "{count} Tage",
    "{name} is silenced for {time}.": "{name} darf {time} lang nicht schreiben.",
    "until {day}": "bis {day}",
}


@pytest.fixture(autouse=True)
def speaks_german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "translate", lambda message: GERMAN.get(message, message))


def test_an_error_is_english_in_logs_and_translated_for_its_reader() -> None:
    error = Refused(N_("Only {most} links are allowed."), most=1_000)

    assert str(error) == "Only 1,000 links are allowed."
    assert as_text(error.message) == "Nur 1,000 Links sind erlaubt."


def test_an_error_with_a_wait_takes_values_too() -> None:
    error = TooMany(N_("Only {most} links are allowed."), 30, most=2)

    assert (str(error), error.retry_after) == ("Only 2 links are allowed.", 30)


@pytest.mark.parametrize(
    ("days", "english", "german"), [(1, "1 day", "1 Tag"), (0, "0 days", "0 Tage"), (2_000, "2,000 days", "2,000 Tage")]
)
def test_a_number_decides_the_form(days: int, english: str, german: str) -> None:
    message = plural("{count} day", "{count} days", days)

    assert (str(message), as_text(message)) == (english, german)


def test_a_message_within_a_message_is_translated_with_it() -> None:
    message = N_("{name} is silenced for {time}.").format(name="ada", time=plural("{count} day", "{count} days", 3))

    assert str(message) == "ada is silenced for 3 days."
    assert as_text(message) == "ada darf 3 Tage lang nicht schreiben."


def test_a_day_is_written_by_the_formats() -> None:
    assert as_text(N_("until {day}").format(day=datetime(2026, 3, 16, tzinfo=UTC))) == "bis 16 March 2026"


def test_parts_are_translated_one_by_one() -> None:
    message = join(", ", [plural("{count} day", "{count} days", 1), verbatim("Tag {der} Arbeit")])

    assert (str(message), as_text(message)) == ("1 day, Tag {der} Arbeit", "1 Tag, Tag {der} Arbeit")


def test_a_page_shows_the_translation_and_escapes_values() -> None:
    message = N_("{name} is silenced for {time}.").format(name="<b>", time="1 h")
    page = Environment(autoescape=True).from_string("{{ message }}|{{ message ~ '&' }}|{{ [message]|join }}")

    german = "&lt;b&gt; darf 1 h lang nicht schreiben."
    assert page.render(message=message) == f"{german}|{german}&amp;|{german}"


@pytest.mark.parametrize(
    "message",
    [
        N_("Only {most} links are allowed.").format(most=1),
        N_("{name} is silenced for {time}.").format(name='"{}', time=plural("{count} day", "{count} days", 3)),
        plural("{count} day", "{count} days", 1),
        N_("{count} {braces} and no values"),
    ],
)
def test_a_stored_message_is_the_same_when_read(message: messages.Message) -> None:
    again = deserialize(serialize(message))

    assert (str(again), as_text(again)) == (str(message), as_text(message))


def test_what_was_stored_before_messages_were_is_shown_as_it_is() -> None:
    assert as_text(deserialize("The site took too long.")) == "The site took too long."


def test_a_page_keeps_words_of_the_other_direction_apart() -> None:
    page = Environment(autoescape=True).from_string("{{ message }}")
    nested = N_("{name} is silenced for {time}.").format(name=verbatim("אדא"), time="1 h")

    assert page.render(message=nested) == "\u2068אדא\u2069 darf 1 h lang nicht schreiben."
    assert str(nested) == "אדא is silenced for 1 h."
