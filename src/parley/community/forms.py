"""The form of the community's rules."""

from collections.abc import Mapping
from typing import Any

from parley.core.http.forms import Form

LONGEST = 20_000


class RulesForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.rules = self.text("rules", most=LONGEST, lines=True)
        self.asks_declaration = self.flag("asks_declaration")
