"""The form of a report."""

from collections.abc import Mapping, Sequence
from typing import Any

from parley.people.accounts import addresses
from parley.platform.errors import Refused
from parley.platform.http.forms import CHOOSE, Form
from parley.platform.text.messages import N_

LONGEST_REPORT = 2_000
LONGEST_NAME = 100


class SenderForm(Form):
    """The sender of a report or of a request about rights.

    A visitor gives a name and an address; both forms ask for a confirmation of good faith.
    """

    name: str | None = None
    email: str | None = None

    def read_sender(self, *, anonymous: bool = False) -> None:
        if not anonymous:
            self.name = self.text("name", most=LONGEST_NAME, least=1)
            try:
                self.email = addresses.address(self.values.get("email", ""))
            except Refused as refusal:
                self.errors["email"] = refusal.message
        self.read_good_faith()

    def read_good_faith(self) -> None:
        if not self.flag("good_faith"):
            self.errors["good_faith"] = N_("Please confirm that this is accurate and complete.")


class ReportForm(SenderForm):
    """A report; visitors also give a name, an address and a confirmation of good faith.

    A visitor who ticks `anonymous` gives no name (Digital Services Act, article 16.2 c: sexual abuse of children). The
    ground is not checked: communities write their own.
    """

    def __init__(self, data: Mapping[str, Any], grounds: Sequence[str], *, visitor: bool) -> None:
        super().__init__(data)
        self.reason = self.choice("reason", grounds)
        if self.reason is None:
            self.errors["reason"] = CHOOSE
        self.words = self.text("text", most=LONGEST_REPORT, least=1 if visitor else 0, lines=True)
        if visitor:
            self.read_sender(anonymous=self.flag("anonymous"))
