"""The form that marks comments as read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from parley.core.http.forms import Form
from parley.core.text.cleaning import as_ids
from parley.core.text.messages import N_

# A page shows fewer comments of a thread.
MOST_SHOWN = 500


class ReadForm(Form):
    """Which comments of a thread were read, or until when everything was."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.thread = self.id("thread")
        self.shown = as_ids(self.values.get("shown", ""), MOST_SHOWN)
        self.before = _moment(self.values.get("before", ""))
        if self.thread is None and self.before is None:
            self.errors["before"] = N_("Please mark one thread as read, or all of them.")


def _moment(raw: str) -> datetime | None:
    """Return the time in `raw` (ISO 8601 with an offset), or None if it is none."""
    try:
        found = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None
