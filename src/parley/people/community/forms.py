"""The form of the community's rules."""

from collections.abc import Mapping
from typing import Any

from parley.platform.http.forms import Form

LONGEST_RULES = 20_000
SIGN_UPS = ("open", "invited", "approved", "closed")


class RulesForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.rules = self.text("rules", most=LONGEST_RULES, lines=True)
        self.asks_declaration = self.flag("asks_declaration")
        # Without it, who can sign up stays as it is.
        self.sign_up = self.choice("sign_up", SIGN_UPS)
