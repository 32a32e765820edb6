"""The form of a decision."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from msgspec.structs import replace

from parley.moderation.decisions.rules import ACTIONS, LENGTHS, SANCTIONS, Choice, ThreadReference
from parley.people.accounts import names
from parley.people.community.queries import Ground
from parley.platform.http.forms import Form
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_, plural

# The actions with which a sanction of the author can go.
AGAINST_WORDS = {"remove", "collapse"}
LONGEST_REASON = 1_000
LONGEST_QUOTE = 300
LONGEST_LAW = 300
WHICH_LAW = N_("Please say which law this breaks, and give the facts as the reason: the author has a right to know.")
LONGEST_TIME = max(LENGTHS)
LONGEST_ADDRESS = 2_000
PLACEHOLDERS = re.compile(r"\{(quote|rule|days)\}")
THREAD = re.compile(r"/t/(\d{1,19})(?:/[^/]*)?/?")
PASSAGE = re.compile(r"p(\d{1,19})")


class DecisionForm(Form):
    """Action, guideline and reason; the field `until` is in days, empty for permanently.

    `grounds` are the guidelines in force, `saved` the moderator's saved reasons by their ids. Where the guideline is
    about illegal content, the field `law` says which law, and the reason states the facts.
    Without a typed reason the chosen saved one counts. `to` is the address of the thread or passage that a comment is
    moved to; without it the chosen `place` counts, which is an address too. `also` is a sanction of the author
    that goes with it. The form came with the reason `suggested`: if that was not changed, the one of `defaults` for
    the chosen rule counts. `macros` are the fields that saved reasons fill in, by their ids.
    """

    def __init__(
        self,
        data: Mapping[str, Any],
        grounds: Sequence[Ground] = (),
        saved: Mapping[str, str] | None = None,
        defaults: Mapping[str, str] | None = None,
        macros: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        super().__init__({**data, **(macros or {}).get(str(data.get("macro")), {})})
        self.titles = {ground.code: ground.title for ground in grounds}
        self.version = self.id("version") or 0
        self.action = self.choice("action", list(ACTIONS))
        self.also = self.choice("also", SANCTIONS) if self.action in AGAINST_WORDS else None
        self.rule = self.choice("rule", list(self.titles))
        self.quote = self.text("quote", most=LONGEST_QUOTE)
        self.reason = self.text("reason", most=LONGEST_REASON, lines=True)
        if not says_something(self.reason) and "reason" not in self.errors:
            self.reason = (saved or {}).get(self.values.get("saved", ""), "")
        if self.reason and self.reason == one_line(self.values.get("suggested", "")):
            self.reason = (defaults or {}).get(self.rule or "", self.reason)
            self.values["reason"] = self.values["suggested"] = self.reason
        self.to = self._to("to") or self._to("place")
        self.law = self.text("law", most=LONGEST_LAW)
        self.needs_law = is_illegal(self.rule, grounds)
        self.confirmed = self.text("confirm", most=names.LONGEST_NAME)
        self.title = self.text("title", most=LONGEST_ADDRESS)
        self.days = self.id("until")
        if self.days is not None and self.days > LONGEST_TIME:
            self.errors["until"] = N_("This is longer than a year. Leave it empty for a permanent decision.")

    def _to(self, field: str) -> ThreadReference | None:
        address = self.text(field, most=LONGEST_ADDRESS)
        target = destination(address)
        if address and target is None:
            self.errors.setdefault("to", N_("This is not the address of a thread here. Nothing was done."))
        return target

    def require(self) -> None:
        """Add errors for what is missing: the action; for restrictions, the guideline and the reason."""
        if self.action is None:
            self.errors.setdefault("action", N_("Please choose one of these."))
            return
        if self.action == "move" and self.to is None:
            self.errors.setdefault("to", N_("Please choose a passage, or enter the address of another thread."))
        if self.action == "passage" and (self.to is None or self.to.passage is None):
            self.errors.setdefault("place", N_("Please choose one of these."))
        restricts = ACTIONS[self.action].restricts or self.also is not None
        if restricts and self.rule is None:
            self.errors.setdefault("rule", N_("Please choose the rule that this breaks."))
        if (restricts or ACTIONS[self.action].takes_reason) and not self.reason:
            self.errors.setdefault("reason", N_("Please give a reason: the author will read it."))
        if restricts and self.needs_law and not self.law:
            self.errors.setdefault("law", WHICH_LAW)
        if "{quote}" in self.reason and not self.quote:
            self.errors.setdefault("quote", N_("The reason quotes words. Please select them, or copy them here."))

    def choice_for(self, item: int, version: int | None = None) -> Choice:
        """The choice for an item; only restrictions name a guideline."""
        action = self.action or ""
        to = self.to if action in {"move", "passage", "restore"} else None
        return replace(self._choice(action), item=item, version=version or self.version, to=to)

    @property
    def sanction(self) -> Choice | None:
        """The choice about the author, for the same rule and reason."""
        return self._choice(self.also) if self.also else None

    def _choice(self, action: str) -> Choice:
        title = self.titles.get(self.rule or "", "")
        # Both decisions have the same reason, so `{days}` is how long the sanction lasts in both.
        lasts = any(ACTIONS[chosen].timed for chosen in (action, self.also) if chosen)
        reason = fill_placeholders(self.reason, quote=self.quote, rule=title, days=self.days if lasts else None)
        days = self.days if ACTIONS[action].timed else None
        rule = self.rule if ACTIONS[action].takes_reason else None
        law = self.law if self.needs_law and rule else ""
        return Choice(0, 0, action, rule, reason, days, confirmed=self.confirmed, title=self.title, law=law)


def one_line(reason: str) -> str:
    """A reason as the one line of the decision bar has it."""
    return " ".join(reason.split())


def is_illegal(rule: str | None, grounds: Sequence[Ground]) -> bool:
    """Whether a rule is about illegal content."""
    return any(ground.illegal for ground in grounds if ground.code == rule)


def default_reasons(grounds: Sequence[Ground], saved: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What the author reads of each rule unless the moderator writes something else: the first saved reason, or it.

    Of illegal content, the facts have to be stated.
    """
    texts = {ground.code: "" if ground.illegal else ground.text or ground.title for ground in grounds}
    return texts | {code: text for code, text in reversed(saved) if code in texts}


def says_something(reason: str) -> bool:
    """Whether a reason has a letter, a digit or a sign, and not only spaces and invisible characters."""
    return any(unicodedata.category(letter)[0] in "LNPS" for letter in reason)


def fill_placeholders(reason: str, *, quote: str, rule: str, days: int | None) -> str:
    """A reason with `{quote}`, `{rule}` and `{days}` filled in. A quote without its placeholder stands before it."""
    lasts = plural("{count} day", "{count} days", days) if days else N_("permanently")
    values = {"quote": f"“{quote}”", "rule": rule, "days": str(lasts)}
    words = PLACEHOLDERS.sub(lambda found: values[found[1]], reason)
    return f"{values['quote']}\n\n{words}" if quote and words and "{quote}" not in reason else words


def destination(address: str) -> ThreadReference | None:
    """The thread and the passage that an address names; None for any other text. The number of a thread is enough."""
    if thread := as_id(address.strip()):
        return ThreadReference(thread)
    try:
        parts = urlsplit(address.strip())
        asked = parse_qs(parts.query, max_num_fields=20).get("passage", [""])[0]
    except ValueError:
        return None
    match = THREAD.fullmatch(parts.path)
    named = PASSAGE.fullmatch(parts.fragment)
    number = as_id(match[1]) if match else None
    return ThreadReference(number, as_id(named[1] if named else asked)) if number else None
