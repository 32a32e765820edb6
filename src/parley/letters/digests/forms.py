"""The forms for the settings of the digest."""

from collections.abc import Mapping
from typing import Any

from parley.letters.digests.queries import SubscriptionRow
from parley.letters.digests.schedule import Schedule
from parley.platform.http.forms import CHOOSE, Form
from parley.platform.text import zones
from parley.platform.text.messages import N_

FREQUENCIES = ("weekly", "daily", "off")
WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
MAX_PAUSE_WEEKS = 52


class DigestForm(Form):
    """How often and when; an absent field keeps its value."""

    def __init__(self, data: Mapping[str, Any], subscription: SubscriptionRow) -> None:
        saved = {
            "frequency": subscription.frequency,
            "weekday": str(subscription.weekday),
            "hour": str(subscription.hour),
            "zone": subscription.zone,
        }
        super().__init__(saved | dict(data))
        self.schedule = Schedule(
            frequency=self.choice("frequency", FREQUENCIES) or subscription.frequency,
            weekday=self._number("weekday", 1, 7),
            hour=self._number("hour", 0, 23),
            zone=self._zone(),
        )

    def _number(self, name: str, least: int, most: int) -> int:
        raw = self.values[name].strip()
        if raw in {str(number) for number in range(least, most + 1)}:
            return int(raw)
        self.errors[name] = CHOOSE
        return least

    def _zone(self) -> str:
        zone = self.values["zone"].strip()
        if zone in zones.known_zones():
            return zone
        self.errors["zone"] = CHOOSE
        return zones.DEFAULT


class PauseForm(Form):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.weeks = int(self.choice("weeks", [str(weeks) for weeks in range(MAX_PAUSE_WEEKS + 1)]) or 0)
