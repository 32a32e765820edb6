"""What follows from a message that came in, before anything is looked up."""

from parley.mail.inbound.reports import InboundReport

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
# What a member asked for by mail is done, and says nothing about their address.
SHOWN = {"hard": "soft", "leave": "complaint"}


def kind_of(report: InboundReport | None) -> str:
    """The kind that is shown to people: "mail" for what is no report."""
    return "mail" if report is None else SHOWN.get(report.kind, report.kind)


def action_of(report: InboundReport | None) -> str:
    """What a report does: "suppress" its address, "count" against it or against its provider, or "none"."""
    action = ACTIONS.get(report.kind, "none") if report is not None else "none"
    is_tried_again = report is not None and not report.is_final
    return "none" if is_tried_again and action in {"suppress", "count"} else action
