"""The forms in which a member keeps something, and notes something about it."""

from collections.abc import Mapping
from typing import Any

from parley.discussion.kept.queries import PER_PAGE
from parley.discussion.kept.rules import LONGEST_HIGHLIGHT, LONGEST_NOTE, MOST_KEPT
from parley.platform.http.forms import Form
from parley.platform.text.messages import N_

LONGEST_SEARCH = 200
LAST_PAGE = 1 + MOST_KEPT // PER_PAGE
# Scripts send what was selected around a quote as the page has it.
LONGEST_PREFIX = 1_000


class KeepForm(Form):
    """The fields of `POST /c/{comment}/keep` and `POST /t/{thread}/keep`: `on=0` keeps it no longer."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.on = self.values.get("on") != "0"
        self.note = self.text("text", most=LONGEST_NOTE, lines=True)


class HighlightForm(KeepForm):
    """The fields of `POST /t/{thread}/notes`: the words `quote` of a `passage`, or all of it, and a note."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.passage = self.id("passage")
        # Of a longer selection the first words are highlighted.
        self.quote = self.text("quote", most=20 * LONGEST_HIGHLIGHT, lines=True)
        self.prefix = self.text("prefix", most=LONGEST_PREFIX, lines=True)
        if self.passage is None and "passage" not in self.errors:
            self.errors["passage"] = N_("Please choose a passage of the article.")


class KeptSearchForm(Form):
    """The parameters of `/kept`: letters to look for, and the number of the page."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.q = self.text("q", most=LONGEST_SEARCH)
        self.page = max(1, min(self.id("page") or 1, LAST_PAGE))
