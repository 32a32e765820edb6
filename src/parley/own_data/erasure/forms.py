"""The form with which a member has the account erased."""

from collections.abc import Mapping
from typing import Any

from parley.own_data.erasure.rules import MORE, Scope
from parley.platform.http.forms import Form


class ErasureForm(Form):
    """`words`, and with it `articles` and `quotes`, which count for nothing without it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        words = self.flag("words")
        self.scope = Scope(words, *(words and self.flag(name) for name in MORE))
