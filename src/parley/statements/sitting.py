"""A sitting: up to ten statements asked one after the other. It is kept in the address, not on the server."""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from parley.core.text.cleaning import as_id
from parley.statements.rules import MOST_OPEN, SITTING


class Sitting(msgspec.Struct, frozen=True):
    """The number of the turn, from 1, and the statements that were skipped."""

    turn: int = 1
    skipped: tuple[int, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.turn > SITTING

    def total(self, left: int) -> int:
        """How many statements this sitting asks, with so many left to ask."""
        return min(SITTING, self.turn - 1 + left)

    def after(self, skipped: int | None = None) -> "Sitting":
        """The next turn, after a statement was answered or skipped."""
        return Sitting(self.turn + 1, self.skipped if skipped is None else (*self.skipped, skipped))

    @property
    def hidden(self) -> dict[str, str]:
        """The fields of a form, or of an address, that continue this sitting."""
        return {"turn": str(self.turn), "skipped": "-".join(map(str, self.skipped))}

    def address(self, thread: int) -> str:
        return f"/t/{thread}/answer?{urlencode(self.hidden)}"


def sitting_of(values: Mapping[str, str]) -> Sitting:
    """Return the sitting that a form or an address continues; a new one if it names none."""
    turn = as_id(values.get("turn", "")) or 1
    ids = (as_id(one) for one in values.get("skipped", "").split("-")[:MOST_OPEN])
    return Sitting(min(turn, SITTING + 1), tuple(one for one in ids if one is not None))
