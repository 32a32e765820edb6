"""Changing the published rules, and saving reasons for decisions that name them."""

from typing import Any

import msgspec
from piccolo.columns import Column

from parley.moderation.guidelines import queries
from parley.moderation.guidelines.queries import GuidelineRow, SavedActions
from parley.moderation.guidelines.tables import SavedReason
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.people.accounts.viewer import Viewer
from parley.people.community.tables import Guideline, GuidelineWording
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.http.access import ADMIN
from parley.platform.text.messages import N_

MOST_GUIDELINES = 30
TOO_MANY = N_("There are {most} rules already. Please change or bring back one of them.")
MOST_REASONS = 20


async def add(viewer: Viewer, new: GuidelineRow) -> None:
    """Publish a rule. Raises Forbidden for anybody but admins, Refused for a short name that is taken."""
    _require_admin(viewer)
    async with db.atomic():
        codes = await _lock_all()
        if new.code in codes:
            raise Refused(N_("Another rule has this short name. Please choose another one."))
        if len(codes) >= MOST_GUIDELINES:
            raise Refused(TOO_MANY, most=MOST_GUIDELINES)
        await Guideline.insert(Guideline(**msgspec.structs.asdict(new)))
        await _record(viewer, "ground.new", new.code, {}, _record_fields(new))


async def change(viewer: Viewer, new: GuidelineRow) -> None:
    """Change a rule. Decisions made before keep the wording that they were made with.

    Raises Forbidden for anybody but admins, NotFound, and Refused for retiring the last rule of its sort: reports need
    one, and so do reports of illegal content.
    """
    _require_admin(viewer)
    async with db.atomic():
        await _lock_all()
        former = await queries.one(new.code)
        if former is None:
            raise NotFound
        if former == new:
            return
        if (former.title, former.text) != (new.title, new.text):
            # For the decisions that were made with the former wording.
            wording = GuidelineWording(guideline=former.code, title=former.title, text=former.text, replaced_at=NOW)
            await GuidelineWording.insert(wording)
        columns: dict[Column | str, Any] = dict(msgspec.structs.asdict(new).items())
        await Guideline.update(columns).where(Guideline.code == new.code)
        await _require_rules_left()
        before, after = _record_fields(former), _record_fields(new)
        changed = [name for name in after if before[name] != after[name]]
        before, after = ({name: state[name] for name in changed} for state in (before, after))
        await _record(viewer, "ground.change", new.code, before, after)


async def save_reason(viewer: Viewer, guideline: str, text: str, *, shared: bool, carries: SavedActions) -> None:
    """Save a reason for oneself, or for all moderators, with what it does.

    Raises NotFound, and Refused where there are too many.
    """
    async with db.atomic():
        if await queries.one(guideline, lock=True) is None:
            raise NotFound
        if len(await queries.reasons(viewer.id, guideline)) >= MOST_REASONS:
            raise Refused(N_("There are {most} reasons for this rule. Please delete one first."), most=MOST_REASONS)
        await SavedReason.insert(
            SavedReason(
                guideline=guideline,
                moderator=None if shared else viewer.id,
                text=text,
                created_at=NOW,
                action=carries.action,
                also=carries.also,
                days=carries.days,
            )
        )


async def delete_reason(viewer: Viewer, reason: int) -> str:
    """Delete a reason of one's own or of all moderators; return its rule. Raises NotFound."""
    own = (SavedReason.moderator == viewer.id) | SavedReason.moderator.is_null()
    deleted = await SavedReason.delete().where(SavedReason.id == reason, own).returning(SavedReason.guideline)
    if not deleted:
        raise NotFound
    guideline: str = deleted[0]["guideline"]
    return guideline


def _require_admin(viewer: Viewer) -> None:
    if viewer.access < ADMIN:
        raise Forbidden(N_("Only admins can do this."))


async def _lock_all() -> list[str]:
    """Lock all rules and return their codes: two admins who retire the last two at once must not both succeed."""
    codes = Guideline.select(Guideline.code).order_by(Guideline.code).lock_rows()
    # Only the next query sees a rule that was added while this one waited.
    await codes
    return await db.values(codes)


async def _require_rules_left() -> None:
    in_force = Guideline.select(Guideline.illegal).where(Guideline.retired == False)  # noqa: E712 SQL
    illegal = set(await db.values(in_force))
    if True not in illegal:
        raise Refused(N_("One rule about the law must stay in force: anybody can report illegal content."))
    if False not in illegal:
        raise Refused(N_("One rule that is not about the law must stay in force, for reports by members."))


def _record_fields(row: GuidelineRow) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(row).items() if name != "code"}


async def _record(viewer: Viewer, action: str, code: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    await modlog.write(viewer, Entry(action, "ground", 0, before, after, code))
