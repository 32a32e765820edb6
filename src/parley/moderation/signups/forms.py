"""The form of an invitation."""

from collections.abc import Mapping
from typing import Any

from parley.platform.http.forms import Form
from parley.platform.text.messages import N_

USES = ("1", "5", "20")
DAYS = ("1", "7", "30")


class InvitationForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__({"uses": "1", "days": "7"} | dict(data))
        self.uses = int(self.choice("uses", USES) or "1")
        self.days = int(self.choice("days", DAYS) or "7")
        if self.errors:
            self.errors["form"] = N_("Please choose from the lists.")
