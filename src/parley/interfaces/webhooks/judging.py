"""Webhooks that are asked what they say of a comment, such as a classifier of the operator's.

They get no events. Each comment that is posted or edited is sent as it is then, and the answer is a label with a score
(moderation/automod/labels.py). Anything else in the answer is ignored, and so is an answer about a former version.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.interfaces.api.events import SiteEvent
from parley.interfaces.webhooks.forms import JUDGE
from parley.interfaces.webhooks.messages import DueEvent
from parley.moderation.automod import labels
from parley.moderation.automod.labels import Judgement, Question
from parley.platform.text.hosts import host_of

JUDGED = frozenset({"comment.posted", "comment.edited"})
# An answer is a line of JSON; nothing beyond this is read of it.
LARGEST_ANSWER = 4_000  # bytes


class JudgeMessage(msgspec.Struct, frozen=True):
    """A message of Standard Webhooks."""

    type: str
    timestamp: datetime
    data: Question


def chosen(events: Sequence[SiteEvent], kinds: Sequence[str]) -> list[SiteEvent]:
    """The events that a webhook of these kinds gets."""
    if JUDGE in kinds:
        return [msgspec.structs.replace(event, kind=JUDGE) for event in events if event.kind in JUDGED]
    return [event for event in events if event.kind in kinds]


async def question(due: DueEvent) -> Question | None:
    """What to ask; None where not everybody can read the comment any more."""
    return await labels.question(due.comment) if due.comment else None


def message(due: DueEvent, asked: Question) -> bytes:
    return msgspec.json.encode(JudgeMessage(due.kind, due.happened_at, asked))


async def take(asked: Question, webhook: int, url: str, answer: bytes) -> str:
    """Save the label in an answer. Return why there is none, for the log of the webhook."""
    try:
        said = msgspec.json.decode(answer, type=Judgement)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"no label: {error}"[:200]
    await labels.save(asked, webhook, host_of(url) or "", said)
    return ""
