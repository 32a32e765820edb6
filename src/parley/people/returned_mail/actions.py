"""What an inbound report leads to (for `parley mail classify`)."""

from parley.people.returned_mail.delivery_status import MailReport

ACTIONS = {
    "gone": "suppress",
    "complaint": "suppress",
    "full": "count",
    "soft": "count",
    "hard": "count",
    "policy": "pause-provider",
    "content": "pause-provider",
    "rate": "pause-provider",
}
# Kinds that people see under another name.
SHOWN_KINDS = {"hard": "gone", "leave": "complaint"}


def kind_of(report: MailReport | None) -> str:
    """Return the kind that people see; "mail" for a message that is not a report."""
    return "mail" if report is None else SHOWN_KINDS.get(report.kind, report.kind)


def action_of(report: MailReport | None) -> str:
    """Return the action: "suppress" the address, "count" against it, "pause-provider", or "none"."""
    action = ACTIONS.get(report.kind, "none") if report is not None else "none"
    is_retried = report is not None and not report.is_final
    return "none" if is_retried and action in {"suppress", "count"} else action
