"""`parley mail classify`, and the waits of a delivery."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from parley.people.mail import queue, smtp
from parley.site.cli.mail import classify

BOUNCE = """From: MAILER-DAEMON@mx.example.net
Subject: Undelivered Mail Returned to Sender

<ada@example.org>: host mx.example.org said: {said}
"""
SES = {
    "notificationType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bouncedRecipients": [{"emailAddress": "ada@example.org", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}],
    },
    "mail": {"source": "bounce@localhost"},
}
SNS = {"Type": "Notification", "Message": json.dumps(SES)}
POSTMARK = {"RecordType": "Bounce", "Type": "SpamNotification", "Email": "ada@example.org", "Details": ""}
MAILGUN = {
    "event-data": {
        "event": "failed",
        "severity": "permanent",
        "recipient": "ada@example.org",
        "delivery-status": {"code": 550, "message": "5.7.1 blocked, see spamhaus"},
    }
}
SENDGRID = [{"event": "spamreport", "email": "ada@example.org"}]


@pytest.mark.parametrize(
    ("text", "kind", "action"),
    [
        (BOUNCE.format(said="550 5.1.1 no such user"), "gone", "suppress"),
        (BOUNCE.format(said="550 5.1.1 poor reputation of your IP, see spamhaus"), "policy", "pause-provider"),
        (BOUNCE.format(said="550 5.1.1 rejected as spam"), "content", "pause-provider"),
        (BOUNCE.format(said="452 4.2.2 mailbox full"), "full", "count"),
        (BOUNCE.format(said="550 5.2.1 this account is disabled"), "gone", "count"),
        (BOUNCE.format(said="550 5.0.0 no"), "gone", "count"),
        (BOUNCE.format(said="451 4.3.0 not now"), "soft", "count"),
        (BOUNCE.format(said="554 too many hops"), "soft", "count"),
        (BOUNCE.format(said="421 4.7.0 too many connections"), "rate", "pause-provider"),
        ("From: ada@example.org\nSubject: Out of office\n\n550 5.1.1 user unknown\n", "auto-reply", "none"),
        ("From: ada@example.org\nSubject: Hello\n\nHow are you?\n", "mail", "none"),
        (json.dumps(SES), "gone", "suppress"),
        (json.dumps(SNS), "gone", "suppress"),
        (json.dumps(POSTMARK), "content", "pause-provider"),
        (json.dumps(MAILGUN), "policy", "pause-provider"),
        (json.dumps(SENDGRID), "complaint", "suppress"),
    ],
)
def test_classify_shows_the_kind_and_the_action(tmp_path: Path, text: str, kind: str, action: str) -> None:
    file = tmp_path / "message"
    file.write_text(text)
    found = json.loads(CliRunner().invoke(classify, ["--json", str(tmp_path)]).output)
    assert (found["path"], found["kind"], found["action"]) == (str(file), kind, action)
    if kind not in {"auto-reply", "mail"}:
        assert found["address"] == "ada@example.org"


def test_a_lease_outlives_the_waits_for_the_answers_to_data() -> None:
    assert timedelta(seconds=2 * smtp.AFTER_DATA_SECONDS) < queue.DATA_LEASE
    assert smtp.AFTER_DATA_SECONDS >= 600
