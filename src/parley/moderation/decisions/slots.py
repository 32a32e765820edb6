"""Filling the slots of a reason: `{quote}`, `{rule}` and `{days}`."""

import re

from parley.platform.text.messages import N_, plural

SLOTS = re.compile(r"\{(quote|rule|days)\}")


def fill_slots(reason: str, *, quote: str, rule: str, days: int | None) -> str:
    """A reason with its slots filled. A quote that has no slot stands before the reason."""
    lasts = plural("{count} day", "{count} days", days) if days else N_("permanently")
    values = {"quote": f"“{quote}”", "rule": rule, "days": str(lasts)}
    words = SLOTS.sub(lambda slot: values[slot[1]], reason)
    return f"{values['quote']}\n\n{words}" if quote and words and "{quote}" not in reason else words
