"""The forms that set a thesis and answer it."""

from collections.abc import Mapping
from typing import Any

from parley.articles.articles.thesis import thesis_of
from parley.platform.http.forms import Form


class ThesisForm(Form):
    """The fields of `POST /t/{thread}/thesis`: `text` or, if that is empty, a chosen `suggestion`."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.text_ = thesis_of(self, "text")


class ThesisAnswerForm(Form):
    """The fields of `POST /t/{thread}/thesis/answer`: an empty `value` takes the answer back; `see` looks."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        raw = self.choice("value", ("-1", "0", "1"))
        self.value = None if raw is None else int(raw)
        # Whether to show how others answered, or to hide it, instead.
        self.looks, self.hides = self.flag("see"), self.values.get("see") == "0"
        # Whether it is answered on the thread's card on the home page.
        self.on_card = self.flag("card")
        # The wording that was answered, and a visitor's answer with the time at which it was given.
        self.version = self.id("version")
        self.given = self.values.get("given", "")
