"""Changing the community's rules."""

import structlog

from parley.people.accounts.viewer import Viewer
from parley.people.community import queries
from parley.people.community.queries import default_rules
from parley.people.community.tables import Community
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import Forbidden, Refused
from parley.platform.http.access import ADMIN
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)


async def set_sign_up(viewer: Viewer, mode: str) -> None:
    """Set who can become a member. Raises Forbidden for anybody but admins."""
    if viewer.access < ADMIN:
        raise Forbidden(N_("Only admins can do this."))
    changed = await Community.update({Community.sign_up: mode}).where(Community.sign_up != mode).returning(Community.id)
    if changed:
        log.info("sign-up changed", member=viewer.id, mode=mode)


async def set_hide_after(viewer: Viewer, reports: int) -> None:
    """Set how many independent reports hide a comment, 0 for none. Raises Forbidden for anybody but admins."""
    if viewer.access < ADMIN:
        raise Forbidden(N_("Only admins can do this."))
    await Community.update({Community.hide_after: reports}).where(Community.id == 1)
    log.info("hiding changed", member=viewer.id, reports=reports)


class RulesChanged(Refused):
    """Another admin changed the rules after the form was opened."""

    status = 409


async def set_rules(*, viewer: Viewer, rules: str, asks_declaration: bool, version: str = "") -> None:
    """Set the community's rules. With none, or with Parley's own text, Parley's own rules apply and follow its updates.

    `version` names the rules that were edited, if known. Raises Forbidden for anybody but admins, and RulesChanged if
    the rules are others by now.
    """
    if viewer.access < ADMIN:
        raise Forbidden(N_("Only admins can do this."))
    own = "" if rules == default_rules() else rules
    async with db.atomic():
        await Community.select(Community.id).lock_rows()
        now = await queries.rules()
        # Rules that stay the same keep the day of their last change.
        if (now.written, now.asks_declaration) == (own, asks_declaration):
            return
        if version not in ("", now.version):
            raise RulesChanged(
                N_(
                    "Another admin changed the rules in the meantime. Nothing was changed, and your text is kept "
                    "below. Save again to replace the current rules with yours."
                )
            )
        await Community.update(
            {Community.rules: own, Community.asks_declaration: asks_declaration, Community.changed_at: NOW}
        ).where(Community.id == 1)
    log.info("rules changed", member=viewer.id, asks_declaration=asks_declaration)
