"""The forms of a request about rights and of its answer."""

from collections.abc import Mapping
from typing import Any

from parley.articles.articles.rules import is_web_address
from parley.moderation.reports.forms import SenderForm
from parley.moderation.rights.rules import GROUNDS, WISHES
from parley.platform.http.forms import CHOOSE, Form
from parley.platform.text.messages import N_

LONGEST_TEXT = 5_000
LONGEST_ADDRESS = 2_000


class RightsForm(SenderForm):
    """A request; visitors also give a name and an address, to which we answer."""

    def __init__(self, data: Mapping[str, Any], *, visitor: bool) -> None:
        super().__init__(data)
        self.ground = self.choice("ground", list(GROUNDS))
        if self.ground is None:
            self.errors.setdefault("ground", CHOOSE)
        self.wish = self.choice("wish", list(WISHES))
        if self.wish is None:
            self.errors.setdefault("wish", CHOOSE)
        self.words = self.text("text", most=LONGEST_TEXT, least=1, lines=True)
        self.original = self.text("original", most=LONGEST_ADDRESS)
        if self.original and not is_web_address(self.original):
            self.errors["original"] = N_("This is not a web address. It should look like https://example.org/article.")
        if visitor:
            self.read_sender()
        else:
            self.read_good_faith()


class RightsAnswerForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.words = self.text("text", most=LONGEST_TEXT, least=1, lines=True)
