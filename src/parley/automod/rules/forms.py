"""The form of a rule: its name, what it does, and a row of fields for each of its conditions."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from parley.automod.rules.conditions import Condition
from parley.automod.rules.evaluate import ActiveRule
from parley.automod.rules.kinds import ACTIONS, KINDS, ConditionKind, read, typed
from parley.automod.rules.limits import LONGEST_NAME, MOST_CONDITIONS, RuleDraft
from parley.core.http.forms import Form


class Asking(msgspec.Struct):
    """One condition in the form: its kind, what is typed, and what is wrong with it."""

    kind: ConditionKind
    values: dict[str, str]
    errors: dict[str, str]


class RuleForm(Form):
    """A rule as it was typed. A row's fields end in its number: `kind-0`, `words-0`."""

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
        """The form of a rule as it is."""
        form = cls({"name": rule.name, "does": rule.action, "rule": rule.guideline}, [rule.guideline])
        form.rows = [_asking(condition) for condition in rule.conditions]
        return form

    def _row(self, number: int) -> Asking:
        kind = KINDS[self.values[f"kind-{number}"]]
        values = {field.name: self.values.get(f"{field.name}-{number}", "") for field in kind.fields}
        condition, mistakes = read(kind, values)
        if condition is not None:
            self.conditions.append(condition)
        return Asking(kind, values, mistakes)

    @property
    def changes_rows(self) -> bool:
        """Whether a button of the form asks for one more condition, or one less: nothing is to be saved yet."""
        return self.flag("more") or "less" in self.values

    def change_rows(self) -> None:
        """Add the condition that is asked for, or take one away."""
        less = self.values.get("less", "")
        if less.isascii() and less.isdigit() and len(less) < len("100") and int(less) < len(self.rows):
            del self.rows[int(less)]
        kind = KINDS.get(self.values.get("add", ""))
        if self.flag("more") and kind is not None and len(self.rows) < MOST_CONDITIONS:
            self.rows.append(Asking(kind, {field.name: field.first for field in kind.fields}, {}))
        self.errors.clear()
        for row in self.rows:
            row.errors.clear()

    def require(self) -> RuleDraft | None:
        """The rule that was typed; None where something is wrong or missing, as `errors` and the rows say."""
        if not self.name:
            self.errors.setdefault("name", "Please give it a name. The author of a held comment will read it.")
        if not self.guideline:
            self.errors.setdefault("rule", "Please choose the rule of the community that it is about.")
        if not self.rows:
            self.errors["add"] = "A rule without a condition matches nothing. Please add one."
        if self.errors or any(row.errors for row in self.rows):
            return None
        return RuleDraft(self.name, self.action, self.guideline or "", tuple(self.conditions))


def _asking(condition: Condition) -> Asking:
    return Asking(KINDS[str(condition.__struct_config__.tag)], typed(condition), {})
