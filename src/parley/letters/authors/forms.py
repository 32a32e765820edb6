"""The form of a claim."""

from collections.abc import Mapping
from typing import Any

from parley.people.accounts import addresses
from parley.platform.errors import Refused
from parley.platform.http.forms import CHOOSE, Form

WAYS = ("page", "address", "word")
LONGEST_TEXT = 2_000


class ClaimForm(Form):
    """`way`; `email` for an address at the article's domain; `text` for the person who decides."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.way = self.choice("way", WAYS)
        if self.way is None:
            self.errors.setdefault("way", CHOOSE)
        self.email: str | None = None
        self.words = ""
        if self.way == "address":
            try:
                self.email = addresses.address(self.values.get("email", ""))
            except Refused as refusal:
                self.errors["email"] = refusal.message
        if self.way == "word":
            self.words = self.text("text", most=LONGEST_TEXT, least=1, lines=True)
