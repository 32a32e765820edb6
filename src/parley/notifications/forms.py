"""What members fill in about notifications."""

from collections.abc import Iterable, Mapping
from typing import Any

from parley.core.http.forms import Form
from parley.notifications.rules import KINDS, OF_A_THREAD, OF_A_TOPIC

HOURS = [str(hour) for hour in range(24)]


class ChannelsForm(Form):
    """By which way to hear of each kind of notification; a kind that is absent stays as it was."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        chosen = {kind.name: self.choice(kind.name, kind.channels) for kind in KINDS}
        self.channels = {name: channel for name, channel in chosen.items() if channel is not None}


class TopicsForm(Form):
    """How often each topic is in the digest; a topic that is absent stays as it was."""

    def __init__(self, data: Mapping[str, Any], topics: Iterable[str]) -> None:
        super().__init__(data)
        chosen = {topic: self.choice(topic, OF_A_TOPIC) for topic in topics}
        self.levels = {topic: level for topic, level in chosen.items() if level is not None}


class QuietForm(Form):
    """Whether letters at once wait, and from which hour to which."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        starts, ends = (self.choice(name, HOURS) for name in ("starts", "ends"))
        self.hours: tuple[int, int] | None = None
        if self.flag("quiet") and not self.errors:
            if starts is None or ends is None or starts == ends:
                self.errors["ends"] = "Quiet hours need a start and a different end. Please choose two hours."
            else:
                self.hours = int(starts), int(ends)


class FollowForm(Form):
    """Following or muting, or taking that back; for a thread by its own way perhaps."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.on = self.flag("on")
        self.channel = self.choice("channel", OF_A_THREAD)
