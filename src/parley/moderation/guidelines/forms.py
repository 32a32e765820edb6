"""The forms of a guideline and of a saved reason."""

import re
from collections.abc import Mapping
from typing import Any

from parley.moderation.guidelines.queries import SavedActions
from parley.moderation.guidelines.rules import CATEGORIES, SAVED_ACTIONS, SAVED_SANCTIONS, SEVERITIES
from parley.platform.http.forms import Form
from parley.platform.text.messages import N_

LONGEST_TITLE = 120
LONGEST_TEXT = 1_000
LONGEST_REASON = 1_000
LAST_POSITION = 999
USUAL_HOURS, MOST_HOURS = 24, 720
MOST_DAYS = 365
# A guideline's code appears in addresses, in the yearly figures and on the buttons of decisions.
CODE = re.compile(r"[\w-]{2,30}")


class GuidelineForm(Form):
    """Title, text, severity, position, time to decide, category, and whether it is about the law or retired."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.title = self.text("title", most=LONGEST_TITLE, least=1)
        self.words = self.text("text", most=LONGEST_TEXT, lines=True)
        self.severity = self.choice("severity", list(SEVERITIES))
        if self.severity is None:
            self.errors.setdefault("severity", N_("Please choose one of these."))
        self.position = self.id("position") or 0
        if self.position > LAST_POSITION:
            self.errors["position"] = N_("Please choose a number up to 999.")
        self.hours_to_decide = (self.id("hours_to_decide") or 0) if self.values.get("hours_to_decide") else USUAL_HOURS
        if not 1 <= self.hours_to_decide <= MOST_HOURS:
            self.errors["hours_to_decide"] = N_("Please give a whole number of hours from 1 to 720.")
        self.category = self.choice("category", list(CATEGORIES)) or ""
        self.illegal = self.flag("illegal")
        self.retired = self.flag("retired")


class NewGuidelineForm(GuidelineForm):
    """A new guideline, with the short name that cannot be changed later."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.code = self.text("code", most=30).lower()
        if not CODE.fullmatch(self.code) or self.code == "new":
            self.errors["code"] = N_("Please give 2 to 30 letters, digits or hyphens.")


class ReasonForm(Form):
    """A reason to save; `shared` by all moderators, or one's own; with what to do, and with the author (`also`)."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.words = self.text("text", most=LONGEST_REASON, least=1, lines=True)
        self.shared = self.flag("shared")
        action, also = self.choice("action", list(SAVED_ACTIONS)), self.choice("also", list(SAVED_SANCTIONS))
        also = also if action in {"remove", "collapse"} else None
        lasts = also in {"silence", "suspend"}
        self.carries = SavedActions(action=action, also=also, days=self.id("days") if lasts else None)
        if lasts and not 1 <= (self.carries.days or 0) <= MOST_DAYS:
            self.errors["days"] = N_("Please give a number of days up to 365.")
