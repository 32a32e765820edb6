"""Webhooks know every kind of event that the code emits."""

import re
from pathlib import Path

import parley
from parley.discussion.comments import states
from parley.interfaces.webhooks.forms import JUDGE, KINDS
from parley.moderation.decisions import thread_settings

# Also those that are no event of a thread.
EMITTED = re.compile(r'\b(?:emit(?:_each)?|hook)\(\s*"([a-z_.]+)"')


def test_webhooks_know_every_event() -> None:
    sources = [file.read_text() for file in Path(parley.__file__).parent.rglob("*.py")]
    emitted = {kind for source in sources for kind in EMITTED.findall(source)}

    assert len(emitted) > 8
    assert emitted | {*states.EVENTS.values(), *thread_settings.EVENTS.values()} - {None} == set(KINDS) - {JUDGE}
