"""The form of a report."""

from collections.abc import Mapping, Sequence
from typing import Any

from parley.accounts import addresses
from parley.core.errors import Refused
from parley.core.http.forms import Form
from parley.core.text.messages import N_

LONGEST_REPORT = 2_000
LONGEST_NAME = 100


class ReportForm(Form):
    """A report; visitors also give a name, an address and a confirmation of good faith.

    Sexual abuse of children can be reported without a name (Digital Services Act, article 16.2 c).
    """

    def __init__(self, data: Mapping[str, Any], grounds: Sequence[str], *, visitor: bool) -> None:
        super().__init__(data)
        self.reason = self.choice("reason", grounds)
        if self.reason is None:
            self.errors["reason"] = N_("Please choose what is wrong with it.")
        missing = N_("Please say why you think that this is against the law.")
        self.words = self.text("text", most=LONGEST_REPORT, least=1 if visitor else 0, missing=missing, lines=True)
        self.name: str | None = None
        self.email: str | None = None
        if visitor:
            self._read_sender()

    def _read_sender(self) -> None:
        if not self.flag("unnamed"):
            self.name = self.text("name", most=LONGEST_NAME, least=1, missing=N_("Please give your name."))
            try:
                self.email = addresses.address(self.values.get("email", ""))
            except Refused as refusal:
                self.errors["email"] = refusal.message
        if not self.flag("good_faith"):
            self.errors["good_faith"] = N_("Please confirm this, if it is so.")
