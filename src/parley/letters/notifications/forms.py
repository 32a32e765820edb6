"""The forms for notifications."""

from collections.abc import Iterable, Mapping
from typing import Any

from parley.letters.notifications.rules import KINDS, THREAD_CHANNELS, TOPIC_LEVELS
from parley.people.accounts.muted_words import end_of
from parley.platform.http.forms import Form
from parley.platform.text.messages import N_

HOURS = [str(hour) for hour in range(24)]


class ChannelsForm(Form):
    """The channel of each kind of notification; an absent kind keeps its channel."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        chosen = {kind.name: self.choice(kind.name, kind.channels) for kind in KINDS}
        self.channels = {name: channel for name, channel in chosen.items() if channel is not None}


class TopicsForm(Form):
    """How often each topic is in the digest; an absent topic keeps its level."""

    def __init__(self, data: Mapping[str, Any], topics: Iterable[str]) -> None:
        super().__init__(data)
        chosen = {topic: self.choice(topic, TOPIC_LEVELS) for topic in topics}
        self.levels = {topic: level for topic, level in chosen.items() if level is not None}


class QuietForm(Form):
    """Whether immediate mails are held, and from which hour to which."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        starts, ends = (self.choice(name, HOURS) for name in ("starts", "ends"))
        self.hours: tuple[int, int] | None = None
        if self.flag("quiet") and not self.errors:
            if starts is None or ends is None or starts == ends:
                self.errors["ends"] = N_("Quiet hours need a start and a different end. Please choose two hours.")
            else:
                self.hours = int(starts), int(ends)


class FollowForm(Form):
    """Follow or mute, or undo that; a mute for a period, and following a thread with a channel of its own, if any."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.on = self.flag("on")
        self.until = end_of(self)
        self.channel = self.choice("channel", THREAD_CHANNELS)
