"""The form of a rule: name, action, guideline, and a row of fields for each condition."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from parley.moderation.matching.conditions import Condition
from parley.moderation.matching.evaluate import ActiveRule
from parley.moderation.modrules import rules
from parley.moderation.modrules.kinds import ACTIONS, KINDS, ConditionKind, field_values, read
from parley.moderation.modrules.rules import LONGEST_NAME, MOST_CONDITIONS, RuleDraft
from parley.platform.http.forms import Form
from parley.platform.text.messages import N_, Message


class ConditionRow(msgspec.Struct):
    """One condition in the form: its kind, what was typed, and its errors."""

    kind: ConditionKind
    values: dict[str, str]
    errors: dict[str, Message]


class RuleForm(Form):
    """The form of a rule. The fields of a row end in its number: `kind-0`, `words-0`."""

    def __init__(self, data: Mapping[str, Any], grounds: Sequence[str] = ()) -> None:
        super().__init__(data)
        self.name = self.text("name", most=LONGEST_NAME)
        self.action = self.choice("does", list(ACTIONS)) or "flag"
        self.guideline = self.choice("rule", grounds)
        self.conditions: list[Condition] = []
        numbers = [number for number in range(MOST_CONDITIONS) if self.values.get(f"kind-{number}") in KINDS]
        self.rows = [self._row(number) for number in numbers]

    @classmethod
    def of(cls, rule: ActiveRule) -> "RuleForm":
        """The form filled in with an existing rule."""
        form = cls({"name": rule.name, "does": rule.action, "rule": rule.guideline}, [rule.guideline])
        form.rows = [_row_of(condition) for condition in rule.conditions]
        return form

    def _row(self, number: int) -> ConditionRow:
        kind = KINDS[self.values[f"kind-{number}"]]
        values = {field.name: self.values.get(f"{field.name}-{number}", "") for field in kind.fields}
        condition, errors = read(kind, values)
        if condition is not None:
            self.conditions.append(condition)
        return ConditionRow(kind, values, errors)

    @property
    def changes_rows(self) -> bool:
        """Whether a button adds or removes a condition, so that nothing is saved yet."""
        return self.flag("more") or "less" in self.values

    def change_rows(self) -> None:
        """Add or remove a condition as the button says."""
        less = self.values.get("less", "")
        if less.isascii() and less.isdigit() and len(less) < len("100") and int(less) < len(self.rows):
            del self.rows[int(less)]
        kind = KINDS.get(self.values.get("add", ""))
        if self.flag("more") and kind is not None and len(self.rows) < MOST_CONDITIONS:
            self.rows.append(ConditionRow(kind, {field.name: field.default for field in kind.fields}, {}))
        self.errors.clear()
        for row in self.rows:
            row.errors.clear()

    def require(self) -> RuleDraft | None:
        """The rule that was typed; None with `errors`, in the form or its rows, where something is wrong or missing."""
        if not self.name:
            self.errors.setdefault("name", N_("Please give it a name. The author of a held comment will read it."))
        if not self.guideline:
            self.errors.setdefault("rule", N_("Please choose the rule of the community that it is about."))
        if not self.rows:
            self.errors["add"] = N_("A rule without a condition matches nothing. Please add one.")
        if objection := rules.objection(self.action, self.conditions):
            self.errors.setdefault("add", objection)
        if self.errors or any(row.errors for row in self.rows):
            return None
        return RuleDraft(self.name, self.action, self.guideline or "", tuple(self.conditions))


def _row_of(condition: Condition) -> ConditionRow:
    return ConditionRow(KINDS[str(condition.__struct_config__.tag)], field_values(condition), {})
