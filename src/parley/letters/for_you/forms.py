"""The form that marks as read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from parley.platform.http.forms import Form
from parley.platform.http.return_paths import local_path
from parley.platform.text.cleaning import as_ids
from parley.platform.text.messages import N_

# The parts of the page; "" is all of them.
PARTS = ("", "you", "threads", "decisions")
# The most ids accepted. A page shows 40 comments of one thread at most.
MOST_IDS = 500


class MarkReadForm(Form):
    """Comments of one thread, all of it up to an event, or all of a part of the page up to when it was opened."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.thread = self.id("thread")
        self.shown = as_ids(self.values.get("shown", ""), MOST_IDS)
        self.seq = self.id("seq")
        self.part = self.choice("part", PARTS) or ""
        self.upto = self.id("upto") or 0
        self.until = _parse_time(self.values.get("until", ""))
        self.next = local_path(self.values.get("next") or "/for-you")
        if self.thread is None and self.until is None:
            self.errors["until"] = N_("Choose a thread to mark as read, or mark all of them.")


def _parse_time(raw: str) -> datetime | None:
    """Return a time written in ISO 8601 with an offset; None for anything else."""
    try:
        time = datetime.fromisoformat(raw)
        return time.astimezone(UTC) if time.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
