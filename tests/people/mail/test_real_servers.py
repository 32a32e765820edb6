"""What bounces in the words of some hundred mail servers lead to, as somebody who reads them would decide.

Each line of real_bounces.jsonl has that, the layout of the report (bounce_layouts.py), and what the server said.
"""

import json
from pathlib import Path

import pytest

from parley.people.returned_mail import reports
from parley.people.returned_mail.actions import action_of
from tests.people.mail.bounce_layouts import LAYOUTS

BOUNCES = [json.loads(line) for line in Path(__file__).with_name("real_bounces.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("due", "layout", "said"), [(due, layout, said) for due, layout, *said in BOUNCES])
def test_a_bounce_leads_to_what_a_reader_would_do(due: str, layout: str, said: list[str]) -> None:
    """`due` is an action, or the kind where the action is that of several kinds."""
    _, report = reports.read(LAYOUTS[layout](*said))
    assert due in {action_of(report), report.kind if report is not None and report.is_final else ""}, report
