"""The form of a report."""

from collections.abc import Mapping, Sequence
from typing import Any

from parley.accounts import addresses
from parley.core.errors import Refused
from parley.core.http.forms import Form
from parley.core.text.messages import N_

LONGEST_REPORT = 2_000
LONGEST_NAME = 100


class SenderForm(Form):
    """Who sends it, where that is a visitor: a name, an address and a confirmation of good faith."""

    name: str | None = None
    email: str | None = None

    def read_sender(self, *, unnamed: bool = False) -> None:
        if not unnamed:
            self.name = self.text("name", most=LONGEST_NAME, least=1, missing=N_("Please give your name."))
            try:
                self.email = addresses.address(self.values.get("email", ""))
            except Refused as refusal:
                self.errors["email"] = refusal.message
        self.read_good_faith()

    def read_good_faith(self) -> None:
        if not self.flag("good_faith"):
            self.errors["good_faith"] = N_("Please confirm this, if it is so.")


class ReportForm(SenderForm):
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
        if visitor:
            self.read_sender(unnamed=self.flag("unnamed"))
