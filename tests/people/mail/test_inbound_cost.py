"""Reading an inbound message takes time in proportion to its length, whatever it repeats."""

import json
from collections.abc import Callable
from time import thread_time

import pytest

from parley.people.returned_mail import reports

HEAD = "From: MAILER-DAEMON@mx.example\nSubject: failure notice\n"
UNITS = (
    "\n>", "\n", "\n\n", "\t\n", "\r", "\r\n>", " ", "a", "é", "用户", "ящик ", "a@", "a@b ", "<", "<a", "<style", "</",
    "&#", "://", "-", "--", "\n-", "\n--b", "\n--b\n\n", "> ", "[", "{", "[{", '"', "\\n", "5.", "5.1.1 ", "550 ",
    "=?u?q?a?= ", "received: ", "Status:\n ", "Final-Recipient: a@\n", "Content-Type: message/rfc822\n\n",
    "boundary=b ", '";', "; a*1=x", "; charset", "\ufdfa",
    "user ", "unknown ", "no such ", "not ", "mailbox ", "quota ", "domain ", "sender ", "spam ",
    "too many ", "could not ", "message ", "deliver ", "host ",
)  # fmt: skip
SHAPES: dict[str, Callable[[str], str]] = {
    "words": lambda text: f"{HEAD}\n{text}",
    "from a person": lambda text: f"From: a@b.example\nReturn-Path: <>\nSubject: delivery failed\n\n{text}",
    "headers": lambda text: f"{text}\n\nwords",
    "subject": lambda text: f"Subject: {text.replace(chr(10), chr(10) + ' ')}\n\nwords",
    "sender": lambda text: f"From: {text.replace(chr(10), chr(10) + ' ')}\n\nwords",
    "content type": lambda text: f"Content-Type: {text.replace(chr(10), ' ')}\n\nwords",
    "type with parameters": lambda text: f'{HEAD}Content-Type: text/plain; a="{text.replace(chr(10), " ")}\n\nwords',
    "punycode": lambda text: f"{HEAD}Content-Type: text/plain; charset=punycode\n\n{text}",
    "html": lambda text: f"{HEAD}Content-Type: text/html\n\n{text}",
    "report": lambda text: (
        "Content-Type: multipart/report; boundary=b\n\n--b\n\n"
        f"{text[: len(text) // 2]}\n--b\nContent-Type: message/delivery-status\n\n"
        f"Status: 5.1.1\nDiagnostic-Code: smtp; {text[len(text) // 2 :]}\n\n--b--\n"
    ),
    "nested": lambda text: (
        f"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=c\n\n{text}\n--c\n"
    ),
    "json": lambda text: json.dumps(
        {
            "notificationType": "Bounce",
            "mail": {},
            "bounce": {"bouncedRecipients": [{"diagnosticCode": text, "status": text}]},
        }
    ),
    "no json": lambda text: f"[{text}",
    "json by mail": lambda text: f"From: a@amazonaws.com\n\n{{{text}",
}
LARGE = reports.LONGEST_MESSAGE
TURNS = 3
CHEAP_SECONDS, MOST_SECONDS, GROWTH = 0.005, 0.1, 2.6


def cost(raw: bytes) -> float:
    started = thread_time()
    reports.read(raw)
    return thread_time() - started


def is_bounded(small: bytes, large: bytes) -> bool:
    """Whether one of a few measurements is within both limits: another process can only make it look slower."""
    for _ in range(TURNS):
        before, after = cost(small), cost(large)
        if after < MOST_SECONDS and (after < CHEAP_SECONDS or after < GROWTH * max(before, CHEAP_SECONDS)):
            return True
    return False


# Each shape is filled with every fourth unit, the next one with those that follow; each with all in `make sure`.
@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("shape", SHAPES)
def test_reading_costs_in_proportion_to_the_length(shape: str, step: int) -> None:
    def message(unit: str, length: int) -> bytes:
        return SHAPES[shape]((unit * length)[:length]).encode()

    units = UNITS[len(shape) % step :: step]
    slow = [unit for unit in units if not is_bounded(message(unit, LARGE // 2), message(unit, LARGE))]
    assert slow == []
