"""The form with which a member says that they are the author of imported comments."""

import re
from collections.abc import Mapping
from typing import Any

from parley.articles.articles.rules import is_web_address
from parley.platform.http.forms import Form
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

LONGEST_ADDRESS = 500
NUMBER = re.compile(r"\d+")


class AuthorForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        # The last number of a comment's address is its id: /c/12, or /t/3/title?focus=12#c12.
        numbers = NUMBER.findall(self.text("comment", most=LONGEST_ADDRESS, least=1))
        self.comment = as_id(numbers[-1]) if numbers else None
        if self.comment is None:
            self.errors.setdefault("comment", N_("Please copy the address of one of these comments from its time."))
        self.page = self.text("page", most=LONGEST_ADDRESS, least=1)
        if self.page and not is_web_address(self.page):
            self.errors["page"] = N_("This must be an address that begins with https:// or http://.")
