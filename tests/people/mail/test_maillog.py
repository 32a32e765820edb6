"""What a mail server's log says about a message, in the words of postfix."""

import os
from pathlib import Path

import pytest

from parley.people.mail import unanswered
from parley.people.mail.unanswered import DeliveryOutcome

ARRIVED = """
Nov 25 10:00:00 mx postfix/smtpd[7]: 4bQx12abcD: client=localhost[127.0.0.1]
Nov 25 10:00:00 mx postfix/cleanup[8]: 4bQx12abcD: message-id=<a@b>
Nov 25 10:00:00 mx postfix/qmgr[9]: 4bQx12abcD: from=<x@b>, size=1, nrcpt=1 (queue active)
"""
CUT_OFF = """
2026-11-25T10:00:00+00:00 mx postfix/submission/smtpd[7]: 4bQx12abcE: client=localhost[127.0.0.1]
2026-11-25T10:00:00+00:00 mx postfix/submission/smtpd[7]: 4bQx12abcE: lost connection after DATA (5 bytes) from x
2026-11-25T10:00:00+00:00 mx postfix/cleanup[8]: 4bQx12abcE: message-id=<a@b>
"""
CUT_OFF_BEFORE_3 = """
Nov 25 10:00:00 mx postfix/smtpd[7]: 1A1E6B3C3E3: client=localhost[127.0.0.1]
Nov 25 10:00:00 mx postfix/cleanup[8]: 1A1E6B3C3E3: message-id=<a@b>
Nov 25 10:00:00 mx postfix/smtpd[7]: lost connection after DATA (5 bytes) from localhost[127.0.0.1]
"""
NOT_YET = "\n".join(ARRIVED.splitlines()[:3])


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        (ARRIVED, (DeliveryOutcome.ARRIVED, "4bQx12abcD")),
        (CUT_OFF, (DeliveryOutcome.NOT_ARRIVED, None)),
        (CUT_OFF_BEFORE_3, (DeliveryOutcome.NOT_ARRIVED, None)),
        (CUT_OFF + ARRIVED, (DeliveryOutcome.ARRIVED, "4bQx12abcD")),
        (NOT_YET, (DeliveryOutcome.UNCLEAR, None)),
        (ARRIVED.replace("<a@b>", "<c@d>"), (DeliveryOutcome.NOT_ARRIVED, None)),
        ("", (DeliveryOutcome.NOT_ARRIVED, None)),
        ("nonsense\n\x00: message-id=<a@b>\n", (DeliveryOutcome.NOT_ARRIVED, None)),
    ],
)
def test_a_message_arrived_once_it_is_in_the_queue(lines: str, outcome: tuple[DeliveryOutcome, str | None]) -> None:
    assert unanswered.log_entries(lines.splitlines()).outcome("<a@b>") == outcome


def test_the_rotated_log_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "mail.log.1").write_text(ARRIVED)
    (tmp_path / "mail.log").write_text("")
    os.utime(tmp_path / "mail.log", (100, 100))
    entries = unanswered.read_log(tmp_path / "mail.log")
    assert entries.outcome("<a@b>")[0] is DeliveryOutcome.ARRIVED
    assert entries.written_at == 100


def test_a_missing_log_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="mail.log"):
        unanswered.read_log(tmp_path / "mail.log")
