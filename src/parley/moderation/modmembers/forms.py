"""The forms of a member's page for moderators."""

from collections.abc import Mapping
from typing import Any

from parley.moderation.decisions.forms import LONGEST_REASON
from parley.moderation.decisions.rules import ROLES
from parley.platform.http.forms import Form
from parley.platform.text.messages import N_


class NoteForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.words = self.text("text", most=LONGEST_REASON, least=1, lines=True)


class LiftForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        missing = N_("Please give a reason: the author will read it.")
        self.undoes = self.flag("undo")
        least = 0 if self.undoes else 1
        self.reason = self.text("reason", most=LONGEST_REASON, least=least, missing=missing, lines=True)


class MassUndoForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.hours = self.id("hours") or 0
        missing = N_("Please give a reason: it stands in the log.")
        self.reason = self.text("reason", most=LONGEST_REASON, least=1, missing=missing, lines=True)


class RoleForm(LiftForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.role = self.choice("role", ROLES)
        if self.role is None:
            self.errors.setdefault("role", N_("Please choose one of these."))
