"""What the routes of the queue read from a request."""

from datetime import UTC, datetime, timedelta
from typing import Any

from parley.moderation.decisions.forms import DecisionForm, default_reasons
from parley.moderation.decisions.rules import ACTIONS, LENGTHS, SANCTIONS
from parley.moderation.guidelines import queries as guidelines
from parley.moderation.guidelines.forms import CODE
from parley.moderation.guidelines.queries import ReasonRow
from parley.moderation.modqueue import items, kinds
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.modqueue.items import ItemDetails, ItemRow
from parley.people.accounts.viewer import staff
from parley.people.community.queries import grounds
from parley.platform.errors import NotFound
from parley.platform.http.access import AnyRequest
from parley.platform.http.forms import posted_fields
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

# What the list can be narrowed to.
KINDS = ("held", "reported", "rights", "comment", "member", "article")
CLAIMED = ("mine", "free")
LONGEST_NAME = 60
MOST_HOURS = 10_000
# A time in an address: microseconds since 1970, up to the year 2096.
EPOCH, MICROSECOND, LAST = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1), 4 * 10**15


def wanted_of(request: AnyRequest) -> QueueFilter:
    """The filter in the address."""
    asked = request.query_params
    kind, claimed, ground = asked.get("kind"), asked.get("claimed"), asked.get("ground") or None
    return QueueFilter(
        kind=kind if kind in KINDS or kind in kinds.known() else None,
        ground=ground if ground and CODE.fullmatch(ground) else None,
        escalated=asked.get("escalated") == "1",
        claimed=claimed if claimed in CLAIMED else None,
        author=text_in(request, "author"),
        thread=as_id(asked.get("thread", "")),
        topic=text_in(request, "topic"),
        rule=as_id(asked.get("rule", "")),
        hours=min(as_id(asked.get("hours", "")) or 0, MOST_HOURS) or None,
        raid=as_id(asked.get("raid", "")),
    )


def text_in(request: AnyRequest, name: str) -> str | None:
    """A short text in the address; None where there is none."""
    text = request.query_params.get(name, "").strip()[:LONGEST_NAME]
    return text if text and text.isprintable() else None


def as_moment(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def since_of(request: AnyRequest) -> datetime:
    """The time in the address; now, where there is none."""
    return moment_of(request.query_params.get("since", ""))


def moment_of(text: str) -> datetime:
    """The time that a number in an address or a form means; now, where it is none."""
    number = as_id(text)
    return EPOCH + MICROSECOND * min(number, LAST) if number else datetime.now(UTC)


async def decision_form(request: AnyRequest) -> DecisionForm:
    """The form of a decision as it was sent, with the guidelines in force and the moderator's saved reasons."""
    saved, rules = await guidelines.reasons(staff(request).id), await grounds()
    return DecisionForm(
        await posted_fields(request),
        rules,
        {str(reason.id): reason.text for reason in saved},
        default_reasons(rules, [(reason.guideline, reason.text) for reason in saved]),
        {str(reason.id): _fields(reason) for reason in saved if reason.action},
    )


def _fields(reason: ReasonRow) -> dict[str, str]:
    """What the form of a decision has of a saved reason that carries an action."""
    until = str(reason.days or "")
    return {
        "action": reason.action or "",
        "also": reason.also or "",
        "until": until,
        "rule": reason.guideline,
        "reason": reason.text,
    }


async def decision_context(request: AnyRequest) -> dict[str, Any]:
    """What the templates of all forms of decisions show."""
    rules, saved = await grounds(), await guidelines.reasons(staff(request).id)
    return {
        "all_actions": ACTIONS,
        "grounds": rules,
        "saved": saved,
        "reasons": default_reasons(rules, [(reason.guideline, reason.text) for reason in saved]),
        # Of rooms, no sanction goes beyond them.
        "sanctions": [ACTIONS[name] for name in SANCTIONS] if staff(request).is_staff else [],
        "lengths": LENGTHS,
    }


async def item_at(request: AnyRequest, item: str) -> ItemRow:
    """The item at an address. Raises NotFound where there is none for this moderator."""
    row = await items.item(staff(request).id, as_id(item) or 0)
    if row is None:
        raise NotFound(N_("There is no page at this address."))
    return row


async def details_at(request: AnyRequest, item: str) -> ItemDetails:
    """The item at an address with all that the page shows. Raises NotFound where there is none for this moderator."""
    details = await items.details(staff(request).id, as_id(item) or 0)
    if details is None:
        raise NotFound(N_("There is no page at this address."))
    return details
