"""The form for signing up with an account at another site."""

from collections.abc import Mapping
from typing import Any

from parley.people.accounts import addresses, names
from parley.people.sign_in.forms import AccountForm, zone_of


class NewcomerForm(AccountForm):
    """A name and, unless the provider's address counts as confirmed, an address."""

    def __init__(self, data: Mapping[str, Any], *, is_vouched: bool) -> None:
        super().__init__(data)
        self.name = self.read("name", names.name)
        self.email = ""
        if not is_vouched:
            self.email = self.read("email", addresses.address)
        self.zone = zone_of(self.secret("zone"))
